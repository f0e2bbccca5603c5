"""What Application Auto Scaling asked for is carried out once: not what was refused, not what was
reached, and not against somebody who has changed it since."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.losses.account import refusal
from tests.losses.endpoint import FACTOR, OWN, SHARDS, TABLE, Endpoint
from tests.orders import SPEC
from tidegate.deployment.permissions import policy
from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.revert import Undo, revert
from tidegate.scaling.sweep import sweep

By = Callable[[Endpoint], None]
BY_HAND = [
    pytest.param(TABLE, 25, 300, lambda it: it.set_units(300), id="write units"),
    pytest.param(SHARDS, 5, 8, lambda it: it.set_shards(8), id="shards"),
    pytest.param(FACTOR, 4, 9, lambda it: it.set_factor(9), id="factor"),
    pytest.param(TABLE, 25, 300, lambda it: it.anew_table(300), id="table made anew"),
    pytest.param(SHARDS, 5, 8, lambda it: it.anew_stream(8), id="stream made anew"),
    pytest.param(FACTOR, 4, 9, lambda it: it.anew_mapping(9), id="mapping made anew"),
]


@pytest.mark.parametrize(
    ("dimension", "asked", "before"),
    [(TABLE, 300, 20), (FACTOR, 4, 2), (SHARDS, 8, 4), (SHARDS, 16, 4)],
    ids=["write units", "factor", "shards", "shards on the way"],
)
def test_what_an_operator_has_reverted_is_left(
    endpoint: Endpoint, dimension: str, asked: int, before: int
) -> None:
    endpoint.patch(dimension, asked)
    endpoint.wait()
    (change,) = endpoint.ledger.change_records("orders", endpoint.now - timedelta(hours=1))
    revert(Undo(change, "incident 7", "me"), endpoint.spec, endpoint.edges, endpoint.now)
    for _ in range(3):
        endpoint.wait()
        assert endpoint.get(dimension) == (before, before, "Successful")
        endpoint.sweep()
    assert len(endpoint.account.changes) == 2


def test_what_is_asked_for_while_an_operator_reverts_is_carried_out(endpoint: Endpoint) -> None:
    endpoint.patch(SHARDS, 8)
    endpoint.wait()
    (change,) = endpoint.ledger.change_records("orders", endpoint.now - timedelta(hours=1))

    def meanwhile(_: object, real: Callable[[], object]) -> object:
        endpoint.account.hooks.clear()
        answer = real()
        endpoint.now += timedelta(seconds=1)
        endpoint.patch(SHARDS, 6)
        return answer

    endpoint.account.on("UpdateShardCount", meanwhile)
    revert(Undo(change, "incident 7", "me"), endpoint.spec, endpoint.edges, endpoint.now)
    endpoint.wait()
    endpoint.sweep()
    assert endpoint.get(SHARDS)[0] == 6


@pytest.mark.sampled(3)
@pytest.mark.parametrize("sweeps", [False, True], ids=["unswept", "swept"])
@pytest.mark.parametrize(("dimension", "asked", "by_hand", "change"), BY_HAND)
def test_what_was_reached_is_not_defended_against_an_operator(
    endpoint: Endpoint, dimension: str, asked: int, by_hand: int, change: By, sweeps: bool
) -> None:
    endpoint.patch(dimension, asked)
    endpoint.wait()
    assert endpoint.get(dimension) == (asked, asked, "Successful")
    if sweeps:
        endpoint.sweep()
    change(endpoint)
    made = len(endpoint.account.changes)
    for _ in range(3):
        endpoint.wait()
        assert endpoint.get(dimension) == (by_hand, by_hand, "Successful")
        endpoint.sweep()
    assert len(endpoint.account.changes) == made


def test_what_tidegate_itself_has_set_since_is_left(endpoint: Endpoint) -> None:
    """A lever that is Tidegate's for a while: its sweep moves it to the file's minimum."""
    endpoint.patch(TABLE, 25)
    endpoint.wait()
    assert endpoint.get(TABLE) == (25, 25, "Successful")
    endpoint.spec = OWN
    endpoint.account.minutes()
    endpoint.sweep()
    endpoint.spec = SPEC
    for _ in range(3):
        endpoint.wait()
        assert endpoint.get(TABLE) == (300, 300, "Successful")
        endpoint.sweep()
    assert len(endpoint.account.asked("UpdateTable")) == 2


def test_what_a_reshard_has_made_since_is_left(endpoint: Endpoint) -> None:
    endpoint.patch(SHARDS, 5)
    endpoint.wait()
    reshard = endpoint.account.tidegate(
        "reshard", "orders", "--to", "8", "--yes", "--ledger", "dynamodb:ledger"
    )
    assert reshard.exit_code == 0, reshard.output
    made = len(endpoint.account.changes)
    for _ in range(3):
        endpoint.wait()
        assert endpoint.get(SHARDS) == (8, 8, "Successful")
        endpoint.sweep()
    assert len(endpoint.account.changes) == made


@pytest.mark.parametrize("sweeps", [False, True], ids=["unswept", "swept"])
def test_a_change_by_hand_ends_what_is_still_under_way(endpoint: Endpoint, sweeps: bool) -> None:
    assert endpoint.patch(SHARDS, 20) == (4, 20, "InProgress")
    endpoint.wait()
    assert endpoint.get(SHARDS) == (8, 20, "InProgress")
    endpoint.set_shards(9)
    if sweeps:
        endpoint.wait()
        endpoint.sweep()
    for _ in range(3):
        endpoint.wait()
        assert endpoint.get(SHARDS) == (9, 9, "Successful")
        endpoint.sweep()


def test_a_stream_of_the_same_size_that_was_made_anew_is_left(endpoint: Endpoint) -> None:
    endpoint.patch(SHARDS, 20)
    endpoint.wait()
    assert endpoint.get(SHARDS) == (8, 20, "InProgress")
    endpoint.anew_stream(8)
    assert endpoint.get(SHARDS) == (8, 8, "Successful")
    endpoint.sweep()
    assert endpoint.get(SHARDS) == (8, 8, "Successful")


def test_several_steps_are_taken_by_sweeps_and_none_by_who_looks(endpoint: Endpoint) -> None:
    endpoint.patch(SHARDS, 20)
    for _ in range(3):
        endpoint.wait()
        assert endpoint.get(SHARDS) == (8, 20, "InProgress")
    seen = []
    for _ in range(3):
        endpoint.sweep()
        endpoint.wait()
        seen.append(endpoint.get(SHARDS))
    assert seen == [(16, 20, "InProgress"), (20, 20, "Successful"), (20, 20, "Successful")]
    assert len(endpoint.account.asked("UpdateShardCount")) == 3
    assert not endpoint.ledger.all_desired()


def test_a_table_that_is_being_updated_is_set_when_it_can_be(endpoint: Endpoint) -> None:
    def updating(_: object, real: Callable[[], dict[str, dict[str, str]]]) -> object:
        answer = real()
        answer["Table"]["TableStatus"] = "UPDATING"
        return answer

    endpoint.account.on("DescribeTable", updating)
    assert endpoint.patch(TABLE, 300) == (20, 300, "Pending")
    endpoint.account.hooks.clear()
    endpoint.wait()
    assert endpoint.get(TABLE) == (20, 300, "Pending")
    endpoint.sweep()
    assert endpoint.get(TABLE) == (300, 300, "Successful")


def test_what_aws_has_no_calls_left_for_goes_on_by_splits(endpoint: Endpoint) -> None:
    def spent(*_: object) -> object:
        raise refusal("UpdateShardCount", "LimitExceededException", "10 calls in 24 hours")

    endpoint.account.on("UpdateShardCount", spent)
    assert endpoint.patch(SHARDS, 6) == (4, 6, "Pending")
    for _ in range(2):
        endpoint.wait()
        endpoint.sweep()
    assert endpoint.get(SHARDS) == (6, 6, "Successful")
    assert len(endpoint.account.asked("SplitShard")) == 2


def test_what_failed_is_told_and_not_tried_again_until_it_is_asked_for(endpoint: Endpoint) -> None:
    def denied(*_: object) -> object:
        raise refusal("UpdateTable", "AccessDeniedException", "not authorized")

    endpoint.account.on("UpdateTable", denied)
    assert endpoint.patch(TABLE, 300) == (20, 300, "Failed")
    endpoint.account.hooks.clear()
    for _ in range(3):
        endpoint.wait()
        assert endpoint.get(TABLE) == (20, 300, "Failed")
        endpoint.sweep()
    assert endpoint.patch(TABLE, 300)[1:] == (300, "InProgress")
    endpoint.wait()
    assert endpoint.get(TABLE) == (300, 300, "Successful")


def test_what_could_not_be_done_in_a_day_is_given_up(endpoint: Endpoint) -> None:
    endpoint.account.on(
        "DescribeTable",
        lambda _, real: {"Table": {**real()["Table"], "TableStatus": "UPDATING"}},
    )
    endpoint.patch(TABLE, 300)
    endpoint.account.hooks.clear()
    endpoint.wait(24 * 60)
    assert endpoint.get(TABLE) == (20, 20, "Successful")
    endpoint.sweep()
    assert endpoint.get(TABLE) == (20, 20, "Successful")


def test_a_step_that_cannot_be_taken_stops_neither_the_others_nor_the_sweep(
    endpoint: Endpoint,
) -> None:
    endpoint.patch(SHARDS, 20)
    endpoint.account.on(
        "DescribeTable", lambda _, real: {"Table": {**real()["Table"], "TableStatus": "UPDATING"}}
    )
    endpoint.patch(TABLE, 300)
    endpoint.wait()

    def lost(*_: object) -> object:
        raise refusal("DescribeTable", "InternalFailure")

    endpoint.account.on("DescribeTable", lost)
    report = sweep([endpoint.spec], endpoint.edges, endpoint.now, holder="sweep")
    assert [each.name for each in report.unreached] == ["orders"]
    endpoint.account.hooks.clear()
    assert endpoint.get(SHARDS) == (16, 20, "InProgress")
    assert endpoint.get(TABLE) == (20, 300, "Pending")


def test_a_stream_of_its_name_that_is_gone_does_not_end_it(endpoint: Endpoint) -> None:
    """A limit on money is one of the whole pipeline, so that all of it is looked at."""
    endpoint.spec = replace(endpoint.spec, max_usd_a_day=1e6)
    endpoint.account.on(
        "DescribeTable", lambda _, real: {"Table": {**real()["Table"], "TableStatus": "UPDATING"}}
    )
    endpoint.patch(TABLE, 300)
    endpoint.account.hooks.clear()
    endpoint.account.client("kinesis").delete_stream(StreamName="orders")
    assert left_after_a_sweep(endpoint) == [300]
    endpoint.account.client("dynamodb").delete_table(TableName="orders")
    endpoint.account.stream("orders")
    assert left_after_a_sweep(endpoint) == []


def left_after_a_sweep(endpoint: Endpoint) -> list[int]:
    """The desired capacities that are kept after one."""
    endpoint.wait()
    report = sweep([endpoint.spec], endpoint.edges, endpoint.now, holder=f"sweep-{endpoint.now}")
    assert [each.name for each in report.unreached] == ["orders"]
    return [each.capacity for each in endpoint.ledger.all_desired().values()]


@pytest.mark.parametrize("sweeps", [True, False], ids=["the sweep", "the callback"])
def test_both_that_take_steps_may_make_every_call_of_one(sweeps: bool) -> None:
    statements = policy([SPEC], sweeps=sweeps)["Statement"]
    allowed = {action for each in statements for action in each["Action"]}
    assert {
        "kinesis:UpdateShardCount", "kinesis:SplitShard", "kinesis:MergeShards",
        "lambda:UpdateEventSourceMapping", "dynamodb:UpdateTable",
    } <= allowed  # fmt: skip


def test_a_dry_run_takes_no_step(endpoint: Endpoint) -> None:
    endpoint.patch(SHARDS, 20)
    endpoint.wait()
    before = endpoint.kept(), list(endpoint.account.changes)
    sweep([endpoint.spec], endpoint.edges, endpoint.now, holder="sweep", dry_run=True)
    assert (endpoint.kept(), endpoint.account.changes) == before
    assert endpoint.get(SHARDS) == (8, 20, "InProgress")


def test_a_sweep_of_another_file_leaves_what_it_does_not_know(endpoint: Endpoint) -> None:
    endpoint.patch(SHARDS, 20)
    endpoint.wait()
    sweep([], endpoint.edges, endpoint.now, holder="sweep")
    endpoint.sweep()
    endpoint.wait()
    assert endpoint.get(SHARDS) == (16, 20, "InProgress")


def test_what_is_accepted_while_another_request_is_at_it_is_not_lost(endpoint: Endpoint) -> None:
    resource, other = "table/orders", "callback-other"
    assert endpoint.ledger.acquire(resource, other, endpoint.now, 60)
    assert endpoint.patch(TABLE, 300) == (20, 300, "Pending")
    lever = Lever.of(LeverKind.WRITE_CAPACITY, "orders")
    begun = ChangeRecord("other", "orders", lever, "dynamodb:UpdateTable", 20, 25, "", endpoint.now)
    assert endpoint.ledger.begin(begun)
    endpoint.set_units(25)
    endpoint.ledger.complete("other", Outcome.DONE, endpoint.now, None)
    endpoint.ledger.release(resource, other)
    endpoint.wait()
    assert endpoint.get(TABLE) == (25, 300, "InProgress")
    endpoint.sweep()
    assert endpoint.get(TABLE) == (300, 300, "Successful")
