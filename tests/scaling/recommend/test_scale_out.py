from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, SPEC, Minute, a_pipeline, a_table, signals
from tests.looks import a_look
from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.reason import Reason
from tidegate.scaling.load.burst_baseline import Standing
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.plan.decide import decide

TABLE = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
STABILIZATION = [Minute(records_per_second=100)] * 80
LATE = timedelta(minutes=2)


def decision(units: int, rate: float) -> Decision:
    """Of a table behind a wide and quick stream, two minutes after a minute of a higher rate."""
    minutes = [*STABILIZATION, Minute(records_per_second=rate)]
    seen = signals(a_pipeline(shards=4, factor=10, table=a_table(units)), *minutes)
    diagnoses = diagnose(seen)
    assert [each.cause for each in diagnoses] == [Cause.HEALTHY]
    plan = decide(a_look(seen, diagnoses, SPEC, History(()), NOON + LATE))
    return next(each for each in plan.decisions if each.lever == TABLE)


def test_a_burst_that_lasts_until_a_change_is_in_effect_is_left_to_last() -> None:
    left = 300 * 500 - 60 * (900 - 500)
    assert left > 180 * (900 - 500)
    assert decision(500, 900).wanted == 500


def test_a_burst_that_does_not_is_answered_in_health() -> None:
    left = 300 * 500 - 60 * (1200 - 500)
    waiting = 180 * (1200 - 500) - left - 15 * 1200
    found = decision(500, 1200)
    assert found.wanted == pytest.approx(max(1200 / 0.7, 1200 + waiting / 300), abs=1)
    assert str(found.because).startswith(
        "burst credits would run out before a later change takes effect; "
        "1,200 records/s need 1.00 WCU each at a target utilization of 70%"
    )


def behind(units: int, after: timedelta, history: History) -> Decision:
    """Of a table that throttled minutes ago, with a backlog that it is to drain."""
    sick = Minute(records_per_second=300, age_seconds=200, table_throttles=5000)
    pipeline = a_pipeline(shards=4, factor=10, table=a_table(units))
    seen = signals(pipeline, *STABILIZATION, *[sick] * 2, replace(sick, table_throttles=0))
    plan = decide(a_look(seen, diagnose(seen), SPEC, history, NOON + after))
    return next(each for each in plan.decisions if each.lever == TABLE)


def test_a_look_right_after_a_raise_raises_no_further_for_the_seconds_that_it_took() -> None:
    raised, made_at = behind(50, LATE, History(())).wanted, LATE + timedelta(seconds=3)
    made = ChangeRecord(
        "e", "race", TABLE, "dynamodb:UpdateTable", 50, raised, "", NOON + made_at, Outcome.DONE
    )
    assert behind(raised, made_at, History((made,))).wanted == raised


def throttled(rate: float, units_consumed_per_record: float, *, over: bool = False) -> Decision:
    """Of a table of 1,000 units that throttles long after its last change, the age well over the
    objective and not falling; ``over`` where its newest minute throttles nothing any more."""
    stabilization = [Minute(records_per_second=rate)] * 80
    sick = Minute(
        records_per_second=rate,
        age_seconds=100,
        table_throttles=5000,
        units_per_record=units_consumed_per_record,
    )
    newest = replace(sick, table_throttles=0) if over else sick
    pipeline = a_pipeline(shards=4, factor=10, table=a_table(1000))
    seen = signals(pipeline, *stabilization, *[sick] * 3, newest)
    plan = decide(a_look(seen, diagnose(seen), SPEC, History(()), NOON + LATE))
    return next(each for each in plan.decisions if each.lever == TABLE)


def test_a_table_that_throttles_though_it_is_not_used_up_is_doubled() -> None:
    assert throttled(rate=100, units_consumed_per_record=1).wanted == 2000


def test_a_table_that_is_used_up_by_a_drain_is_not() -> None:
    assert throttled(rate=300, units_consumed_per_record=3.2).wanted < 2000


def test_a_table_that_throttles_no_more_is_not() -> None:
    assert throttled(rate=100, units_consumed_per_record=1, over=True).wanted == 1000


