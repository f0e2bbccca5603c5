"""A raise that did not help, and was not the first for its load, is taken back."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from tests.builders import (
    NOON,
    OURS,
    SPEC,
    Minute,
    Samples,
    a_pipeline,
    a_table,
    newest,
    signals,
)
from tests.change_records import change, history
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window
from tidegate.scaling.config.specification import ChangeWindow, LeverSpec, PipelineSpec
from tidegate.scaling.model.change_record import TAKEN_BACK, ChangeRecord, Lever, Outcome
from tidegate.scaling.model.effect import is_take_back
from tidegate.scaling.model.history import SOMEONE_ELSE, History
from tidegate.scaling.model.pause import Pause
from tidegate.scaling.model.plan import Decision, Plan
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.plan.decide import decide
from tidegate.scaling.plan.take_back import take_backs

FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
READS = Lever.of(LeverKind.READ_CAPACITY, "scores")
UNITS = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
FIRST, SECOND = 60, 20
"""Minutes ago."""
SETTINGS = {FACTOR: 8, SHARDS: 4, UNITS: 1000}
RAISES = [(FACTOR, 2, 5, 8), (SHARDS, 2, 3, 4), (UNITS, 200, 500, 1000)]
"""What a lever was set to at first, and by each of two raises."""


def late(**minute: float) -> list[Minute]:
    """An age over the objective that grows."""
    return [Minute(age_seconds=900 + 30 * at, **minute) for at in range(90)]


def seen(*minutes: Minute) -> Signals:
    pipeline = a_pipeline(shards=4, factor=8, table=a_table(1000))
    return signals(pipeline, *(minutes or late()))


def twice(lever: Lever, first: int, second: int, third: int) -> list[ChangeRecord]:
    return [
        change(lever, first, second, minutes_ago=FIRST),
        change(lever, second, third, minutes_ago=SECOND),
    ]


TWICE = twice(FACTOR, 2, 5, 8)


def plan_of(of: Signals, past: History, spec: PipelineSpec = SPEC) -> Plan:
    return decide(a_look(of, diagnose(of), spec, past, NOON))


def taken_back(of: Signals, *made: ChangeRecord, spec: PipelineSpec = SPEC) -> dict[Lever, int]:
    plan = plan_of(of, history(*made), spec)
    return {each.lever: each.allowed for each in plan.decisions if is_take_back(each)}


def decision(of: Signals, lever: Lever, *made: ChangeRecord) -> Decision:
    (found,) = [each for each in plan_of(of, history(*made)).decisions if each.lever == lever]
    return found


@pytest.mark.parametrize(("lever", "first", "second", "third"), RAISES, ids=lambda each: str(each))
def test_the_second_raise_for_the_same_load_that_did_not_help_is_taken_back(
    lever: Lever, first: int, second: int, third: int
) -> None:
    made = twice(lever, first, second, third)
    assert taken_back(seen(), *made) == {lever: second}
    assert taken_back(seen(), made[1]) == {}
    plan = plan_of(seen(), history(*made))
    assert [list(each.levers()) for each in plan.actions] == [[lever]]


def test_the_reason_says_what_did_not_help_and_what_is_kept() -> None:
    assert str(decision(seen(), FACTOR, *TWICE).because) == (
        "a further increase for the same load, from 5 to 8 at 11:40, did not help and is taken "
        "back: 100 records/s read before and 100 after the increase; the increase of the "
        "parallelization factor of scorer at 11:00 is kept, since it was made before the minutes "
        "compared"
    )


def since(before: float, after: float, minutes_ago: int = SECOND) -> Samples:
    return [before * 60] * (90 - minutes_ago) + [after * 60] * minutes_ago


@pytest.mark.parametrize(("lever", "first", "second", "third"), RAISES, ids=lambda each: str(each))
@pytest.mark.parametrize(
    ("now", "is_taken_back"), [(109, True), (111, False), (90, True)], ids=["same", "grown", "less"]
)
def test_a_load_that_has_grown_since_keeps_what_was_raised(
    lever: Lever, first: int, second: int, third: int, now: float, is_taken_back: bool
) -> None:
    of = newest(seen(), incoming_records=since(100, now, SECOND - 5))
    assert bool(taken_back(of, *twice(lever, first, second, third))) is is_taken_back


@pytest.mark.parametrize(("before", "is_taken_back"), [(92, True), (90, False)])
def test_a_raise_for_a_load_that_had_grown_since_the_one_before_it_is_the_first_for_it(
    before: float, is_taken_back: bool
) -> None:
    of = newest(seen(), incoming_records=since(before, 100, FIRST - 10))
    assert bool(taken_back(of, *TWICE)) is is_taken_back


@pytest.mark.parametrize(("load", "is_taken_back"), [(100, True), (50, False), (None, False)])
def test_the_loads_history_tells_of_a_raise_that_the_windows_no_longer_show(
    load: float | None, is_taken_back: bool
) -> None:
    made = [change(FACTOR, 2, 5, minutes_ago=150), TWICE[1]]
    of = seen() if load is None else with_past(seen(), load)
    assert bool(taken_back(of, *made)) is is_taken_back


@pytest.mark.parametrize(("minutes_since", "is_taken_back"), [(40, True), (4, True), (0, False)])
def test_shards_whose_parents_were_read_for_hours_are_taken_back_after_that(
    minutes_since: int, is_taken_back: bool
) -> None:
    made = [change(SHARDS, 2, 3, minutes_ago=300), change(SHARDS, 3, 4, minutes_ago=150)]
    while_read = [60_000.0 * (160 + at) for at in range(90 - minutes_since)]
    ages = [*while_read, *[60_000.0 * (100 + at / 2) for at in range(minutes_since)]]
    of = with_past(newest(seen(), iterator_age_milliseconds=ages), 100)
    assert taken_back(of, *made) == ({SHARDS: 3} if is_taken_back else {})


def with_past(of: Signals, records_per_second: float) -> Signals:
    """So much came in at all times of the day before."""
    metric = replace(of.series.source.incoming_records.metric, period_seconds=300)
    past = Window(metric, NOON - timedelta(days=1), (records_per_second * 300,) * 288)
    return replace(of, load_history=past)


@pytest.mark.parametrize(
    ("lever", "part", "field"),
    [
        (FACTOR, "stream", "read_records"),
        (SHARDS, "stream", "read_records"),
        (UNITS, "scores", "consumed_write_units"),
    ],
    ids=str,
)
def test_a_raise_that_helped_or_of_which_too_little_is_known_is_kept(
    lever: Lever, part: str, field: str
) -> None:
    made = twice(*next(each for each in RAISES if each[0] == lever))
    for told in (since(100, 106), [*[6000.0] * 85, *[None] * 5], [None] * 90):
        assert taken_back(newest(seen(), part, **{field: told}), *made) == {}


@pytest.mark.parametrize("field", ["incoming_records", "iterator_age_milliseconds"])
@pytest.mark.parametrize("told", [[None] * 90, [*[None] * 2, 6000.0, *[None] * 6, 6000.0, 6000.0]])
def test_nothing_is_taken_back_by_a_part_of_the_metrics(field: str, told: Samples) -> None:
    assert taken_back(newest(seen(), **{field: told}), *TWICE) == {}


def test_nor_where_cloudwatch_failed_to_tell_one_of_them() -> None:
    of = seen()
    unread = replace(of.series.source.write_throttles, unread="Forbidden")
    assert taken_back(replace(of, series=replace(of.series, unread=(unread,))), *TWICE) == {}


@pytest.mark.parametrize(("minutes_ago", "is_taken_back"), [(7.9, False), (8, True)])
def test_a_raise_has_the_time_to_show_and_to_catch_up(
    minutes_ago: float, is_taken_back: bool
) -> None:
    made = [TWICE[0], change(FACTOR, 5, 8, minutes_ago=minutes_ago)]
    assert bool(taken_back(seen(), *made)) is is_taken_back


@pytest.mark.parametrize(("minutes_ago", "is_taken_back"), [(8.4, False), (8.5, True)])
def test_shards_have_the_time_of_a_reshard_as_well(minutes_ago: float, is_taken_back: bool) -> None:
    made = [change(SHARDS, 2, 3, minutes_ago=FIRST), change(SHARDS, 3, 4, minutes_ago=minutes_ago)]
    assert bool(taken_back(seen(), *made)) is is_taken_back


def test_raises_of_shards_and_factor_are_tries_of_one_quantity() -> None:
    shards, factor = change(SHARDS, 2, 3, minutes_ago=FIRST), change(FACTOR, 5, 8, minutes_ago=20)
    assert taken_back(seen(), shards, factor) == {FACTOR: 5}
    units = change(UNITS, 200, 500, minutes_ago=FIRST)
    assert taken_back(seen(), units, factor) == {}


def test_both_are_taken_back_where_one_plan_raised_both() -> None:
    both = [change(SHARDS, 3, 4, minutes_ago=SECOND - 0.1), TWICE[1]]
    assert taken_back(seen(), TWICE[0], *both) == {FACTOR: 5, SHARDS: 3}
    lowered = [change(SHARDS, 6, 4, minutes_ago=SECOND - 0.1), TWICE[1]]
    assert taken_back(seen(), TWICE[0], *lowered) == {}


@pytest.mark.parametrize(("minutes_later", "is_taken_back"), [(20, False), (89, False), (90, True)])
def test_the_rest_of_a_raise_that_the_limit_of_a_step_cut_is_no_second_raise(
    minutes_later: int, is_taken_back: bool
) -> None:
    made = [
        change(SHARDS, 1, 2, minutes_ago=SECOND + minutes_later),
        change(SHARDS, 2, 4, minutes_ago=SECOND),
    ]
    assert bool(taken_back(with_past(seen(), 100), *made)) is is_taken_back


@pytest.mark.parametrize(("minutes_ago", "is_taken_back"), [(23, False), (23.1, True)])
def test_nor_is_one_that_went_on_before_the_first_showed(
    minutes_ago: float, is_taken_back: bool
) -> None:
    made = [change(FACTOR, 2, 5, minutes_ago=minutes_ago), TWICE[1]]
    assert bool(taken_back(seen(), *made)) is is_taken_back


@pytest.mark.parametrize("lower", [change(FACTOR, 5, 4, minutes_ago=40)], ids=str)
@pytest.mark.parametrize("by_hand", [False, True])
def test_a_lowering_between_two_raises_makes_the_later_the_first(
    lower: ChangeRecord, by_hand: bool
) -> None:
    made = [TWICE[0], change(FACTOR, 4, 8, minutes_ago=SECOND)]
    past = history(*made) if by_hand else history(*made, lower)
    others = (replace(lower, operation=SOMEONE_ELSE),) if by_hand else ()
    plan = plan_of(seen(), replace(past, others=others))
    assert not any(map(is_take_back, plan.decisions))


def test_but_not_where_it_took_a_raise_back() -> None:
    back = replace(change(FACTOR, 5, 2, minutes_ago=45), entry_id=f"back{TAKEN_BACK}")
    assert taken_back(seen(), TWICE[0], back, change(FACTOR, 2, 8, minutes_ago=SECOND)) == {
        FACTOR: 2
    }


def test_a_lever_that_nothing_else_wants_to_change_is_taken_back_as_well() -> None:
    of, stays = seen(), Recommendation(FACTOR, 8, 8, UNCHANGED)
    look = a_look(of, diagnose(of), SPEC, history(*TWICE))
    (found,) = take_backs(look, [stays], [])
    assert (found.lever, found.current, found.wanted) == (FACTOR, 8, 5)


UNDO = replace(TWICE[1], because=f"{TWICE[0].entry_id} is reverted: by mistake")


@pytest.mark.parametrize(
    "second",
    [
        replace(TWICE[1], pipeline="reshard/racers"),
        replace(TWICE[1], pipeline="another"),
        replace(TWICE[1], outcome=Outcome.UNKNOWN),
        replace(TWICE[1], outcome=Outcome.FAILED),
        replace(TWICE[1], to_capacity=6),
        UNDO,
    ],
    ids=[
        "by tidegate reshard",
        "by another pipeline",
        "unknown",
        "failed",
        "changed since",
        "undo",
    ],
)
def test_only_what_this_pipeline_has_raised_is_taken_back(second: ChangeRecord) -> None:
    assert taken_back(seen(), TWICE[0], second) == {}


@pytest.mark.parametrize("lever", [FACTOR, SHARDS], ids=str)
@pytest.mark.parametrize("minutes_ago", [10, SECOND])
def test_nor_what_somebody_has_changed_since_or_along_with_it(
    lever: Lever, minutes_ago: int
) -> None:
    made = change(lever, 3, SETTINGS[lever], minutes_ago=minutes_ago)
    by_hand = replace(made, operation=SOMEONE_ELSE)
    past = replace(history(*TWICE), others=(by_hand,))
    assert not any(map(is_take_back, plan_of(seen(), past).decisions))


def test_nor_while_anything_is_raised_that_may_be_what_was_in_the_way() -> None:
    short = [*late()[:-3], *[replace(each, table_throttles=600) for each in late()[-3:]]]
    plan = plan_of(seen(*short), history(*TWICE))
    assert any(each.allowed > each.current for each in plan.decisions)
    assert not any(map(is_take_back, plan.decisions))
    changed = replace(seen(), changed_at=NOON - timedelta(minutes=2))
    assert taken_back(changed, *TWICE) == {}


def test_shards_stay_as_many_as_the_records_that_come_in_need() -> None:
    made = twice(*RAISES[1])
    for enough, to in ((2300, {SHARDS: 3}), (3000, {})):
        many = late(records_per_second=enough, units_per_record=0.1)
        assert taken_back(seen(*many), *made) == to
    refused = newest(seen(), write_throttles=[0] * 87 + [600] * 3)
    assert taken_back(refused, *made) == {}


def test_units_stay_as_many_as_are_consumed() -> None:
    made = twice(*RAISES[2])
    odd = newest(seen(), "scores", consumed_write_units=[*[6000] * 80, 42_000, *[6000] * 9])
    assert taken_back(odd, *made) == {UNITS: 700}


def test_read_units_are_kept_while_nothing_is_late() -> None:
    """By what they were raised for, the reads that were refused, they may have helped."""
    made = twice(READS, 2, 5, 10)
    of = newest(seen(*[Minute()] * 90), "scores", consumed_read_units=[60.0] * 90)
    assert taken_back(of, *made) == {}
    of = newest(seen(), "scores", consumed_read_units=[60.0] * 90)
    assert taken_back(of, *made) == {READS: 5}


def test_units_that_ended_throttles_are_kept() -> None:
    made = twice(*RAISES[2])
    ended = newest(seen(), "scores", write_throttles=[60.0] * 70 + [None] * 20)
    assert taken_back(ended, *made) == {}


NOONTIME = ChangeWindow(time(11), time(13), allow="up")


@pytest.mark.parametrize(
    ("spec", "to"),
    [
        (replace(SPEC, change_windows=[NOONTIME]), {}),
        (replace(SPEC, levers=replace(OURS, parallelization_factor=LeverSpec(max=10))), {}),
        (replace(SPEC, levers=replace(
            OURS, parallelization_factor=LeverSpec(min=7, max=10, owner="tidegate"))), {FACTOR: 7}),
    ],
    ids=["change window", "no owner", "minimum"],
)  # fmt: skip
def test_every_constraint_holds_it_as_any_change(spec: PipelineSpec, to: dict[Lever, int]) -> None:
    assert taken_back(seen(), *TWICE, spec=spec) == to


def test_a_pause_too() -> None:
    pause = Pause(NOON + timedelta(hours=1), "a test", "race", "shard_count")
    past = replace(history(*twice(*RAISES[1])), pauses=(pause,))
    assert not any(map(is_take_back, plan_of(seen(), past).decisions))


def test_the_calls_kept_for_raises_are_not_spent_on_it() -> None:
    call = "kinesis:UpdateShardCount"
    spent = [
        change(SHARDS, 4, 4, minutes_ago=600 + at, operation=call, pipeline="x") for at in range(7)
    ]
    made = [replace(each, operation=call) for each in twice(*RAISES[1])]
    assert taken_back(seen(), *made) == {SHARDS: 3}
    assert taken_back(seen(), *spent, *made) == {}
