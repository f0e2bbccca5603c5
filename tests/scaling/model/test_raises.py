"""The last raise that stands, and when one whose effect is gone from the windows is tried again."""

from dataclasses import replace
from datetime import timedelta
from itertools import accumulate

import pytest

from tests.builders import NOON, a_pipeline, newest, signals
from tests.change_records import change, history
from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.raises import Raises

ONE, OTHER = (Lever.of(LeverKind.SHARD_COUNT, name) for name in ("one", "other"))


def raises(*made: ChangeRecord, **capacities: int) -> Raises:
    now = {Lever.of(LeverKind.SHARD_COUNT, name): count for name, count in capacities.items()}
    return Raises(signals(a_pipeline()), history(*made), NOON, now)


@pytest.mark.parametrize(
    ("minutes_ago", "after", "now", "stands"),
    [(20, 4, 4, True), (20, 4, 5, True), (20, 4, 3, False), (2, 4, 2, True), (20, 1, 1, False),
     (24 * 60, 4, 4, False)],
    ids=["stands", "raised since", "set back", "not shown yet", "lowered", "a day ago"],
)  # fmt: skip
def test_the_last_raise_is_one_of_the_day_that_stands(
    minutes_ago: float, after: int, now: int, stands: bool
) -> None:
    made = change(ONE, 2, after, minutes_ago=minutes_ago)
    assert list(raises(made, one=now).last_raise(ONE)) == [made] * stands


def test_of_levers_that_add_up_the_newest_raise_counts() -> None:
    first, second = change(ONE, 1, 2, minutes_ago=30), change(OTHER, 1, 2, minutes_ago=20)
    both = raises(first, second, one=2, other=2)
    assert list(both.last_raise(ONE, OTHER)) == [second]
    assert list(both.last_raise(ONE)) == [first]


def test_each_raise_of_the_day_puts_the_next_try_off() -> None:
    first, second = change(ONE, 1, 2, minutes_ago=300), change(ONE, 2, 4, minutes_ago=100)
    (told,) = raises(first, second, one=4).until_tried_again(second, ONE)
    assert dict(told.numbers)["again"] == second.begun_at + timedelta(hours=3)
    alone = raises(second, one=4)
    assert list(alone.until_tried_again(second, ONE)) == []


@pytest.mark.parametrize(
    ("other", "is_held"),
    [((4, 2, 20), False), ((4, 2, 20.5), False), ((4, 3, 20), True), ((2, 4, 20), True),
     ((4, 2, 30), True), ((4, 2, 5), True)],
    ids=["halved beside it", "seconds before", "by less", "raised too", "long before", "long after"],
)  # fmt: skip
def test_a_lever_that_is_raised_for_the_other_that_is_lowered_is_no_raise_of_both(
    other: tuple[int, int, float], is_held: bool
) -> None:
    """The one goes from 3 to 6, and no more is read since than before."""
    before, after, minutes_ago = other
    made = (
        change(ONE, 3, 6, minutes_ago=20),
        change(OTHER, before, after, minutes_ago=minutes_ago),
    )
    late = raises(*made, one=6, other=after)
    seen = newest(
        late.signals,
        iterator_age_milliseconds=[60_000 + 3000 * at for at in range(60)],
        read_records=[6000] * 60,
    )
    found = list(replace(late, signals=seen).of_executions(ONE, OTHER))
    assert bool(found) is is_held


@pytest.mark.parametrize(
    ("others", "own_since", "is_held"),
    [
        (0, 103, True),
        (0, 200, False),
        (1, 103, True),
        (1, 200, False),
        (2, 103, True),
        (2, 200, False),
    ],
)
def test_a_raise_is_judged_by_what_the_pipelines_own_reader_reads(
    others: int, own_since: float, is_held: bool
) -> None:
    """3,000 records/s come in, which the others read; the own reader is behind with 100 of them."""
    made = change(ONE, 3, 6, minutes_ago=20)
    late = raises(made, one=6)
    own = [3000.0] * 20 + [100.0] * 20 + [own_since] * 20
    ages = accumulate([60_000 * (1 - each / 3000) for each in own], initial=1000)
    seen = newest(
        late.signals,
        incoming_records=[60 * 3000.0] * 60,
        iterator_age_milliseconds=list(ages)[1:],
        read_records=[60 * (3000 * others + each) for each in own],
    )
    assert bool(list(replace(late, signals=seen).of_executions(ONE))) is is_held


@pytest.mark.parametrize(("now", "grown"), [(109, False), (111, True)])
def test_a_tenth_more_records_are_another_load(now: float, grown: bool) -> None:
    made = change(ONE, 2, 4, minutes_ago=20)
    seen = newest(signals(a_pipeline()), incoming_records=[6000] * 40 + [now * 60] * 20)
    assert Raises(seen, history(made), NOON, {ONE: 4}).has_grown(made) is grown
