"""A capacity that someone else sets too is not moved, and each sweep says whose it is."""

from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

from tests.losses.account import PIPELINES, Account, refusal
from tidegate.pipeline_file import parse
from tidegate.scaling.autoscaling_api.contract import Asked, BadRequest, ScalingStatus
from tidegate.scaling.autoscaling_api.dimensions import dimension_named
from tidegate.scaling.autoscaling_api.endpoint import describe, scale
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges

WITH_READS = PIPELINES + "      read_capacity: {max: 4000, owner: tidegate}\n"
WRITES_OF_ANOTHER = PIPELINES.replace(
    "write_capacity: {max: 4000, owner: tidegate}",
    "write_capacity: {max: 4000, owner: application-autoscaling}",
)
ALL_SUSPENDED = {
    "DynamicScalingInSuspended": True,
    "DynamicScalingOutSuspended": True,
    "ScheduledScalingSuspended": True,
}
PERMISSION = "application-autoscaling:DescribeScalableTargets"


def register(account: Account, resource_id: str, dimension: str, **more: Any) -> None:
    account.client("application-autoscaling").register_scalable_target(
        ServiceNamespace=dimension.partition(":")[0], ResourceId=resource_id,
        ScalableDimension=dimension, MinCapacity=20, MaxCapacity=100, **more,
    )  # fmt: skip


def register_writes(account: Account, **more: Any) -> None:
    register(account, "table/orders", "dynamodb:table:WriteCapacityUnits", **more)


def a_throttled_table(account: Account) -> None:
    account.pipeline(write=50)
    account.minutes(since=30, until=6)
    account.minutes(since=5, throttled=900, units=2990, age=700)


def an_idle_pipeline(account: Account) -> None:
    """An hour and a half with much more of everything than 50 records/s need: factor 4, 400 write
    units, and 200 read units that nothing reads."""
    arn = account.stream(shards=4)
    account.function(reserved=4)
    account.mapping(arn, ParallelizationFactor=4)
    account.table(write=400, read=200)
    account.minutes(since=89, records=3000, invocations=30, age=100)
    for back in range(1, 90):
        used = {"ConsumedReadCapacityUnits": 6}
        account.put("AWS/DynamoDB", {"TableName": "orders"}, back, used)


def replicated_to(*replicas: dict[str, str]) -> Callable[..., Any]:
    def answer(_: object, real: Callable[[], Any]) -> Any:
        told = real()
        told["Table"]["Replicas"] = list(replicas)
        return told

    return answer


def units_set(account: Account) -> list[tuple[int, int]]:
    """Write and read units of each UpdateTable."""
    asked = [each["ProvisionedThroughput"] for each in account.asked("UpdateTable")]
    return [(each["WriteCapacityUnits"], each["ReadCapacityUnits"]) for each in asked]


def test_a_throttled_table_is_raised_where_nobody_else_sets_it(account: Account) -> None:
    a_throttled_table(account)
    account.sweep()
    assert len(units_set(account)) == 1


def test_a_table_under_dynamodbs_own_auto_scaling_is_not_moved_and_the_sweep_says_so(
    account: Account,
) -> None:
    a_throttled_table(account)
    register_writes(account)
    result = account.sweep(output="table")
    assert account.changes == []
    assert result.exit_code == 1
    expected = (
        "advice   the write capacity of orders is also a scalable target of DynamoDB auto scaling (20 "
        "to 100 units), so Tidegate does not change it: deregister the target, or remove the owner "
        "of the lever from the pipeline file"
    )
    assert result.stdout.count(expected) == 1
    assert "held     write capacity of orders stays at 50 WCU instead of 58 WCU: " in result.stdout


@pytest.mark.parametrize("sick", [True, False], ids=["too few units", "too many units"])
def test_nobody_is_told_to_set_a_capacity_that_dynamodbs_own_auto_scaling_sets(
    account: Account, sick: bool
) -> None:
    """It sets it back, and may not be able to: its least is 20 units, and 100 its most."""
    (a_throttled_table if sick else an_idle_pipeline)(account)
    register_writes(account)
    for _ in range(2):
        (told,) = account.swept()["pipelines"]
        about = [each for each in told["advice"] if "write capacity of orders" in each]
        assert [each.startswith("the write capacity of orders is also") for each in about] == [True]
        assert [each for each in told["held_back"] if "write capacity of orders" in each]


