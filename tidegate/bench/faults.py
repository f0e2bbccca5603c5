"""What goes wrong in a run, if anything: a third of the way in, most of it over at two thirds."""

from math import ceil

from tidegate.bench.loads import Load
from tidegate.bench.open_account import OPEN
from tidegate.bench.plant import FUNCTION, lane_rate
from tidegate.simulator.scenario import Fault

__all__ = ["CURABLE", "FAULTS", "HEALTHY", "INCURABLE", "faults_of", "is_slow", "kind_of"]

HEALTHY = "healthy"
SLOW_FACTOR = 3
OUTAGE_SECONDS, UPDATING_SECONDS = 1200, 900

HOT_SHARE, HOT_RECORDS_PER_SECOND = 0.5, 900
"""Half of all records carry the hot key, but not more than a shard takes: what is more could not
even be written, whatever anyone does."""

CURABLE = ("slow-function", "manual-change", "metrics-outage", "stream-updating")
"""Capacity cures the first two, and the others pass."""

INCURABLE = ("poison-batch", "hot-key", "concurrency-cap")
"""No capacity helps until a person does."""

FAULTS = CURABLE + INCURABLE
"""All besides healthy, as of the scenarios of the same names."""


def kind_of(fault: str) -> str:
    """healthy, open, curable or incurable."""
    if fault in (HEALTHY, OPEN):
        return fault
    return "curable" if fault in CURABLE else "incurable"


def _span(load: Load) -> tuple[int, int]:
    third = load.duration_seconds // 180 * 60
    return third, 2 * third


def is_slow(fault: str, load: Load, second: float) -> bool:
    """Whether the function is slow then, and a lane carries less."""
    start, end = _span(load)
    return fault == "slow-function" and start <= second < end


def slow_seconds_per_record() -> float:
    """What a record takes while the function is slow."""
    return FUNCTION.seconds_per_record * SLOW_FACTOR


def faults_of(fault: str, load: Load) -> tuple[Fault, ...]:
    """The faults of one run. ValueError for a name that isn't known."""
    start, end = _span(load)
    rate = load.minutes()[start // 60]
    match fault:
        case "healthy" | "open":
            return ()
        case "slow-function":
            slow = {"seconds_per_record": slow_seconds_per_record()}
            usual = {"seconds_per_record": FUNCTION.seconds_per_record}
            return (Fault(start, "function", slow), Fault(end, "function", usual))
        case "poison-batch":
            return (Fault(start, "poison", {}),)
        case "hot-key":
            highest = max(load.minutes()[start // 60 : end // 60])
            share = min(HOT_SHARE, HOT_RECORDS_PER_SECOND / highest)
            hot, even = {"hot_key_share": share}, {"hot_key_share": 0.0}
            return (Fault(start, "traffic", hot), Fault(end, "traffic", even))
        case "concurrency-cap":
            half = max(1, ceil(rate / lane_rate() / 2))
            capped, free = {"reserved_concurrency": half}, {"reserved_concurrency": None}
            return (Fault(start, "function", capped), Fault(end, "function", free))
        case "manual-change":
            return (Fault(start, "capacity", {"write_units": max(1, int(rate * 0.3))}),)
        case "metrics-outage":
            return (Fault(start, "silence", {"seconds": OUTAGE_SECONDS}),)
        case "stream-updating":
            return (Fault(start, "updating", {"seconds": UPDATING_SECONDS}),)
    raise ValueError(f"there is no fault {fault!r}")
