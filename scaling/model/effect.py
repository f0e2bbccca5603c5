"""What a raise did: a quantity before it and since, by the windows that still cover it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tidegate.rules.kinds.signals import RECENT_SECONDS
from tidegate.rules.reason import Reason, Words
from tidegate.rules.window import Window
from tidegate.scaling.model.change_record import ChangeRecord
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.reason import ReasonKind

__all__ = [
    "EFFECT",
    "FIRST_TAKEN_BACK",
    "HELPED",
    "LOWERED",
    "NOT_SEEN_TO_HELP",
    "NOT_SEEN_TO_HELP_YET",
    "REMEMBERED",
    "SAMPLES",
    "SHOWN",
    "TAKEN_BACK",
    "TAKEN_BACK_BEFORE",
    "TAKEN_BACK_LATE",
    "in_vain",
    "is_take_back",
    "mean_before",
    "mean_of",
    "mean_since",
]

IN_VAIN = Words(
    ReasonKind.INEFFECTIVE,
    "the increase of the {lever:words} from {from_:,} to {to:,} at {begun_at:%H:%M} did not help: "
    "{before:,.0f} {what} before and {since:,.0f} after the increase",
)

TAKEN_BACK = Words(
    ReasonKind.INEFFECTIVE,
    "a further increase for the same load, from {from_:,} to {to:,} at {begun_at:%H:%M}, did not "
    "help and is taken back: {before:,.0f} {what} before and {since:,.0f} after the increase; the "
    "increase of the {kept:words} at {kept_at:%H:%M} is kept, since it was made before the minutes "
    "compared",
)

FIRST_TAKEN_BACK = Words(
    ReasonKind.INEFFECTIVE,
    "the increase from {from_:,} to {to:,} at {begun_at:%H:%M} did not help and is taken back: "
    "{before:,.0f} {what} before and {since:,.0f} after the increase",
)

TAKEN_BACK_BEFORE = Words(
    ReasonKind.INEFFECTIVE,
    "the increase of the {lever:words} at {begun_at:%H:%M} did not help and was taken back; the "
    "next increase is allowed for a larger load, or from {again:%d %b %H:%M} on",
)

TAKEN_BACK_LATE = Words(
    ReasonKind.INEFFECTIVE,
    "the increase of the {lever:words} at {begun_at:%H:%M} did not help and was taken back; the "
    "next increase is allowed when no records wait any more, or from {again:%d %b %H:%M} on",
)

NOT_SEEN_TO_HELP = Words(
    ReasonKind.INEFFECTIVE,
    "the increase of the {lever:words} at {begun_at:%H:%M} had no visible effect; the next "
    "increase is allowed at {again:%H:%M}",
)
NOT_SEEN_TO_HELP_YET = Words(
    ReasonKind.EFFECT_PENDING,
    "the increase of the {lever:words} at {begun_at:%H:%M} has no visible effect yet",
)

HELPED = 1.05
"""Of the quantity afterwards, as a multiple of before: a twentieth is noise."""

EFFECT = timedelta(seconds=60)
"""Minutes that began sooner after a raise are partly from before it: metrics come by the minute."""

SHOWN = timedelta(seconds=RECENT_SECONDS)
"""When a raise shows for sure, late metrics included."""

LOWERED = 2 * SHOWN
"""So long before a raise a lowering may show in the minutes that the raise is compared with."""

SAMPLES, SAMPLES_AT_LEAST = 3, 2
REMEMBERED = timedelta(days=1)


def in_vain(
    last: ChangeRecord,
    window: Window,
    what: str,
    since: datetime,
    until: datetime | None = None,
) -> Iterator[Reason]:
    """Why a raise was ineffective, by the minutes before it and those from ``since`` on, or until
    another moment."""
    before, after = mean_before(window, last.begun_at), mean_since(window, since, until)
    if before is not None and after is not None and after < HELPED * before:
        yield IN_VAIN(
            lever=last.lever,
            from_=last.from_capacity,
            to=last.to_capacity,
            begun_at=last.begun_at,
            before=before,
            what=what,
            since=after,
            newest_at=max(at for at, _ in _since(window, since, until)),
        )


def is_take_back(decision: Decision) -> bool:
    """Whether it takes a raise back that did not help."""
    return decision.because.kind == TAKEN_BACK.kind


def mean_before(window: Window, moment: datetime) -> float | None:
    """Of the minutes before a moment; None where they are missing, or no longer kept."""
    before = [value for at, value in window.points() if moment - SHOWN <= at <= moment - EFFECT]
    return mean_of(before, window)


def mean_since(window: Window, moment: datetime, until: datetime | None = None) -> float | None:
    """Of the newest minutes that began at a moment or later, and were over at another; None while
    they are missing."""
    values = [value for _, value in _since(window, moment, until)]
    return mean_of(values[-SAMPLES:], window)


def _since(
    window: Window, moment: datetime, until: datetime | None
) -> list[tuple[datetime, float]]:
    return [
        (at, value)
        for at, value in window.points()
        if at >= moment and (until is None or at <= until - EFFECT)
    ]


def mean_of(values: Sequence[float], window: Window) -> float | None:
    """Of some minutes of a window, sums as a rate a second; None for too few."""
    if len(values) < SAMPLES_AT_LEAST:
        return None
    seconds = window.metric.period_seconds if window.metric.statistic == "Sum" else 1
    return sum(values) / len(values) / seconds
