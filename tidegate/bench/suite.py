"""Which cases are run: every load, healthy and with every fault, or one trace alone."""

from pathlib import Path

from tidegate.bench.case import Case
from tidegate.bench.faults import FAULTS, HEALTHY
from tidegate.bench.loads import generated
from tidegate.bench.open_account import OPEN
from tidegate.bench.plant import RATE_MAX
from tidegate.bench.shapes import HOUR
from tidegate.bench.traces import load_of, read_trace, shared_loads
from tidegate.scaling.model.errors import ConfigurationError, Mistake

__all__ = ["FAULTY_SECONDS", "SHARED_TRACES", "open_suite", "own_case", "suite"]

SHARED_TRACES = Path("../shared/traces")

FAULTY_LOADS = ("noise", "ramp")
"""One of either half; in the quick suite faults befall these alone."""

FAULTY_SECONDS = 3 * HOUR


def suite(traces: Path, seeds: int, *, quick: bool) -> tuple[Case, ...]:
    """Every case with every seed from 1 on. With a fault a load is cut to three hours."""
    loads = (*generated(), *shared_loads(traces))
    faulty = [load for load in loads if not quick or load.name in FAULTY_LOADS]
    pairs = [(load, HEALTHY) for load in loads]
    pairs += [(load.cut(FAULTY_SECONDS), fault) for load in faulty for fault in FAULTS]
    return tuple(Case(load, fault, seed) for load, fault in pairs for seed in range(1, seeds + 1))


def open_suite(traces: Path, seeds: int) -> tuple[Case, ...]:
    """Every load with healthy consumers, alone and beside others, with every seed from 1 on."""
    return tuple(
        Case(load, surroundings, seed)
        for load in (*generated(), *shared_loads(traces))
        for surroundings in (HEALTHY, OPEN)
        for seed in range(1, seeds + 1)
    )


def own_case(file: Path, peak: float | None, seed: int) -> Case:
    """One's own trace, whole, in records a second as it is or scaled to a peak.
    ConfigurationError for a file that isn't a trace, or a load that is too high."""
    series = read_trace(file)
    highest = peak or max(value for _, value in series)
    if highest > RATE_MAX:
        words = f"value: {highest:,.0f} records/s; at most {RATE_MAX:,} are run: scale with --peak"
        raise ConfigurationError((Mistake(str(file), 1, 1, words),))
    load = load_of(file.stem, "own", series, highest, (series[0][0], series[-1][0]))
    return Case(load, HEALTHY, seed)
