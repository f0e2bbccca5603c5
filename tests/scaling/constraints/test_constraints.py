from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, SPEC, Minute, a_pipeline, a_stream, a_table, signals
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.reason import Reason
from tidegate.scaling.config.lever_spec import Owner
from tidegate.scaling.config.levers import lever_spec
from tidegate.scaling.config.specification import (
    ChangeWindow,
    ConsumerSpec,
    IndexSpec,
    Levers,
    LeverSpec,
    PipelineSpec,
    TableSpec,
)
from tidegate.scaling.constraints.operator import constrain, owner_constraints, window_constraints
from tidegate.scaling.kinds.dynamodb_table.levers import capacity_constraints
from tidegate.scaling.kinds.kinesis_stream.actions import SplitShard
from tidegate.scaling.kinds.kinesis_stream.levers import (
    doublings,
    preferred_count,
    shard_count_constraints,
)
from tidegate.scaling.kinds.lambda_mapping.levers import factor_constraints
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint, Prohibition, Range
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.plan.decide import Decider

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
ASKED = Reason.of("desired-capacity", "asked for")


def update(
    minutes_ago: float, outcome: Outcome = Outcome.DONE, detail: str | None = None
) -> ChangeRecord:
    begun = NOON - timedelta(minutes=minutes_ago)
    return ChangeRecord(
        f"e{minutes_ago}",
        "race",
        SHARDS,
        "kinesis:UpdateShardCount",
        1,
        2,
        "",
        begun,
        outcome,
        begun,
        detail,
    )


def told(reasons: tuple[Reason, ...]) -> tuple[str, ...]:
    return tuple(map(str, reasons))


def a_range(ends: tuple[int, int]) -> Range:
    reason = Reason.of(
        ReasonKind.FILE_RANGE, "within {lower}..{upper}", lower=min(ends), upper=max(ends)
    )
    return Range(min(ends), max(ends), reason)


RANGES = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(a_range)
PROHIBITIONS = st.builds(
    Prohibition,
    st.builds(
        Reason.told, st.sampled_from(ReasonKind), st.sampled_from(["owned by another", "UPDATING"])
    ),
)
CAPACITY = st.integers(1, 60)


def distance(of: Range, capacity: int) -> int:
    return max(of.lower - capacity, capacity - of.upper, 0)


@given(CAPACITY, CAPACITY, st.lists(RANGES))
def test_no_range_turns_a_wish_round_and_none_is_left_that_was_kept(
    current: int, wanted: int, ranges: list[Range]
) -> None:
    allowed, held_by = constrain(current, wanted, ranges)
    assert min(current, wanted) <= allowed <= max(current, wanted)
    assert bool(held_by) == (allowed != wanted)
    for each in ranges:
        assert distance(each, allowed) <= distance(each, current)


@given(CAPACITY, CAPACITY, st.lists(RANGES | PROHIBITIONS), st.data())
def test_the_order_of_constraints_never_matters(
    current: int, wanted: int, constraints: list[Constraint], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(constraints))
    allowed, held_by = constrain(current, wanted, constraints)
    again, held_again = constrain(current, wanted, shuffled)
    assert (again, set(held_again)) == (allowed, set(held_by))


@given(CAPACITY, CAPACITY, st.lists(RANGES), PROHIBITIONS, st.integers(0, 9))
def test_a_prohibition_wins_wherever_it_stands(
    current: int, wanted: int, ranges: list[Range], prohibition: Prohibition, at: int
) -> None:
    constraints: list[Constraint] = [*ranges[:at], prohibition, *ranges[at:]]
    allowed, held_by = constrain(current, wanted, constraints)
    assert allowed == current
    assert held_by == (() if wanted == current else (prohibition.reason,))


@given(
    shards=st.integers(1, 400),
    wanted=st.integers(1, 20_000),
    ages=st.lists(st.floats(0, 3000), max_size=14),
)
def test_update_shard_count_stays_within_double_half_and_ten_a_day(
    shards: int, wanted: int, ages: list[float]
) -> None:
    history = History(tuple(update(age) for age in ages))
    bounds = shard_count_constraints(a_stream(shards), wanted, 500, history, NOON)
    allowed = preferred_count(shards, constrain(shards, wanted, bounds)[0])
    assert ceil(shards / 2) <= allowed <= min(2 * shards, 10_000)
    spent = sum(age < 24 * 60 for age in ages)
    assert spent < 10 or allowed == shards


