"""Changes that did not help: what was raised twice in vain isn't raised a third time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rules.readings import RECENT_SECONDS, Readings
from rules.window import Window
from scaling.history import History
from scaling.plan import Constraint, Prohibition
from scaling.record import Entry, Lever, Outcome

__all__ = ["futility_constraints"]

TIMES = 2
"""Once may be bad luck."""

HELPED = 1.05
"""Records read a second afterwards, as a multiple of before: a twentieth is noise."""

SETTLE = timedelta(seconds=RECENT_SECONDS)


def futility_constraints(
    readings: Readings, history: History, lever: Lever, current: int, wanted: int
) -> Iterator[Constraint]:
    """Hold a lever whose last two raises left the pipeline as ill as before.

    A raise has helped when more records are read after it than before, or fewer came in to be
    read. Only while the age is over the objective and does not fall, and on what the windows still
    show: an hour and a half later the lever is tried again.
    """
    if wanted <= current or not readings.is_out_of_objective or readings.age_growth < 0:
        return
    raises = [entry for entry in history.entries if entry.lever == lever and _raised(entry)]
    if len(raises) < TIMES:
        return
    read = readings.vitals.stream.read_records
    first, last = raises[-TIMES], raises[-1]
    before, since = _mean_before(read, first.begun_at), _mean_since(read, last.begun_at + SETTLE)
    if before is None or since is None or since >= HELPED * before:
        return
    yield Prohibition(
        f"{TIMES} raises of {lever} since {first.begun_at:%H:%M} did not help: {before:,.0f} "
        f"records/s were read before them, {since:,.0f} since",
    )


def _raised(entry: Entry) -> bool:
    return entry.outcome is Outcome.DONE and entry.to_capacity > entry.from_capacity


def _mean_before(window: Window, moment: datetime) -> float | None:
    return _mean([value for at, value in window.points() if moment - SETTLE <= at < moment], window)


def _mean_since(window: Window, moment: datetime) -> float | None:
    return _mean([value for at, value in window.points() if at >= moment][-3:], window)


def _mean(values: list[float], window: Window) -> float | None:
    return sum(values) / len(values) / window.metric.period_seconds if len(values) >= 2 else None
