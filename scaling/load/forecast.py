"""How large a load will get before anything could be done about it, from its own past.

The simple forecasts of ``forecast_ways`` are made at every past moment that resembles this one and
compared with what then came. The one that would have needed the least room is taken, with the room
that its own past errors ask for (split conformal prediction: Vovk, Gammerman and Shafer,
"Algorithmic Learning in a Random World", 2005). A gap in the past is neither a zero nor an error:
what touches it is left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil, inf

from tidegate.scaling.load.forecast_ways import DAYS, HOUR, WAYS, Moment, Way
from tidegate.scaling.load.load_history import DAY, PERIOD_SECONDS, Past, present

__all__ = ["Forecast", "forecast"]

LATELY = 6 * HOUR
AROUND = HOUR
"""Errors are taken from the last six hours, and from an hour around this time on other days."""

HALF_LIFE = HOUR
"""An error counts half as much for every hour of the last six that it is old, or for every day:
loads change their ways (Barber, Candes, Ramdas and Tibshirani, "Conformal
prediction beyond exchangeability", Annals of Statistics 2023)."""

STRIDE = 3

REMEMBERED = 64
"""Records of forecasts that are kept: a past is the same for the sweeps of five minutes."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a load will come to, in its unit per second.

    ``now`` is its mean over the newest 300 s, ``usual`` what it was at the end of the horizon on
    other days, None where no other day is known. ``until`` is that end. ``likely`` is passed as
    often as not before then, ``most`` only in the share of cases that was tolerated.
    """

    now: float
    likely: float
    most: float
    until: datetime
    usual: float | None


Weighed = tuple[Moment, float]
"""A moment with what it counts."""


@lru_cache(REMEMBERED)
def _moments(past: Past, ahead: int) -> tuple[Weighed, ...]:
    """The moments like this one whose future is known, recently and at this time on other days,
    each with what it counts."""
    end = len(past.rates)
    newest = end - ahead
    lately = range(max(1, newest - LATELY), newest + 1)
    places = [(at, 0.5 ** ((newest - at) / HALF_LIFE)) for at in lately]
    for back in DAYS:
        middle = end - back * DAY
        around = range(max(1, middle - AROUND), min(middle + AROUND, newest - LATELY), STRIDE)
        places += [(at, 0.5**back) for at in around]
    return tuple(
        (Moment(past, at, level), weight) for at, weight in places if (level := past.rates[at - 1])
    )


@dataclass(frozen=True, slots=True)
class _Score:
    """What a forecast said, the largest of what came, and what that counts."""

    said: float
    came: float
    weight: float

    @property
    def multiple(self) -> float:
        """What came as a multiple of what was said."""
        return self.came / self.said

    @property
    def excess(self) -> float:
        """What came beyond what was said."""
        return self.came - self.said


def _scores(way: Way, moments: Sequence[Weighed], ahead: int) -> Iterator[_Score]:
    for moment, weight in moments:
        came = present(moment.past.rates[moment.at : moment.at + ahead])
        said = way(moment, ahead)
        if said and came:
            yield _Score(said, max(came), weight)


def _quantile(errors: Iterable[tuple[float, float]], share: float) -> float:
    """Of errors with what they count, the one that a further case, which counts 1, stays below in
    ``share`` of all; the largest seen where they are too few."""
    ordered = sorted(errors)
    wanted = share * (sum(weight for _, weight in ordered) + 1)
    reached = 0.0
    for error, weight in ordered:
        reached += weight
        if reached >= wanted:
            return error
    return ordered[-1][0]


def forecast(past: Past, level: float, seconds: float, share: float) -> Forecast | None:
    """The load over the next ``seconds``, from its mean over the newest 300 s; None when too
    little is known of it.

    ``share`` of cases, 0..1, must stay below ``most``. Neither figure is ever below zero.
    """
    ahead = max(1, ceil(seconds / PERIOD_SECONDS))
    here = Moment(past, len(past.rates), level)
    is_high, bound = _alike(here, ahead, share)
    found = [
        candidate
        for way in WAYS
        if (candidate := _candidate(way, here, ahead, share, is_high)) is not None
    ]
    if not found:
        return None
    _, likely, most = min(found)
    likely, most = min(likely, bound), min(most, bound)
    end = past.end + timedelta(seconds=ahead * PERIOD_SECONDS)
    return Forecast(level, likely, max(likely, most), end, past.usual(here.at + ahead - 1, DAYS))


def _enough(share: float) -> int:
    """Cases from which it can be told what a further one stays below in ``share`` of all: with
    fewer no error seen is large enough (Vovk et al. 2005). An hour of them at least, since those of
    the first minutes are of one event."""
    return max(HOUR, ceil(share / (1 - share)))


@lru_cache(REMEMBERED)
def _high_moments(past: Past, ahead: int) -> tuple[Weighed, ...]:
    return tuple(each for each in _moments(past, ahead) if each[0].is_at_its_highest)


def _alike(here: Moment, ahead: int, share: float) -> tuple[bool, float]:
    """Whether only the moments at the highest tell of this one, and how far the load may go by
    those that tell of it.

    Beyond its highest only where it is there now, and has been before: what came after a low says
    nothing of how far a load goes beyond.
    """
    if here.is_at_its_highest and len(_high_moments(here.past, ahead)) >= _enough(share):
        return True, inf
    return False, max(here.level, here.past.highest())


def _candidate(
    way: Way, here: Moment, ahead: int, share: float, is_high: bool
) -> tuple[float, float, float] | None:
    """How much more than what came it would have held ready, then what is likely and the most."""
    said = way(here, ahead)
    record = _record(way, here.past, ahead, share, is_high)
    if said is None or record is None:
        return None
    return record.held, record.likely.after(said), record.most.after(said)


@dataclass(frozen=True, slots=True)
class _Room:
    """The room for a forecast's errors, as multiples or as excess, whichever is less: small loads
    make multiples of nothing, large ones small excesses of much."""

    multiple: float
    excess: float

    def after(self, said: float) -> float:
        """A forecast with it."""
        return max(0.0, min(said * self.multiple, said + self.excess))

    @classmethod
    def of(cls, scores: Sequence[_Score], share: float) -> "_Room":
        """What ``share`` of the errors stayed within."""
        return cls(
            _quantile([(score.multiple, score.weight) for score in scores], share),
            _quantile([(score.excess, score.weight) for score in scores], share),
        )


@dataclass(frozen=True, slots=True)
class _Record:
    """How a way of forecasting has done: how much more than what came it would have ``held``
    ready, and the room that its errors ask for."""

    held: float
    likely: _Room
    most: _Room


@lru_cache(REMEMBERED)
def _record(way: Way, past: Past, ahead: int, share: float, is_high: bool) -> _Record | None:
    moments = (_high_moments if is_high else _moments)(past, ahead)
    scores = tuple(_scores(way, moments, ahead))
    if len(scores) < _enough(share):
        return None
    most = _Room.of(scores, share)
    held = sum(score.weight * score.said * most.multiple for score in scores)
    came = sum(score.weight * score.came for score in scores)
    return _Record(held / came, _Room.of(scores, 0.5), most)
