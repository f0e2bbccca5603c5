"""More shards are judged by the records that they let in, and that are read of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, Samples, a_pipeline, newest, signals
from tests.raised import history, late, record
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
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


# ---- parents that are read for longer than the windows reach back


def unread_parents(*since: float, per_minute: float = 60, reads: float = 6000) -> Signals:
    """The shards were raised two hours ago; the newest minutes have these ages in minutes, all
    before them are of records from before the raise. What is read then is ``reads`` a minute."""
    old = [60_000.0 * (130 + at * per_minute / 60) for at in range(90 - len(since))]
    ages = [*old, *[60_000.0 * minutes for minutes in since]]
    read = [*[6000.0] * len(old), *[reads] * len(since)]
    return newest(late(), iterator_age_milliseconds=ages, read_records=read)


TWO_HOURS_AGO = history(record(SHARDS, 120))


@pytest.mark.parametrize("per_minute", [30, 60], ids=["draining", "at a standstill"])
@pytest.mark.parametrize(("for_arrivals", "upper"), [(0, 4), (6, 6)])
def test_shards_are_not_raised_again_before_their_parents_are_read(
    per_minute: float, for_arrivals: int, upper: int
) -> None:
    of = unread_parents(per_minute=per_minute)
    (found,) = constraints(of, TWO_HOURS_AGO, SHARDS, for_arrivals=for_arrivals)
    assert isinstance(found, Range)
    assert (found.lower, found.upper) == (4, upper)
    assert "waits in a parent shard" in str(found.reason)


@pytest.mark.parametrize(
    ("reads", "held"), [(6000, True), (6200, True), (6300, False), (9000, False)]
)
def test_then_they_are_judged_by_what_is_read_since(reads: float, held: bool) -> None:
    of = unread_parents(*[100.0] * 5, reads=reads)
    told = words(constraints(of, TWO_HOURS_AGO, SHARDS))
    vain = "100 records/s read while the parent shards were read and"
    assert [vain in each for each in told] == [True] * held


def test_a_larger_load_is_another_load() -> None:
    of = unread_parents()
    metric = replace(of.series.source.incoming_records.metric, period_seconds=300)
    day = tuple([15_000.0] * 288)  # 50 records/s, where 100 come in now.
    more = replace(of, load_history=Window(metric, NOON - timedelta(days=1), day))
    assert constraints(more, TWO_HOURS_AGO, SHARDS) == []
    assert constraints(of, TWO_HOURS_AGO, SHARDS) != []


def test_a_backlog_from_after_the_raise_holds_nothing() -> None:
    of = newest(late(), iterator_age_milliseconds=[1_200_000] * 90)
    assert constraints(of, TWO_HOURS_AGO, SHARDS) == []


def test_neither_does_one_that_is_well() -> None:
    assert constraints(signals(a_pipeline(shards=4)), TWO_HOURS_AGO, SHARDS) == []