@given(shards=st.integers(2, 400), wanted=st.integers(1, 400), spent=st.integers(0, 10))
def test_a_scale_in_leaves_the_calls_that_a_scale_out_to_the_maximum_needs(
    shards: int, wanted: int, spent: int
) -> None:
    history = History(tuple(update(1 + at) for at in range(spent)))
    bounds = shard_count_constraints(a_stream(shards), wanted, 400, history, NOON)
    allowed, _ = constrain(shards, wanted, bounds)
    if allowed < shards:
        assert 10 - spent - 1 >= doublings(allowed, 400)


@given(current=st.integers(1, 400), allowed=st.integers(1, 800))
def test_a_preferred_count_is_never_short_and_never_wasteful(current: int, allowed: int) -> None:
    preferred = preferred_count(current, allowed)
    assert allowed <= preferred <= allowed * 1.25 or preferred == allowed
    assert (preferred > current) == (allowed > current)
    assert (preferred < current) == (allowed < current)


@pytest.mark.parametrize(
    ("current", "allowed", "preferred"),
    [(4, 5, 5), (8, 9, 10), (100, 101, 125), (100, 126, 150), (1, 2, 2), (8, 5, 6), (100, 40, 50)],
)
def test_multiples_of_a_quarter_are_preferred(current: int, allowed: int, preferred: int) -> None:
    assert preferred_count(current, allowed) == preferred


def test_a_refusal_by_aws_counts_more_than_the_ledger() -> None:
    refused = update(5, Outcome.FAILED, "LimitExceeded: ten a day")
    bounds = shard_count_constraints(a_stream(2), 4, 64, History((refused,)), NOON)
    allowed, held_by = constrain(2, 4, bounds)
    assert allowed == 2
    assert told(held_by) == (
        "AWS refused UpdateShardCount (ten a day), although only 0 of 10 calls in 24 hours are known: "
        "other callers made the rest, or another limit applies, such as the shard quota of the "
        "account",
    )


@pytest.mark.parametrize("refused_minutes_ago", [None, 4, 6])
def test_calls_that_are_spent_make_way_for_splits_unless_one_was_refused_lately(
    refused_minutes_ago: int | None,
) -> None:
    change_records = [update(30 + at) for at in range(10)]
    if refused_minutes_ago is not None:
        no = update(refused_minutes_ago, Outcome.FAILED, "LimitExceeded: no shards left")
        change_records.append(replace(no, operation="kinesis:SplitShard"))
    caller: Owner = "application-autoscaling"
    recommendation = Recommendation(SHARDS, 2, 4, ASKED)
    spec = replace(SPEC, levers=Levers(shard_count=LeverSpec(max=8, owner=caller)))
    seen = signals(a_pipeline(shards=2), Minute())
    plan = Decider(
        a_look(seen, (), spec, History(tuple(change_records)), NOON), caller=caller
    ).plan_for(recommendation)
    splits = [each for each in plan.actions if isinstance(each, SplitShard)]
    assert len(splits) == len(plan.actions) == (0 if refused_minutes_ago == 4 else 1)


def test_ten_calls_that_are_known_are_told_as_spent_whatever_aws_says() -> None:
    refused = update(5, Outcome.FAILED, "LimitExceeded: ten a day")
    history = History((*(update(30 + at) for at in range(10)), refused))
    _, held_by = constrain(2, 4, shard_count_constraints(a_stream(2), 4, 64, history, NOON))
    assert told(held_by) == ("all 10 UpdateShardCount calls per 24 hours are used",)


@given(
    used=st.integers(0, 30),
    minutes=st.integers(0, 300),
    wanted=st.integers(1, 2000),
)
def test_decreases_follow_the_budget_that_describe_table_tells(
    used: int, minutes: int, wanted: int
) -> None:
    table = a_table(1000)
    last = NOON - timedelta(minutes=minutes)
    capacity = replace(table.capacity, decreases_today=used, last_decrease_at=last)
    allowed, held_by = constrain(
        1000, wanted, capacity_constraints(table, capacity, wanted < 1000, NOON)
    )
    if wanted >= 1000:
        assert (allowed, held_by) == (wanted, ())
    else:
        may = used < 4 or (used < 27 and minutes >= 60)
        assert allowed == (wanted if may else 1000)


