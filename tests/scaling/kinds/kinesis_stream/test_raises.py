"""More shards are judged by the records that they let in, and that are read of them."""

from typing import Any

import pytest

from tests.builders import NOON, Samples, a_pipeline, newest, signals
from tests.raised import history, late, record
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.kinds.kinesis_stream.raises import shards_in_vain
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint, Prohibition, Range
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import Recommendation

FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
WHY = Reason.of("asked", "asked for")


def constraints(
    of: Signals, past: History, lever: Lever, current: int = 4, wanted: int = 8, **more: Any
) -> list[Constraint]:
    recommendation = Recommendation(lever, current, wanted, WHY, **more)
    raises = Raises(of, past, NOON, current_capacities(of.pipeline))
    return list(shards_in_vain(raises, recommendation))


def is_held(of: Signals, past: History, lever: Lever, **more: Any) -> bool:
    return bool(constraints(of, past, lever, **more))


def refusing(of: Signals | None = None, **more: Samples) -> Signals:
    of = of or signals(a_pipeline(shards=4, factor=4))
    return newest(of, write_throttles=[3000] * 30, **more)


def words(found: list[Constraint]) -> list[str]:
    return [str(each.reason) for each in found]


def test_shards_are_held_where_more_of_them_let_no_more_in() -> None:
    (found,) = constraints(refusing(), history(record(SHARDS, 20)), SHARDS, for_arrivals=8)
    assert isinstance(found, Prohibition)
    assert "100 accepted records/s before and 100 after" in str(found.reason)
    calm = signals(a_pipeline(shards=4, factor=4))
    assert constraints(calm, history(record(SHARDS, 20)), SHARDS) == []


@pytest.mark.parametrize(("minutes_ago", "held"), [(18, False), (19, False), (20, True)])
def test_a_minute_that_refused_nothing_since_the_raise_took_all(
    minutes_ago: int, held: bool
) -> None:
    refused = [3000] * (30 - minutes_ago) + [0] + [3000] * (minutes_ago - 1)
    of = newest(refusing(), write_throttles=refused)
    assert is_held(of, history(record(SHARDS, 20)), SHARDS, for_arrivals=8) is held


def test_shards_are_judged_by_the_limit_that_they_are_nearer_to() -> None:
    past, large = history(record(SHARDS, 20)), [60 * 2**20] * 60
    of = refusing(incoming_bytes=large)
    assert "accepted bytes/s" in words(constraints(of, past, SHARDS, for_arrivals=8))[0]
    grown = refusing(incoming_bytes=[*large[:40], *[2 * each for each in large[40:]]])
    assert constraints(grown, past, SHARDS, for_arrivals=8) == []


@pytest.mark.parametrize(("for_arrivals", "upper"), [(0, 4), (4, 4), (6, 6)])
def test_shards_for_a_consumers_sake_are_held_where_no_more_is_read(
    for_arrivals: int, upper: int
) -> None:
    (found,) = constraints(late(), history(record(FACTOR, 20)), SHARDS, for_arrivals=for_arrivals)
    assert isinstance(found, Range)
    assert (found.lower, found.upper) == (4, upper)
