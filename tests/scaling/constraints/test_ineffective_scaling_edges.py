"""When a raise is seen to help, up to the edges of each condition."""

from datetime import timedelta

import pytest

from tests.builders import NOON, Samples, a_pipeline, a_table, newest, signals
from tests.flink_builders import JobMinute, a_flink_pipeline, an_application, job_signals
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.constraints.ineffective_scaling import ineffective_scaling_constraints
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint, Prohibition, Range
from tidegate.scaling.model.recommendation import Recommendation

FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
READS = Lever.of(LeverKind.READ_CAPACITY, "scores")
PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
DENSITY = Lever.of(LeverKind.PARALLELISM_PER_KPU, "counter")
WHY = Reason.of("asked", "asked for")


def record(lever: Lever, minutes_ago: float, before: int = 2, after: int = 4) -> ChangeRecord:
    at = NOON - timedelta(minutes=minutes_ago)
    return ChangeRecord(
        f"{lever} {minutes_ago}", "race", lever, "x:Y", before, after, "", at, Outcome.DONE
    )


def history(*records: ChangeRecord) -> History:
    return History(records)


def late(per_minute: float = 60) -> Signals:
    """An age over the objective all the time, which changes by so many seconds a minute; 100
    records/s come in, are read and written."""
    seen = signals(a_pipeline(shards=4, factor=4, table=a_table(400)))
    ages = [(10_000 + per_minute * at) * 1000 for at in range(90)]
    return newest(seen, iterator_age_milliseconds=ages)


def constraints(
    of: Signals, past: History, lever: Lever, current: int = 4, wanted: int = 8, **more: object
) -> list[Constraint]:
    recommendation = Recommendation(lever, current, wanted, WHY, **more)
    return list(ineffective_scaling_constraints(of, past, recommendation, NOON))


def is_held(of: Signals, past: History, lever: Lever = FACTOR, **more: object) -> bool:
    return bool(constraints(of, past, lever, **more))


@pytest.mark.parametrize(
    ("current", "wanted", "held"), [(4, 8, True), (4, 5, True), (4, 4, False), (4, 2, False)]
)
def test_only_a_raise_is_judged(current: int, wanted: int, held: bool) -> None:
    past = history(record(FACTOR, 20))
    assert is_held(late(), past, current=current, wanted=wanted) is held


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
    found = constraints(late(), history(record(FACTOR, seconds_ago / 60)), FACTOR)
    assert [words in str(each.reason) for each in found] == [True]


def test_the_newest_raise_of_factor_or_shards_counts() -> None:
    both = history(record(SHARDS, 30, 1, 2), record(FACTOR, 20, 3, 4))
    (found,) = constraints(late(), both, FACTOR)
    assert "parallelization factor of scorer from 3 to 4" in str(found.reason)


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


# ---- shards


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


# ---- units


@pytest.mark.parametrize(
    ("lever", "field"), [(WRITES, "consumed_write_units"), (READS, "consumed_read_units")]
)
@pytest.mark.parametrize(("since", "held"), [(104, True), (105, False)])
def test_units_are_judged_by_what_is_consumed(
    lever: Lever, field: str, since: float, held: bool
) -> None:
    consumed: Samples = [6000] * 40 + [since * 60] * 20
    of = newest(late(), "scores", **{field: consumed})
    past = history(record(lever, 20, 1, 10 if lever is READS else 400))
    assert is_held(of, past, lever, current=400, wanted=800) is held


def test_writes_are_judged_only_while_something_waits() -> None:
    past = history(record(WRITES, 20, 100, 400))
    calm = signals(a_pipeline(shards=4, factor=4, table=a_table(400)))
    assert is_held(late(), past, WRITES, current=400, wanted=800)
    assert not is_held(calm, past, WRITES, current=400, wanted=800)
    reads = newest(calm, "scores", consumed_read_units=[600] * 60)
    of_reads = history(record(READS, 20, 5, 10))
    assert is_held(reads, of_reads, READS, current=10, wanted=20)


def test_units_for_more_records_than_at_the_raise_are_not_held() -> None:
    past = history(record(WRITES, 20, 100, 400))
    for now, held in ((109, True), (111, False)):
        of = newest(late(), incoming_records=[6000] * 40 + [now * 60] * 20)
        assert is_held(of, past, WRITES, current=400, wanted=800) is held


# ---- subtasks


def job(**of: Samples) -> Signals:
    minutes = [JobMinute(behind_seconds=100 + 30.0 * at) for at in range(90)]
    seen = job_signals(a_flink_pipeline(an_application(4)), *minutes)
    return newest(seen, "counter", **of) if of else seen


STARTED: Samples = [60_000.0 * at for at in range(1, 19)]
"""A job that started 18 minutes ago."""


@pytest.mark.parametrize(("since", "held"), [(1049, True), (1050, False)])
def test_subtasks_are_judged_by_the_records_processed(since: float, held: bool) -> None:
    of = job(
        uptime_milliseconds=STARTED, records_per_second=[1000] * 40 + [None] * 2 + [since] * 18
    )
    past = history(record(PARALLELISM, 20))
    assert is_held(of, past, PARALLELISM) is held
    assert not is_held(of, past, DENSITY)


def test_subtasks_for_a_load_that_has_grown_are_not_held() -> None:
    past = history(record(PARALLELISM, 20))
    for now, held in ((1099, True), (1100, False)):
        of = newest(
            job(uptime_milliseconds=STARTED), incoming_records=[60_000] * 40 + [now * 60] * 20
        )
        assert is_held(of, past, PARALLELISM) is held


def test_subtasks_that_are_not_seen_yet_or_no_longer_are_held_for_a_while() -> None:
    young = job(uptime_milliseconds=[60_000])
    (found,) = constraints(young, history(record(PARALLELISM, 1.5)), PARALLELISM)
    assert "has no visible effect yet" in str(found.reason)
    (again,) = constraints(job(), history(record(PARALLELISM, 89)), PARALLELISM)
    assert "the next increase is allowed at 12:01" in str(again.reason)
    assert constraints(job(), history(record(PARALLELISM, 91)), PARALLELISM) == []


def test_subtasks_are_judged_only_while_the_age_is_sick() -> None:
    calm = job_signals(a_flink_pipeline(an_application(4)))
    assert not is_held(calm, history(record(PARALLELISM, 20)), PARALLELISM)


def test_a_raise_for_the_heap_is_judged_by_the_heap_alone() -> None:
    full = [90.0] * 60
    of = job(uptime_milliseconds=STARTED, heap_percent=full)
    past = history(record(PARALLELISM, 20))
    (found,) = constraints(of, past, PARALLELISM, for_heap=True)
    assert "the heap was 90% full before and 90% full after" in str(found.reason)
    emptied = job(uptime_milliseconds=STARTED, heap_percent=[90] * 40 + [40] * 20)
    assert constraints(emptied, past, PARALLELISM, for_heap=True) == []


def test_other_levers_are_not_judged() -> None:
    retention = Lever.of(LeverKind.RETENTION_HOURS, "racers")
    assert not is_held(late(), history(record(retention, 20, 24, 48)), retention)
