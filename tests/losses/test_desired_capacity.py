"""What Application Auto Scaling asked for is carried out once: not what was refused, not what was
reached, and not against somebody who has changed it since."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.kinesis.models import kinesis_backends

from scaling.ledger_sqlite import SqliteLedger
from scaling.sweep import sweep
from tests.losses.account import Account, refusal
from tests.losses.endpoint import FACTOR, OWN, SHARDS, TABLE, Endpoint
from tests.orders import SPEC
from tidegate.deployment.permissions import policy


@pytest.fixture
def endpoint(account: Account) -> Endpoint:
    account.pipeline(shards=4, write=20, factor=2)
    return Endpoint.of(account)


By = Callable[[Endpoint], None]
BY_HAND = [
    pytest.param(TABLE, 25, 300, lambda it: it.set_units(300), id="write units"),
    pytest.param(SHARDS, 5, 8, lambda it: it.set_shards(8), id="shards"),
    pytest.param(FACTOR, 4, 9, lambda it: it.set_factor(9), id="factor"),
    pytest.param(TABLE, 25, 300, lambda it: it.anew_table(300), id="table made anew"),
    pytest.param(SHARDS, 5, 8, lambda it: it.anew_stream(8), id="stream made anew"),
    pytest.param(FACTOR, 4, 9, lambda it: it.anew_mapping(9), id="mapping made anew"),
]


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
    assert not endpoint.ledger.wishes()


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


# ---- refused


def test_a_capacity_refused_while_the_table_was_on_demand_is_never_set(endpoint: Endpoint) -> None:
    endpoint.bill("PAY_PER_REQUEST")
    status, words = endpoint.refused(TABLE, 3000)
    assert (status, "on demand" in words) == (404, True)
    endpoint.bill("PROVISIONED", 20)
    made = len(endpoint.account.changes)
    for _ in range(3):
        endpoint.wait()
        assert endpoint.get(TABLE) == (20, 20, "Successful")
        endpoint.sweep()
    assert len(endpoint.account.changes) == made


@pytest.mark.parametrize(
    ("dimension", "wanted", "status"),
    [
        (TABLE, 4001, 400),
        (TABLE, 9, 400),
        (SHARDS, 65, 400),
        (f"{TABLE}~late", 300, 404),
        (f"{TABLE}~{'x' * 2000}", 300, 404),
        (f"read_capacity~orders~{'y' * 1000}", 300, 400),
        ("shard_count~payments", 4, 404),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_refused_request_leaves_nothing_in_the_ledger(
    endpoint: Endpoint, dimension: str, wanted: float, status: int
) -> None:
    assert endpoint.refused(dimension, wanted)[0] == status


@pytest.mark.parametrize(("dimension", "wanted"), [(TABLE, 300), (SHARDS, 8), (FACTOR, 5)])
def test_a_request_that_could_not_be_written_down_is_not_done_later(
    endpoint: Endpoint, dimension: str, wanted: float
) -> None:
    def denied(*_: object) -> object:
        raise refusal("TransactWriteItems", "AccessDeniedException", "not authorized")

    before, _, _ = endpoint.get(dimension)
    endpoint.account.on("TransactWriteItems", denied)
    assert endpoint.call("PATCH", dimension, {"desiredCapacity": wanted})[0] == 500
    endpoint.account.hooks.clear()
    for _ in range(2):
        endpoint.wait()
        assert endpoint.get(dimension) == (before, before, "Successful")
        endpoint.sweep()
    assert endpoint.account.changes == []


def test_a_refused_request_leaves_the_one_before_it_under_way(endpoint: Endpoint) -> None:
    endpoint.patch(SHARDS, 20)
    endpoint.wait()
    assert endpoint.refused(SHARDS, 65)[0] == 400
    for _ in range(2):
        endpoint.sweep()
        endpoint.wait()
    assert endpoint.get(SHARDS) == (20, 20, "Successful")


# ---- without effect


def of_table(status: str) -> By:
    def change(endpoint: Endpoint) -> None:
        endpoint.account.on(
            "DescribeTable", lambda _, real: {"Table": {**real()["Table"], "TableStatus": status}}
        )

    return change


def deleting_stream(endpoint: Endpoint) -> None:
    key = "StreamDescriptionSummary"
    endpoint.account.on(
        "DescribeStreamSummary", lambda _, real: {key: {**real()[key], "StreamStatus": "DELETING"}}
    )


def never_invoked(endpoint: Endpoint) -> None:
    endpoint.account.client("lambda").put_function_concurrency(
        FunctionName="order-writer", ReservedConcurrentExecutions=0
    )


@pytest.mark.parametrize(
    ("dimension", "change", "reason"),
    [
        (
            TABLE,
            of_table("INACCESSIBLE_ENCRYPTION_CREDENTIALS"),
            "orders is INACCESSIBLE_ENCRYPTION_CREDENTIALS",
        ),
        (TABLE, of_table("ARCHIVED"), "orders is ARCHIVED"),
        (TABLE, of_table("DELETING"), "orders is DELETING"),
        (SHARDS, deleting_stream, "orders is DELETING"),
        (
            FACTOR,
            lambda it: it.set_mapping(Enabled=False),
            "the event source mapping of order-writer is Disabled",
        ),
        (
            FACTOR,
            never_invoked,
            "order-writer has a reserved concurrency of 0 and is never invoked",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_capacity_without_effect_is_failed_with_the_reason_and_refused(
    endpoint: Endpoint, dimension: str, change: By, reason: str
) -> None:
    actual, _, _ = endpoint.get(dimension)
    change(endpoint)
    assert endpoint.get(dimension) == (actual, actual, "Failed")
    assert endpoint.call("GET", dimension)[1]["failureReason"] == reason
    status, words = endpoint.refused(dimension, actual + 2)
    assert (status, words.endswith(reason)) == (400, True)


def test_a_table_that_is_being_changed_by_hand_is_in_progress(endpoint: Endpoint) -> None:
    of_table("UPDATING")(endpoint)
    assert endpoint.get(TABLE) == (20, 20, "InProgress")


# ---- whatever comes

CAPACITIES = {TABLE: [10, 20, 25, 300], SHARDS: [1, 2, 3, 5, 7]}
MOVES = st.one_of(
    st.tuples(st.just("patch"), st.sampled_from([*CAPACITIES]), st.integers(0, 5)),
    st.tuples(st.just("patch"), st.just(SHARDS), st.integers(0, 5)),
    st.tuples(
        st.sampled_from(["get", "operator", "anew"]),
        st.sampled_from([*CAPACITIES]),
        st.integers(0, 5),
    ),
    st.tuples(st.sampled_from(["sweep", "on demand"]), st.just(TABLE), st.just(0)),
)


def exactly(parameters: dict[str, Any], _: object) -> dict[str, Any]:
    """AWS ends at the count that was asked for; moto, from 7 to 5, at 4."""
    (streams,) = (each["us-east-1"].streams for each in kinesis_backends.values())
    stream = streams["orders"]
    stream.shards = {}
    stream.init_shards(parameters["TargetShardCount"])
    return {}


class Played:
    """One account played with, and what the newest accepted capacity of each lever is, until it is
    reached or another has changed the lever."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.it = endpoint
        self.due: dict[str, int] = {}

    def capacity(self, dimension: str) -> int:
        if dimension == SHARDS:
            summary = self.it.account.client("kinesis").describe_stream_summary(StreamName="orders")
            return int(summary["StreamDescriptionSummary"]["OpenShardCount"])
        table = self.it.account.client("dynamodb").describe_table(TableName="orders")["Table"]
        return int(table["ProvisionedThroughput"]["WriteCapacityUnits"])

    def move(self, kind: str, dimension: str, pick: int) -> None:
        choices = CAPACITIES[dimension]
        value = choices[pick % len(choices)]
        before = {each: self.capacity(each) for each in CAPACITIES}
        match kind:
            case "patch":
                status, told = self.it.call("PATCH", dimension, {"desiredCapacity": value})
                if status == 200:
                    self.due[dimension] = value
                self.only_towards(before)
                if status == 200 and told["scalingStatus"] == "Failed":
                    self.due.pop(dimension)
            case "get":
                self.it.get(dimension)
                self.only_towards(before, nothing=True)
            case "sweep":
                self.it.sweep()
                self.only_towards(before)
            case "on demand":
                self.it.bill("PAY_PER_REQUEST")
                assert self.it.refused(TABLE, 25)[0] == 404
                self.it.bill("PROVISIONED", 20)
                # Seen or unseen, it is another table to who asked before, if it had to wait.
                self.due.pop(TABLE, None)
            case _:
                self.by_hand(kind, dimension, value)
        for each, due in [*self.due.items()]:
            if self.capacity(each) == due:
                self.due.pop(each)

    def by_hand(self, kind: str, dimension: str, value: int) -> None:
        if kind == "operator" and self.capacity(dimension) == value:
            return
        self.due.pop(dimension, None)
        if kind == "operator":
            (self.it.set_shards if dimension == SHARDS else self.it.set_units)(value)
        else:
            (self.it.anew_stream if dimension == SHARDS else self.it.anew_table)(value)

    def only_towards(self, before: dict[str, int], *, nothing: bool = False) -> None:
        for dimension, was in before.items():
            now = self.capacity(dimension)
            if now == was:
                continue
            assert not nothing, f"{dimension}: {was} -> {now} by a GET"
            assert dimension in self.due, f"{dimension}: {was} -> {now}, and nobody asked"
            due = self.due[dimension]
            assert was < now <= due or was > now >= due, f"{dimension}: {was} -> {now}, not {due}"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=st.lists(MOVES, min_size=3, max_size=14))
def test_no_capacity_moves_but_towards_what_was_last_accepted_and_is_still_due(
    endpoint: Endpoint, moves: list[tuple[str, str, int]]
) -> None:
    endpoint.account.on("UpdateShardCount", exactly)
    endpoint.anew_table(20)
    endpoint.anew_stream(1)
    played = Played(Endpoint.of(endpoint.account, SqliteLedger(":memory:")))
    for kind, dimension, pick in moves:
        played.move(kind, dimension, pick)
        played.it.wait()


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