def test_a_healthy_pipeline_is_told_of_its_second_owner_too(account: Account) -> None:
    account.pipeline(write=50)
    account.minutes(records=1200)
    register_writes(account)
    told = account.swept()["pipelines"][0]
    assert told["health"] == "healthy"
    assert [words for words in told["advice"] if "is also a scalable target" in words]


def test_a_table_above_what_its_own_scaling_allows_is_not_lowered(account: Account) -> None:
    an_idle_pipeline(account)
    register_writes(account)
    account.sweep(WITH_READS)
    assert {write for write, _ in units_set(account)} == {400}
    assert min(read for _, read in units_set(account)) < 200


def test_of_a_tables_capacities_only_the_registered_one_has_a_second_owner(
    account: Account,
) -> None:
    an_idle_pipeline(account)
    register(account, "table/orders", "dynamodb:table:ReadCapacityUnits")
    account.sweep(WITH_READS)
    assert {read for _, read in units_set(account)} == {200}
    assert min(write for write, _ in units_set(account)) < 400


def a_throttled_index(account: Account) -> None:
    """The index by-customer throttles; the table has more than it needs."""
    arn = account.stream()
    account.function()
    account.mapping(arn)
    attributes = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "by-customer")]
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 50}
    account.client("dynamodb").create_table(
        TableName="orders", AttributeDefinitions=attributes, ProvisionedThroughput=units,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[{
            "IndexName": "by-customer", "ProvisionedThroughput": units,
            "KeySchema": [{"AttributeName": "by-customer", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }],
    )  # fmt: skip
    account.minutes(since=30, until=6)
    account.minutes(since=5, throttled=900, units=2990, age=700)
    index = {"TableName": "orders", "GlobalSecondaryIndexName": "by-customer"}
    for back in range(1, 31):
        throttled = {"WriteThrottleEvents": 900} if back <= 5 else {}
        used = {"ConsumedWriteCapacityUnits": 2990 if back <= 5 else 2400}
        account.put("AWS/DynamoDB", index, back, used | throttled)


def indexes_raised(account: Account) -> list[str]:
    return [
        update["Update"]["IndexName"]
        for asked in account.asked("UpdateTable")
        for update in asked.get("GlobalSecondaryIndexUpdates", [])
    ]


@pytest.mark.parametrize(
    ("dimension", "raised"), [("Write", []), ("Read", ["by-customer"])], ids=["writes", "reads"]
)
def test_an_index_has_a_second_owner_of_its_own(
    account: Account, dimension: str, raised: list[str]
) -> None:
    a_throttled_index(account)
    resource_id = "table/orders/index/by-customer"
    register(account, resource_id, f"dynamodb:index:{dimension}CapacityUnits")
    account.sweep(WITH_READS)
    assert indexes_raised(account) == raised


def test_reads_of_an_index_that_its_own_scaling_sets_are_told_of(account: Account) -> None:
    a_throttled_index(account)
    register(account, "table/orders/index/by-customer", "dynamodb:index:ReadCapacityUnits")
    (told,) = account.swept(WITH_READS)["pipelines"]
    words = "the read capacity of orders/by-customer is also a scalable target of DynamoDB"
    assert [each for each in told["advice"] if each.startswith(words)]


def test_a_target_on_the_second_page_is_seen(account: Account) -> None:
    a_throttled_table(account)
    for number in range(60):
        register(account, f"table/other-{number}", "dynamodb:table:WriteCapacityUnits")
    register_writes(account)
    account.sweep()
    assert account.changes == []
    assert len(account.asked("DescribeScalableTargets")) == 2


@pytest.mark.parametrize(
    ("suspended", "changes"),
    [
        (ALL_SUSPENDED, ["UpdateTable"]),
        (ALL_SUSPENDED | {"ScheduledScalingSuspended": False}, []),
        ({"DynamicScalingInSuspended": True}, []),
    ],
    ids=["altogether", "but-for-schedules", "scale-in-only"],
)
def test_only_a_target_that_is_suspended_altogether_is_no_owner(
    account: Account, suspended: dict[str, bool], changes: list[str]
) -> None:
    a_throttled_table(account)
    register_writes(account, SuspendedState=suspended)
    account.sweep()
    assert [name for name, _ in account.changes] == changes


def test_tidegates_own_targets_and_those_of_other_services_are_no_second_owner(
    account: Account,
) -> None:
    a_throttled_table(account)
    url = "https://api.example/v1/scalableTargetDimensions/write_capacity~orders"
    register(account, url, "custom-resource:ResourceType:Property")
    register(account, "function:order-writer:live", "lambda:function:ProvisionedConcurrency")
    register(account, "table/other", "dynamodb:table:WriteCapacityUnits")
    account.sweep()
    assert len(units_set(account)) == 1


SECOND = """\
  - name: clicks
    stream: clicks
    consumers:
      - {function: clicks-writer, tables: [clicks]}
    levers:
      write_capacity: {max: 4000, owner: tidegate}
"""


def test_a_sweep_of_many_pipelines_asks_once(account: Account) -> None:
    for name in ("orders", "clicks"):
        account.pipeline(name, write=50)
        account.minutes(name=name, since=30, until=6)
        account.minutes(name=name, since=5, throttled=900, units=2990, age=700)
    register(account, "table/clicks", "dynamodb:table:WriteCapacityUnits")
    account.sweep(PIPELINES + SECOND)
    assert len(account.asked("DescribeScalableTargets")) == 1
    assert [each["TableName"] for each in account.asked("UpdateTable")] == ["orders"]


@pytest.mark.parametrize(
    "text",
    [PIPELINES.replace("owner: tidegate", "min: 1"), WRITES_OF_ANOTHER],
    ids=["nobody", "another"],
)
def test_nothing_is_asked_where_no_capacity_is_handed_over(account: Account, text: str) -> None:
    a_throttled_table(account)
    account.sweep(text)
    assert account.asked("DescribeScalableTargets") == []


def test_without_the_permission_tables_get_advice_only_and_other_levers_go_on(
    account: Account,
) -> None:
    an_idle_pipeline(account)
    account.on("DescribeScalableTargets", refuse("AccessDeniedException"))
    (told,) = account.swept(WITH_READS)["pipelines"]
    moved = {name for name, _ in account.changes}
    assert moved == {"UpdateEventSourceMapping", "UpdateShardCount"}
    said = f"permission {PERMISSION} is missing"
    assert [each for each in told["held_back"] if "write capacity" in each and said in each]
    (why,) = [each for each in told["advice"] if said in each]
    assert "only advises on its tables" in why
    assert [each for each in told["advice"] if each.startswith("lower write capacity of orders")]


def refuse(code: str) -> Callable[..., Any]:
    def answer(_: object, __: object) -> Any:
        raise refusal("DescribeScalableTargets", code)

    return answer


def unreachable(_: object, __: object) -> Any:
    raise botocore.exceptions.ReadTimeoutError(endpoint_url="https://autoscaling")


@pytest.mark.parametrize(
    "answer",
    [
        refuse("AccessDeniedException"), refuse("ThrottlingException"),
        refuse("InternalServiceException"), refuse("ConcurrentUpdateException"), unreachable,
    ],
    ids=["denied", "throttled", "internal", "concurrent", "unreachable"],
)  # fmt: skip
def test_an_owner_that_could_not_be_asked_for_may_be_there(
    account: Account, answer: Callable[..., Any]
) -> None:
    a_throttled_table(account)
    account.on("DescribeScalableTargets", answer)
    result = account.sweep(output="table")
    assert account.changes == []
    assert result.exit_code == 1
    words = "it could not be read whether DynamoDB auto scaling changes it too"
    assert words in result.stdout
    assert "raise write capacity of orders from 50 to 58 WCU" in result.stdout


def test_the_writes_of_a_global_table_are_not_moved_its_reads_are(account: Account) -> None:
    an_idle_pipeline(account)
    replica = {"RegionName": "eu-west-1", "ReplicaStatus": "ACTIVE"}
    account.on("DescribeTable", replicated_to(replica))
    (told,) = account.swept(WITH_READS)["pipelines"]
    assert {write for write, _ in units_set(account)} == {400}
    assert min(read for _, read in units_set(account)) < 200
    words = "orders is a global table (replicas in eu-west-1): its write capacity must be the same"
    assert len([each for each in told["advice"] if each.startswith(words)]) == 1


def test_the_writes_of_an_index_of_a_global_table_are_not_moved(account: Account) -> None:
    a_throttled_index(account)
    account.on("DescribeTable", replicated_to({"RegionName": "eu-west-1"}))
    assert account.sweep().exit_code == 1
    assert account.changes == []


def test_a_table_whose_last_replica_is_being_deleted_is_as_any_other(account: Account) -> None:
    a_throttled_table(account)
    leaving = {"RegionName": "eu-west-1", "ReplicaStatus": "DELETING"}
    account.on("DescribeTable", replicated_to(leaving))
    account.sweep()
    assert len(units_set(account)) == 1


@pytest.fixture
def asked(account: Account) -> Asked:
    """A request for write_capacity of orders, which Application Auto Scaling owns in the file."""
    account.pipeline(write=50)
    clients = Clients()
    ledger = SqliteLedger(":memory:")
    edges = Edges(AwsCloud(clients), AwsMetrics(clients), ledger)
    specs = parse(WRITES_OF_ANOTHER, "file").pipelines
    return Asked(dimension_named(specs, "write_capacity~orders"), edges, account.minute, "test")


def test_a_desired_capacity_is_refused_where_dynamodb_scales_the_table_too(
    account: Account, asked: Asked
) -> None:
    register_writes(account)
    with pytest.raises(BadRequest, match="is also a scalable target of DynamoDB auto"):
        scale(asked, 90)
    assert account.changes == []
    assert describe(asked).desired_capacity == 50


def test_a_desired_capacity_of_writes_is_taken_where_dynamodb_scales_the_reads(
    account: Account, asked: Asked
) -> None:
    register(account, "table/orders", "dynamodb:table:ReadCapacityUnits")
    register(account, "table/orders/index/by-day", "dynamodb:index:WriteCapacityUnits")
    scale(asked, 90)
    assert units_set(account) == [(90, 5)]


def test_a_desired_capacity_of_a_global_table_fails_and_says_why(
    account: Account, asked: Asked
) -> None:
    account.on("DescribeTable", replicated_to({"RegionName": "eu-west-1"}))
    told = scale(asked, 90)
    assert account.changes == []
    assert told.status is ScalingStatus.FAILED
    assert "is a global table" in str(told.failure_reason)


def test_looking_at_a_dimension_asks_for_no_second_owner(account: Account, asked: Asked) -> None:
    describe(asked)
    assert account.asked("DescribeScalableTargets") == []


def a_table_for_init(account: Account) -> None:
    account.pipeline(write=50)
    account.client("lambda").update_function_configuration(
        FunctionName="order-writer", Environment={"Variables": {"TABLE": "orders"}}
    )
    document = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:PutItem", '
        '"Resource": "arn:aws:dynamodb:us-east-1:123456789012:table/orders"}]}'
    )
    account.client("iam").put_role_policy(
        RoleName="consumer", PolicyName="inline", PolicyDocument=document
    )


def lines_before(text: str, key: str, count: int) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    at = next(at for at, line in enumerate(lines) if line.startswith(key))
    return lines[at - count : at]


def test_a_draft_marks_the_capacity_that_is_registered_and_no_other(account: Account) -> None:
    a_table_for_init(account)
    register(account, "table/orders", "dynamodb:table:ReadCapacityUnits")
    text = account.tidegate("init").stdout
    mark = "# DynamoDB auto scaling sets this capacity (20..100):"
    assert text.count(mark) == 1
    assert lines_before(text, "read_capacity:", 2)[0] == mark


def test_a_draft_marks_a_global_table(account: Account) -> None:
    a_table_for_init(account)
    account.on("DescribeTable", replicated_to({"RegionName": "eu-west-1"}))
    assert "# A global table: auto scaling sets its write capacity" in (
        account.tidegate("init").stdout
    )