@pytest.mark.parametrize(("units", "throttles"), [(550, 5000), (310, 0)])
def test_the_rest_of_a_jump_is_followed_while_its_table_is_short(
    units: int, throttles: int
) -> None:
    """It throttles, or soon will."""
    before = Minute(records_per_second=300, table_throttles=throttles)
    jumped = replace(before, records_per_second=600)
    pipeline = a_pipeline(shards=4, factor=10, table=a_table(units))
    seen = signals(pipeline, *[Minute(records_per_second=300)] * 80, before, before, jumped)
    plan = decide(a_look(seen, diagnose(seen), SPEC, History(()), NOON + LATE))
    table = next(each for each in plan.decisions if each.lever == TABLE)
    assert str(table.because).startswith("900 records/s (rising from 600) need 1.00 WCU each")


def test_shards_follow_no_jump_of_one_minute() -> None:
    """A reshard cannot be had again soon: 450 more would need another shard, and may not come; the
    table gets what the one lets in."""
    before = Minute(records_per_second=300, table_throttles=5000)
    jumped = replace(before, records_per_second=750)
    pipeline = a_pipeline(shards=1, factor=10, table=a_table(550))
    seen = signals(pipeline, *[Minute(records_per_second=300)] * 80, before, before, jumped)
    plan = decide(a_look(seen, diagnose(seen), SPEC, History(()), NOON + LATE))
    told = {each.lever.kind: each for each in plan.decisions}
    assert "1,000 records/s (rising from 750)" in str(told[LeverKind.WRITE_CAPACITY].because)
    assert told[LeverKind.SHARD_COUNT].wanted == 1


SPLIT = History(
    (
        ChangeRecord(
            "e",
            "race",
            TABLE,
            "dynamodb:UpdateTable",
            1600,
            700,
            "",
            NOON - timedelta(hours=3),
            Outcome.DONE,
        ),
    )
)
"""A table that once had partitions for 1,600 units has them still."""


def standing_at_700(*minutes: Minute, known: float, history: History = SPLIT) -> Decision:
    """Of a table of 700 units that stands while its load comes and goes; one excursion brought
    ``known`` records beyond 700 a second before."""
    quiet = [Minute(records_per_second=500)] * 80
    seen = signals(a_pipeline(shards=4, factor=10, table=a_table(700)), *quiet, *minutes)
    load = Load(500, 150_000, has_headroom=True)
    each = Expected(load, load, Reason.of("forecast", "as forecast"))
    where = Standing(700, known, following_records_per_second=1300, highest_records_per_second=1500)
    expected = ForecastHorizons(each, each, each, each, 600, 1500, 300, 600, standing=where)
    plan = decide(a_look(seen, diagnose(seen), SPEC, history, NOON + LATE), expected)
    return next(each for each in plan.decisions if each.lever == TABLE)


def spiking(minutes: int, *, known: float) -> Decision:
    """Of a load that spikes from 500 to 1,500 records/s."""
    return standing_at_700(*[Minute(records_per_second=1500)] * minutes, known=known)


def test_a_spike_that_the_burst_bears_as_it_bore_those_before_raises_nothing() -> None:
    assert spiking(3, known=4 * 60 * 800).wanted == 700


def test_a_spike_beyond_what_the_partitions_take_is_answered_whatever_is_saved_up() -> None:
    at_the_limit = Minute(records_per_second=1500, units_per_record=1000 / 1500)
    found = standing_at_700(*[at_the_limit] * 3, known=4 * 60 * 800, history=History(()))
    assert found.wanted > 1400
    assert str(found.because).startswith(
        "the partitions of scores serve at most 1,000 write units/s"
    )


def test_a_spike_that_goes_on_for_longer_than_any_before_is_answered() -> None:
    assert spiking(3, known=60 * 800).wanted > 1400


def test_a_spike_that_may_bring_more_than_the_burst_bears_is_answered_too() -> None:
    assert spiking(3, known=20 * 60 * 800).wanted > 1400


def test_a_table_that_throttles_at_its_usual_load_is_answered_wherever_it_stands() -> None:
    sick = [
        Minute(records_per_second=500, table_throttles=3000, age_seconds=age)
        for age in (10, 20, 30, 40, 50)
    ]
    assert standing_at_700(*sick, known=4 * 60 * 800).wanted == 1400
