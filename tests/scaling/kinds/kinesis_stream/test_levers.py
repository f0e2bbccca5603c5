from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, a_stream
from tests.change_records import change, history
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.state import HASH_KEYS, Shard, Stream
from tidegate.scaling.kinds.kinesis_stream import words
from tidegate.scaling.kinds.kinesis_stream.actions import SPLIT_SHARD, UPDATE_SHARD_COUNT
from tidegate.scaling.kinds.kinesis_stream.levers import (
    busy_constraints,
    doublings,
    preferred_count,
    retention_range,
    shard_count_constraints,
    split_constraints,
    why_no_call,
)
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome, refused_by_limit
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint, Prohibition, Range

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
COUNTS = st.integers(1, 10_000)
TWICE = words.DOUBLED_AT_MOST()
AT_MOST = Range(1, 10_000, words.SHARDS_AT_MOST(limit_shards=10_000))


def call(minutes_ago: float, outcome: Outcome = Outcome.DONE, detail: str = "") -> ChangeRecord:
    return change(
        SHARDS, 2, 4, minutes_ago=minutes_ago, operation=UPDATE_SHARD_COUNT, outcome=outcome,
        detail=detail,
    )  # fmt: skip


def calls(count: int) -> History:
    return history(*(call(60 + at) for at in range(count)))


def constraints(
    stream: Stream, wanted: int, made: int = 0, count_max: int = 64
) -> list[Constraint]:
    return list(shard_count_constraints(stream, wanted, count_max, calls(made), NOON))


@given(COUNTS, COUNTS)
def test_as_many_calls_are_reserved_as_double_the_count_up_to_the_other_and_no_more(
    low: int, high: int
) -> None:
    calls_needed = doublings(low, high)
    assert low * 2**calls_needed >= high
    assert calls_needed == 0 or low * 2 ** (calls_needed - 1) < high


@given(COUNTS, st.data())
def test_the_preferred_count_serves_what_is_allowed_for_a_quarter_more_at_most(
    current: int, data: st.DataObject
) -> None:
    allowed = data.draw(st.integers(-(-current // 2), min(2 * current, 10_000)))
    preferred = preferred_count(current, allowed)
    assert allowed <= preferred <= max(allowed, min(1.25 * allowed, 2 * current))
    assert (preferred > current, preferred < current) == (allowed > current, allowed < current)
    assert preferred == allowed or 4 * preferred % current == 0


@pytest.mark.parametrize(
    ("current", "allowed", "preferred"),
    [(8, 9, 10), (8, 11, 12), (8, 13, 14), (8, 15, 16), (8, 7, 7), (8, 5, 6), (8, 8, 8), (5, 6, 6)],
)
def test_a_count_goes_to_the_next_quarter_of_the_one_that_there_is(
    current: int, allowed: int, preferred: int
) -> None:
    assert preferred_count(current, allowed) == preferred


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (a_stream(), []),
        (a_stream(status="UPDATING"), [words.RESOURCE_BUSY(name="racers", status="UPDATING")]),
        (a_stream(mode="ON_DEMAND", status="UPDATING"), [words.ON_DEMAND(name="racers")]),
    ],
    ids=["active", "updating", "on-demand"],
)
def test_only_a_provisioned_stream_that_is_active_is_changed(
    stream: Stream, found: list[object]
) -> None:
    assert [each.reason for each in busy_constraints(stream)] == found


def test_the_retention_is_from_a_day_to_a_year() -> None:
    assert retention_range() == Range(
        24, 8_760, words.RETENTION_RANGE(hours_min=24, hours_max=8_760)
    )


def test_a_raise_by_a_fresh_stream_has_the_ranges_of_the_call_alone() -> None:
    assert constraints(a_stream(5), 9) == [Range(3, 10, TWICE), AT_MOST]


@pytest.mark.parametrize(
    ("made", "reserve"), [(4, None), (5, None), (6, 4), (9, 4)], ids=["4", "5", "6", "9"]
)
def test_a_scale_in_leaves_the_calls_that_bring_the_stream_back_to_its_most(
    made: int, reserve: int | None
) -> None:
    # From 8 shards to 4, and with 4 calls back to 64.
    held = [] if reserve is None else [
        Prohibition(
            words.BUDGET_KEPT(left=10 - made, calls_a_day=10, reserve=reserve, limit_shards=64)
        )
    ]  # fmt: skip
    assert constraints(a_stream(8), 4, made) == [Range(4, 16, TWICE), AT_MOST, *held]
    assert constraints(a_stream(8), 8, made) == [Range(4, 16, TWICE), AT_MOST]


def test_a_scale_in_to_less_than_half_is_judged_by_the_half_that_one_call_reaches() -> None:
    held = constraints(a_stream(8), 1, made=5)
    assert [each for each in held if isinstance(each, Prohibition)] == []


def test_the_tenth_call_of_a_day_is_the_last_whatever_is_wanted() -> None:
    spent = Prohibition(words.BUDGET_SPENT(calls_a_day=10))
    assert why_no_call(calls(9), NOON) is None
    assert why_no_call(calls(10), NOON) == spent
    assert spent in constraints(a_stream(8), 16, made=10)
    assert why_no_call(history(*(call(24 * 60 + at) for at in range(10))), NOON) is None


def test_a_refusal_by_a_limit_holds_the_call_for_an_hour() -> None:
    refused = call(59, Outcome.FAILED, refused_by_limit("no shards left"))
    held = words.UPDATE_REFUSED(refusal="no shards left", calls_made=1, calls_a_day=10)
    assert why_no_call(history(call(70), refused), NOON) == Prohibition(held)
    old = replace(refused, begun_at=call(60).begun_at)
    assert why_no_call(history(call(70), old), NOON) is None


def test_a_split_is_not_undone_by_a_scale_in_but_may_be_by_a_raise() -> None:
    half = HASH_KEYS // 2
    split = a_stream(
        open_shards=(Shard("a", 0, half - 1), Shard("b", half, half + 9), Shard("c", half + 10,
        HASH_KEYS - 1))
    )  # fmt: skip
    assert constraints(split, 2)[-1] == Prohibition(words.SPLIT_KEPT(name="racers"))
    assert constraints(split, 4) == [Range(2, 6, TWICE), AT_MOST]


@pytest.mark.parametrize("share", [0.91, 1.09, 0.89, 1.11])
def test_shards_within_a_tenth_of_their_share_count_as_even(share: float) -> None:
    edge = int(HASH_KEYS / 2 * share)
    stream = a_stream(open_shards=(Shard("a", 0, edge - 1), Shard("b", edge, HASH_KEYS - 1)))
    kept = Prohibition(words.SPLIT_KEPT(name="racers"))
    assert (kept in constraints(stream, 1)) == (abs(share - 1) > 0.1)


@pytest.mark.parametrize(("minutes_ago", "holds"), [(4.9, True), (5, False)])
def test_a_refused_split_is_not_tried_again_for_five_minutes(
    minutes_ago: float, holds: bool
) -> None:
    refused = change(
        SHARDS, 2, 3, minutes_ago=minutes_ago, operation=SPLIT_SHARD, outcome=Outcome.FAILED,
        detail=refused_by_limit("too many calls"),
    )  # fmt: skip
    held = Prohibition(words.SPLIT_REFUSED(refusal="too many calls", minutes=5.0))
    assert list(split_constraints(history(refused), NOON)) == [held] * holds
