"""A raise is not judged by minutes from before a lever of the same quantity was lowered."""

from dataclasses import replace

import pytest

from tests.builders import NOON, Samples, a_pipeline, newest, signals
from tests.change_records import change, history
from tests.flink_builders import DOWN, JobMinute, a_flink_pipeline, an_application, job_signals
from tests.raised import late
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.kinds.dynamodb_table.raises import units_in_vain
from tidegate.scaling.kinds.flink_application.raises import heap_raise_in_vain, subtasks_in_vain
from tidegate.scaling.kinds.kinesis_stream.raises import shards_in_vain
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.history import SOMEONE_ELSE, History
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import Recommendation

FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
PARALLELISM, PER_KPU = (
    Lever.of(kind, "counter") for kind in (LeverKind.PARALLELISM, LeverKind.PARALLELISM_PER_KPU)
)
RAISE = 20
"""Minutes ago."""
SOON, LONG_BEFORE = (0.5, 2, 3, 5.9), (6, 10)


def with_lowering(made: ChangeRecord, raised: ChangeRecord, *, by_hand: bool) -> History:
    if by_hand:
        return replace(history(raised), others=(replace(made, operation=SOMEONE_ELSE),))
    return history(made, raised)


def fell(before: float, since: float, minutes_ago: int = RAISE) -> Samples:
    return [before * 60] * (90 - minutes_ago) + [since * 60] * minutes_ago


def of_executions(of: Signals, past: History) -> list[Reason]:
    return list(
        Raises(of, past, NOON, current_capacities(of.pipeline)).of_executions(FACTOR, SHARDS)
    )


@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize(
    ("sooner", "held"),
    [(1, False), (2, False), (3, False), (5.9, False), (6, True), (10, True)],
)
def test_shards_raised_after_the_factor_was_lowered_are_judged_by_minutes_since_that(
    sooner: float, held: bool, by_hand: bool
) -> None:
    made = change(FACTOR, 6, 4, minutes_ago=RAISE + sooner)
    past = with_lowering(made, change(SHARDS, 2, 4, minutes_ago=RAISE), by_hand=by_hand)
    found = of_executions(newest(late(), read_records=fell(2005, 875)), past)
    assert ["2,005 records/s read before and 875 after" in str(each) for each in found] == (
        [True] * held
    )


def test_the_factor_raised_after_the_shards_were_lowered_too() -> None:
    of = newest(late(), read_records=fell(2005, 875))
    raised = change(FACTOR, 2, 4, minutes_ago=RAISE)
    assert of_executions(of, history(change(SHARDS, 7, 4, minutes_ago=RAISE + 2), raised)) == []
    assert len(of_executions(of, history(change(SHARDS, 3, 4, minutes_ago=RAISE + 2), raised))) == 1


def test_a_lowering_by_hand_seconds_before_a_raise_is_none_of_its_plan() -> None:
    """One of our own plan is, and the two are judged as one change."""
    of = newest(late(), read_records=fell(2005, 875))
    made = change(FACTOR, 5, 4, minutes_ago=RAISE + 0.5)
    raised = change(SHARDS, 2, 4, minutes_ago=RAISE)
    assert of_executions(of, with_lowering(made, raised, by_hand=True)) == []
    assert len(of_executions(of, with_lowering(made, raised, by_hand=False))) == 1


def test_a_raise_that_can_not_be_judged_is_waited_for_until_it_shows_and_no_longer() -> None:
    def past(minutes_ago: float) -> History:
        made = change(FACTOR, 6, 4, minutes_ago=minutes_ago + 2)
        return history(made, change(SHARDS, 2, 4, minutes_ago=minutes_ago))

    assert "has no visible effect yet" in str(of_executions(late(), past(2))[0])
    # The windows end 90 minutes ago: a raise in vain would be tried again an hour and a half on.
    assert [len(of_executions(late(), past(each))) for each in (3, 20, 89, 89.9)] == [0] * 4


@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize(
    ("later", "since", "held"),
    [(2, 875, False), (2.9, 875, False), (10, 1300, False), (10, 1000, True)],
    ids=["at once", "before it showed", "after it helped", "after it did not help"],
)
def test_minutes_after_a_lowering_tell_nothing_of_a_raise_before_it(
    later: float, since: float, held: bool, by_hand: bool
) -> None:
    made = change(FACTOR, 6, 4, minutes_ago=RAISE - later)
    past = with_lowering(made, change(SHARDS, 2, 4, minutes_ago=RAISE), by_hand=by_hand)
    between = int(later)
    read = [60_000.0] * 70 + [since * 60] * between + [500 * 60.0] * (RAISE - between)
    assert bool(of_executions(newest(late(), read_records=read), past)) is held