@pytest.mark.parametrize("status", ["UPDATING", "CREATING"])
def test_a_table_that_is_changing_is_left_alone(status: str) -> None:
    table = replace(a_table(), status=status)
    allowed, held_by = constrain(
        1000, 2000, capacity_constraints(table, table.capacity, False, NOON)
    )
    assert (allowed, told(held_by)) == (1000, (f"scores is {status}",))


def test_a_changing_index_holds_its_table_too() -> None:
    table = a_table(index_units=50)
    table = replace(table, indexes=(replace(table.indexes[0], status="UPDATING"),))
    allowed, _ = constrain(1000, 2000, capacity_constraints(table, table.capacity, False, NOON))
    assert allowed == 1000


@given(cap=st.integers(1, 200), shards=st.integers(1, 50), wanted=st.integers(1, 40))
def test_the_factor_never_asks_for_more_than_the_reserved_concurrency(
    cap: int, shards: int, wanted: int
) -> None:
    consumer = consumers_of(a_pipeline(shards=shards, reserved_concurrency=cap))[0]
    allowed, _ = constrain(1, wanted, factor_constraints(consumer, shards, 1000))
    assert 1 <= allowed <= 10
    assert allowed == 1 or allowed * shards <= cap


def test_the_most_specific_place_of_the_file_wins() -> None:
    said = LeverSpec(max=7, owner="tidegate")
    spec = PipelineSpec(
        "p",
        "s",
        [
            ConsumerSpec(
                "f",
                tables=[
                    TableSpec(
                        "t",
                        levers=Levers(write_capacity=LeverSpec(max=5)),
                        indexes=[IndexSpec("i", Levers(write_capacity=said))],
                    )
                ],
                levers=Levers(write_capacity=LeverSpec(max=3)),
            )
        ],
        levers=Levers(write_capacity=LeverSpec(max=2)),
    )
    found = {
        where: lever_spec(spec, Lever.of(LeverKind.WRITE_CAPACITY, where))
        for where in ("t/i", "t/other", "t", "elsewhere")
    }
    assert {where: each.max for where, each in found.items() if each} == {
        "t/i": 7,
        "t/other": 5,
        "t": 5,
        "elsewhere": 2,
    }


@pytest.mark.parametrize(
    ("owner", "allowed", "word"),
    [
        (None, 1, "only advises"),
        ("application-autoscaling", 1, "Application Auto Scaling"),
        ("tidegate", 3, "1 to 3"),
    ],
)
def test_only_the_owner_moves_a_lever(owner: Owner | None, allowed: int, word: str) -> None:
    spec = replace(SPEC, levers=Levers(shard_count=LeverSpec(max=3, owner=owner)))
    found, held_by = constrain(1, 8, owner_constraints(spec, SHARDS))
    assert found == allowed
    assert word in told(held_by)[0]


@pytest.mark.parametrize(
    ("at", "wanted", "allowed"),
    [
        ("2026-01-09T18:30:00+00:00", 2, 4),
        ("2026-01-09T18:30:00+00:00", 8, 8),
        ("2026-01-10T01:30:00+00:00", 2, 4),
        ("2026-01-10T02:30:00+00:00", 2, 2),
        ("2026-01-10T18:30:00+00:00", 2, 2),
    ],
    ids=["friday-down", "friday-up", "over-midnight", "after", "not-on-saturday"],
)
def test_a_change_window_over_midnight_belongs_to_the_day_it_starts(
    at: str, wanted: int, allowed: int
) -> None:
    window = ChangeWindow(time(18), time(2), "up", ["fri"])
    spec = replace(SPEC, change_windows=[window])
    found, _ = constrain(4, wanted, window_constraints(spec, 4, datetime.fromisoformat(at)))
    assert found == allowed


def test_a_window_is_read_in_its_own_time_zone() -> None:
    window = ChangeWindow(time(9), time(10), "none", time_zone="Europe/Berlin")
    spec = replace(SPEC, change_windows=[window])
    inside = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
    assert constrain(1, 2, window_constraints(spec, 1, inside))[0] == 1
    assert constrain(1, 2, window_constraints(spec, 1, inside + timedelta(hours=1)))[0] == 2
