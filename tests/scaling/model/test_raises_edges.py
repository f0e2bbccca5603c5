"""When a raise is seen to help, up to the edges of each condition."""

import pytest

from tests.builders import NOON, Samples, a_pipeline, newest, signals
from tests.raised import history, late, record
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.raises import Raises

FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
READS = Lever.of(LeverKind.READ_CAPACITY, "scores")
PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
DENSITY = Lever.of(LeverKind.PARALLELISM_PER_KPU, "counter")
WHY = Reason.of("asked", "asked for")


def reasons(of: Signals, past: History, lever: Lever) -> list[Reason]:
    """On the executions that a factor gives with the shards."""
    raises = Raises(of, past, NOON, current_capacities(of.pipeline))
    return list(raises.of_executions(lever, SHARDS))


def is_held(of: Signals, past: History) -> bool:
    return bool(reasons(of, past, FACTOR))


@pytest.mark.parametrize(
    ("of", "held"),
    [
        (late(60), True),
        (late(0), True),
        (late(-2), True),
        (late(-4), True),
        (newest(late(), iterator_age_milliseconds=[3_700_000, 3_640_000, 3_580_000]), False),
        (newest(late(), iterator_age_milliseconds=[3_780_000, 3_720_000, 3_660_001]), True),
        (newest(late(), iterator_age_milliseconds=[3_780_000, 3_720_000, 3_660_000]), False),
        (signals(a_pipeline(shards=4, factor=4)), False),
    ],
    ids=["grows", "stays", "falls slowly", "falls, but not within an hour", "gone within the hour",
         "almost", "just", "in time"],
)  # fmt: skip
def test_executions_are_judged_while_the_age_will_not_be_well_within_an_hour(
    of: Signals, held: bool
) -> None:
    assert is_held(of, history(record(FACTOR, 20))) is held


def read(before: float, since: float, minutes_ago: int = 20) -> Signals:
    return newest(
        late(), read_records=[before * 60] * (60 - minutes_ago) + [since * 60] * minutes_ago
    )


@pytest.mark.parametrize(("since", "held"), [(104.9, True), (105, False), (90, True)])
def test_a_twentieth_more_is_help(since: float, held: bool) -> None:
    assert is_held(read(100, since), history(record(FACTOR, 20))) is held


@pytest.mark.parametrize(
    ("seconds_ago", "words"),
    [(150, "has no visible effect yet"), (180, "did not help"), (210, "did not help")],
)
def test_a_raise_shows_when_two_minutes_that_began_after_it_are_there(
    seconds_ago: int, words: str
) -> None:
    found = reasons(late(), history(record(FACTOR, seconds_ago / 60)), FACTOR)
    assert [words in str(each) for each in found] == [True]


def test_the_newest_raise_of_factor_or_shards_counts() -> None:
    both = history(record(SHARDS, 30, 1, 2), record(FACTOR, 20, 3, 4))
    (found,) = reasons(late(), both, FACTOR)
    assert "parallelization factor of scorer from 3 to 4" in str(found)


@pytest.mark.parametrize(
    ("minutes_ago", "before", "after", "held"),
    [
        (20, 2, 4, True),
        (20, 4, 2, False),
        (20, 4, 4, False),
        (24 * 60 - 1, 2, 4, False),
        (20, 2, 5, False),
        (2, 2, 5, True),
        (3, 2, 5, False),
    ],
    ids=["a raise", "lowered", "no change", "tried again", "set back since", "not in effect yet",
         "should be in effect"],
)  # fmt: skip
def test_a_raise_is_one_of_the_day_that_stands(
    minutes_ago: float, before: int, after: int, held: bool
) -> None:
    assert is_held(late(), history(record(FACTOR, minutes_ago, before, after))) is held


@pytest.mark.parametrize(
    ("minutes_ago", "held"),
    [((91,), False), ((90,), False), ((89.9,), True), ((150, 100), True), ((300, 180), False),
     ((300, 179), True), ((24 * 60, 100), False), ((23 * 60, 100), True)],
    ids=["once, an hour and a half ago", "just then", "sooner", "twice", "twice, three hours ago",
         "twice, sooner", "the first a day ago", "the first within the day"],
)  # fmt: skip
def test_what_the_windows_no_longer_show_is_tried_again_the_later_the_more_often_it_was(
    minutes_ago: tuple[float, ...], held: bool
) -> None:
    past = history(*(record(FACTOR, each) for each in minutes_ago))
    assert is_held(late(), past) is held


@pytest.mark.parametrize(
    ("well", "minutes_ago", "held"), [(15, 20, False), (15.1, 20, True), (15, 19, True)]
)
def test_an_age_that_was_well_since_makes_it_another_incident(
    well: float, minutes_ago: int, held: bool
) -> None:
    """In the minutes that began 20 and 19 minutes ago; the first after a raise doesn't count."""
    ages: Samples = [well * 1000] * 2 + [10_000_000 + 60_000 * at for at in range(18)]
    of = newest(late(), iterator_age_milliseconds=ages)
    assert is_held(of, history(record(FACTOR, minutes_ago))) is held


@pytest.mark.parametrize(("now", "held"), [(109.9, True), (110.1, False)])
def test_a_load_that_has_grown_by_a_tenth_need_not_wait(now: float, held: bool) -> None:
    of = newest(late(), incoming_records=[now * 60] * 3)
    assert is_held(of, history(record(FACTOR, 2.5))) is held