@pytest.mark.parametrize(("later", "held"), [(2, False), (2.9, False), (3, True), (10, True)])
def test_a_raise_that_never_showed_puts_no_next_try_off(later: float, held: bool) -> None:
    """The windows of 90 minutes no longer show either of the two raises of the day."""
    raised = [change(SHARDS, 1, 2, minutes_ago=300), change(SHARDS, 2, 4, minutes_ago=100)]
    made = change(FACTOR, 6, 4, minutes_ago=100 - later)
    assert bool(of_executions(late(), history(*raised, made))) is held


@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize(("sooner", "held"), [(each, False) for each in SOON] + [(6, True)])
def test_shards_for_arrivals_too(sooner: float, held: bool, by_hand: bool) -> None:
    of = newest(
        signals(a_pipeline(shards=4, factor=4)),
        write_throttles=[3000] * 30,
        incoming_records=fell(3000, 2000),
    )
    made = change(SHARDS, 4, 2, minutes_ago=RAISE + sooner)
    past = with_lowering(made, change(SHARDS, 2, 4, minutes_ago=RAISE), by_hand=by_hand)
    why = Reason.of("asked", "asked for")
    wanted = Recommendation(SHARDS, 4, 8, why, for_arrivals=8)
    raises = Raises(of, past, NOON, current_capacities(of.pipeline))
    assert bool(list(shards_in_vain(raises, wanted))) is held


@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize(("sooner", "held"), [(each, False) for each in SOON] + [(6, True)])
def test_units_of_a_table_too(sooner: float, held: bool, by_hand: bool) -> None:
    of = newest(late(), "scores", consumed_write_units=fell(700, 390))
    made = change(WRITES, 800, 100, minutes_ago=RAISE + sooner)
    past = with_lowering(made, change(WRITES, 100, 400, minutes_ago=RAISE), by_hand=by_hand)
    raises = Raises(of, past, NOON, current_capacities(of.pipeline))
    assert bool(list(units_in_vain(raises, WRITES))) is held


JOB = [JobMinute(behind_seconds=100 + 30.0 * at) for at in range(90)]


@pytest.mark.parametrize(
    ("made", "held"),
    [
        *((change(PARALLELISM, 8, 2, minutes_ago=RAISE + each), False) for each in SOON),
        *((change(PER_KPU, 1, 2, minutes_ago=RAISE + each), False) for each in SOON),
        *((change(PARALLELISM, 8, 2, minutes_ago=RAISE + each), True) for each in LONG_BEFORE),
        (change(PARALLELISM, 1, 2, minutes_ago=RAISE + 2), True),
    ],
    ids=str,
)
def test_subtasks_too(made: ChangeRecord, held: bool) -> None:
    application = an_application(4, parallelism_per_kpu=2)
    of = newest(
        job_signals(a_flink_pipeline(application), *JOB),
        "counter",
        uptime_milliseconds=[60_000.0 * at for at in range(1, 19)],
        records_per_second=[2005] * 70 + [None] * 2 + [875] * 18,
    )
    past = history(made, change(PARALLELISM, 2, 4, minutes_ago=RAISE))
    raises = Raises(of, past, NOON, current_capacities(of.pipeline))
    assert bool(list(subtasks_in_vain(raises, PARALLELISM))) is held


def test_subtasks_lowered_by_hand_too() -> None:
    of = newest(
        job_signals(a_flink_pipeline(an_application(4)), *JOB),
        "counter",
        uptime_milliseconds=[60_000.0 * at for at in range(1, 19)],
        records_per_second=[2005] * 70 + [None] * 2 + [875] * 18,
    )
    for sooner, held in ((2, False), (6, True)):
        made = change(PARALLELISM, 8, 2, minutes_ago=RAISE + sooner)
        past = with_lowering(made, change(PARALLELISM, 2, 4, minutes_ago=RAISE), by_hand=True)
        raises = Raises(of, past, NOON, current_capacities(of.pipeline))
        assert bool(list(subtasks_in_vain(raises, PARALLELISM))) is held


@pytest.mark.parametrize(
    ("made", "per_kpu", "held"),
    [
        (change(PARALLELISM, 8, 2, minutes_ago=32), 1, False),
        (change(PER_KPU, 1, 2, minutes_ago=32), 2, False),
        (change(PER_KPU, 1, 2, minutes_ago=36), 2, True),
        (change(PARALLELISM, 8, 2, minutes_ago=36), 1, True),
    ],
    ids=["fewer subtasks", "more a KPU", "more long before", "fewer long before"],
)
def test_kpus_for_a_heap_too(made: ChangeRecord, per_kpu: int, held: bool) -> None:
    """The heap was as full with more KPUs, with few, and with twice as many."""
    full = JobMinute(heap_percent=95.0)
    minutes = [*[full] * 60, DOWN, JobMinute(uptime_seconds=30.0, heap_percent=30.0), *[full] * 28]
    of = job_signals(a_flink_pipeline(an_application(4, parallelism_per_kpu=per_kpu)), *minutes)
    past = history(made, change(PARALLELISM, 2, 4, minutes_ago=30))
    assert bool(list(heap_raise_in_vain(of, past, PARALLELISM, NOON))) is held
