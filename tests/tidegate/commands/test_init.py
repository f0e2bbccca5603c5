"""`tidegate init` against the embedded world and against moto in another process."""

import json
import os
import pty
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.orders import put_metrics
from tidegate.cli import main
from tidegate.kinds.draft_kind import scalar
from tidegate.pipeline_draft import draft
from tidegate.pipeline_file import parse
from tidegate.rules.cause import LeverKind
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.discovery import Discovery
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.model.errors import Denied
from tidegate.scaling.onboarding.iam_write_access import Candidate
from tidegate.simulator.embedded import embedded
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World
from tidegate.survey import Survey, survey

READS = ("Describe", "Get", "List")


def nobody(_: str, __: tuple[Candidate, ...]) -> None:
    return None


@pytest.fixture(scope="module")
def race_day() -> tuple[Survey, list[str]]:
    """The race day after its ninety minutes, and every call that was made to survey it."""
    world = World(load_scenario("race-day"), 1)
    world.advance(world.scenario.duration_seconds)
    with embedded(world) as session:
        called: list[str] = []
        session.events.register("before-call", lambda model, **_: called.append(model.name))
        clients = Clients(session)
        return survey(Discovery(clients), AwsMetrics(clients), world.now, nobody), called


def test_the_whole_race_day_pipeline_is_found(race_day: tuple[Survey, list[str]]) -> None:
    found, _ = race_day
    assert (found.left_out, found.unread) == ((), ())
    (spec,) = parse(draft(found), "draft").pipelines
    (consumer,) = spec.consumers
    (table,) = consumer.table_specs
    assert (spec.stream, consumer.function, table.name) == ("racers", "scorer", "leaderboard")
    assert spec.objective.iterator_age_max_seconds == 60
    assert spec.levers.shard_count is not None
    assert (spec.levers.shard_count.min, spec.levers.shard_count.max) == (1, 4)
    assert table.levers.write_capacity is not None
    assert table.levers.write_capacity.max > 1532, "what the demo's race day comes to need"


def test_nothing_is_handed_over_and_each_lever_tells_how(
    race_day: tuple[Survey, list[str]],
) -> None:
    found, _ = race_day
    text = draft(found)
    (spec,) = parse(text, "draft").pipelines
    levers = [spec.levers, spec.consumers[0].levers, spec.consumers[0].table_specs[0].levers]
    assert sum(each.owned_by("tidegate") for each in levers) == 0
    assert text.count("# owner: tidegate\n") == 6
    (handed,) = parse(text.replace("# owner: tidegate\n", "owner: tidegate\n"), "draft").pipelines
    levers = [handed.levers, handed.consumers[0].levers, handed.consumers[0].table_specs[0].levers]
    assert sum(each.owned_by("tidegate") for each in levers) == 6


def test_each_number_says_where_it_comes_from(race_day: tuple[Survey, list[str]]) -> None:
    found, _ = race_day
    numbered = [
        line for line in draft(found).splitlines() if line.rpartition(":")[2].strip().isdigit()
    ]
    assert numbered == []


def test_terraform_is_told_to_ignore_what_the_levers_set(
    race_day: tuple[Survey, list[str]],
) -> None:
    blocks = [line for line in draft(race_day[0]).splitlines() if "ignore_changes = " in line]
    assert [line.split("= ")[1] for line in blocks] == [
        "[shard_count, retention_period]",
        "[parallelization_factor, maximum_batching_window_in_seconds]",
        "[read_capacity, write_capacity, global_secondary_index]",
    ]


def test_terraform_is_told_nothing_about_kinds_without_a_lever(
    race_day: tuple[Survey, list[str]],
) -> None:
    """A stream on demand, and a table on demand, have none."""
    found, _ = race_day
    (each,) = found.drafted
    factor = [
        it for it in each.proposal.ranges if it.lever.kind is LeverKind.PARALLELIZATION_FACTOR
    ]
    for ranges, resources in ((factor, ["aws_lambda_event_source_mapping"]), ([], [])):
        proposal = replace(each.proposal, ranges=tuple(ranges))
        text = draft(replace(found, drafted=(replace(each, proposal=proposal),)))
        named = [
            line.split('"')[1] for line in text.splitlines() if line.startswith("#   resource")
        ]
        assert named == resources


def test_only_reads_are_called(race_day: tuple[Survey, list[str]]) -> None:
    _, called = race_day
    assert called
    assert [name for name in called if not name.startswith(READS)] == []


class Account:
    """An account to be surveyed, put there by boto3 alone."""

    def __init__(self, aws: dict[str, Any]) -> None:
        self.aws = aws
        self.roles = 0

    def stream(self, name: str) -> str:
        self.aws["kinesis"].create_stream(StreamName=name, ShardCount=1)
        told = self.aws["kinesis"].describe_stream_summary(StreamName=name)
        return str(told["StreamDescriptionSummary"]["StreamARN"])

    def table(self, name: str, **more: Any) -> Any:
        units = {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 50}}
        return self.aws["dynamodb"].create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            **({} if "BillingMode" in more else units),
            **more,
        )["TableDescription"]

    def function(self, name: str, *resources: str, **environment: str) -> None:
        self.roles += 1
        role, iam = f"role-{self.roles}", self.aws["iam"]
        made = iam.create_role(RoleName=role, Path="/app/", AssumeRolePolicyDocument="{}")
        for at, resource in enumerate(resources):
            statement = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": resource}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            if at % 2:
                arn = iam.create_policy(PolicyName=f"{role}-managed", PolicyDocument=document)
                iam.attach_role_policy(RoleName=role, PolicyArn=arn["Policy"]["Arn"])
            else:
                iam.put_role_policy(RoleName=role, PolicyName="inline", PolicyDocument=document)
        self.aws["lambda"].create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=made["Role"]["Arn"],
            Handler="app.handler",
            Code={"ZipFile": b""},
            Environment={"Variables": environment},
        )

    def mapping(self, source: str, function: str, **more: Any) -> str:
        made = self.aws["lambda"].create_event_source_mapping(
            EventSourceArn=source, FunctionName=function, StartingPosition="LATEST", **more
        )
        return str(made["UUID"])


@pytest.fixture
def account(aws: dict[str, Any]) -> Account:
    return Account(aws)


def table_arn(name: str) -> str:
    return f"arn:aws:dynamodb:us-east-1:123456789012:table/{name}"


def run(*arguments: str, **more: Any) -> Result:
    return CliRunner().invoke(main, ["init", *arguments], **more)


def test_an_account_with_a_bit_of_everything(account: Account, tmp_path: Path) -> None:
    orders, clicks, _ = account.stream("orders"), account.stream("clicks"), account.stream("idle")
    account.table("orders")
    account.table("totals", BillingMode="PAY_PER_REQUEST")
    account.table("clicks-day")
    account.table("clicks-hour")
    changes = account.table("changes", StreamSpecification={
        "StreamEnabled": True, "StreamViewType": "NEW_IMAGE",
    })["LatestStreamArn"]  # fmt: skip
    account.function("writer", table_arn("orders"), table_arn("deleted"))
    account.function("totaller", table_arn("*"), TOTALS=table_arn("totals"))
    account.function("counter", table_arn("clicks-*"))
    account.function("auditor")
    for source, function in (
        (orders, "writer"), (orders, "totaller"), (clicks, "counter"), (changes, "auditor"),
    ):  # fmt: skip
        account.mapping(source, function)
    account.mapping(orders, "auditor", Enabled=False)
    put_metrics(account.aws, datetime.now(UTC).replace(second=0, microsecond=0), sick=False)
    file = tmp_path / "pipelines.yaml"
    result = run("--output", str(file))
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert CliRunner().invoke(main, ["check", str(file)]).exit_code == 0
    text = file.read_text(encoding="utf-8")
    found = {
        each.stream: {
            consumer.function: [table.name for table in consumer.table_specs]
            for consumer in each.consumers
        }
        for each in parse(text, "file").pipelines
    }
    assert found == {
        "orders": {"writer": ["orders"], "totaller": ["totals"]}, "clicks": {"counter": []},
    }  # fmt: skip
    for left in (
        f"auditor reading {changes}: Tidegate supports Kinesis data streams",
        f"auditor reading {orders}: its event source mapping is Disabled",
        f"{table_arn('deleted')}: writer may write to this table, but the table does not exist",
    ):
        assert left in text
        assert left in result.stderr
    # The wildcards are for a person to decide, and taking the comment away is enough.
    decided = text.replace("      # tables:", "      tables:")
    decided = decided.replace("      #   - clicks-hour", "        - clicks-hour")
    clicks_spec = parse(decided, "decided").pipelines[0]
    assert [each.name for each in clicks_spec.consumers[0].table_specs] == ["clicks-hour"]
    assert "2 functions" in result.stderr
    assert CliRunner().invoke(main, ["sweep", "--config", str(file), "--dry-run"]).exit_code == 3


def test_more_mappings_than_lambda_lists_at_once(account: Account) -> None:
    account.function("everything")
    first, last = account.stream("first"), account.stream("last")
    for source in [first] * 100 + [last]:
        account.mapping(source, "everything")
    result = run()
    assert result.exit_code == 0, result.output
    assert [each.stream for each in parse(result.stdout, "draft").pipelines] == ["first", "last"]


@pytest.mark.usefixtures("aws")
def test_a_fresh_account_is_told_so_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "pipelines.yaml"
    began = time.monotonic()
    result = run("--output", str(file))
    assert time.monotonic() - began < 60
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("us-east-1: No pipeline found")
    assert not file.exists()


def test_another_region_is_another_account(account: Account) -> None:
    account.function("writer")
    account.mapping(account.stream("orders"), "writer")
    assert run().exit_code == 0
    result = run("--region", "eu-central-1")
    assert (result.exit_code, result.stderr.split(":")[0]) == (1, "eu-central-1")


def test_what_is_no_region_is_bad_input() -> None:
    result = run("--region", "not a region")
    assert result.exit_code == 2
    assert "'not a region' is not a region; one such as eu-central-1 is" in result.stderr


def test_a_function_and_a_stream_that_are_gone_are_left_out(account: Account) -> None:
    account.function("writer")
    for name in ("orders", "gone"):
        account.mapping(account.stream(name), "writer")
    account.aws["kinesis"].delete_stream(StreamName="gone")
    result = run()
    assert [each.stream for each in parse(result.stdout, "draft").pipelines] == ["orders"]
    assert "left out: gone: kinesis:DescribeStreamSummary on gone" in result.stderr
    account.aws["lambda"].delete_function(FunctionName="writer")
    result = run()
    assert result.exit_code == 1
    assert (
        "left out: writer reading orders: lambda:GetFunctionConfiguration on writer"
        in result.stderr
    )


def test_a_table_that_dynamodb_scales_by_itself_is_marked(account: Account) -> None:
    account.table("orders")
    account.function("writer", table_arn("orders"))
    account.mapping(account.stream("orders"), "writer")
    account.aws["application-autoscaling"].register_scalable_target(
        ServiceNamespace="dynamodb", ResourceId="table/orders", MinCapacity=5, MaxCapacity=100,
        ScalableDimension="dynamodb:table:WriteCapacityUnits",
    )  # fmt: skip
    assert "DynamoDB auto scaling sets this capacity" in run().stdout


def test_a_file_is_overwritten_only_when_told_so(account: Account, tmp_path: Path) -> None:
    account.function("writer")
    account.mapping(account.stream("orders"), "writer")
    file = tmp_path / "pipelines.yaml"
    file.write_text("mine", encoding="utf-8")
    result = run("--output", str(file))
    assert result.exit_code == 2
    assert result.stderr == f"{file}:1:1: it is there already; --force overwrites it\n"
    assert file.read_text(encoding="utf-8") == "mine"
    assert run("--output", str(file), "--force").exit_code == 0
    assert "orders" in file.read_text(encoding="utf-8")
    nowhere = run("--output", str(tmp_path / "none" / "file.yaml"))
    assert (nowhere.exit_code, "there is no directory" in nowhere.stderr) == (2, True)


def on_a_terminal(file: Path, *typed: str) -> tuple[str, int]:
    """What `tidegate init` says to a person, and how it ends."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from tidegate.cli import main; main()", "init"]
    with subprocess.Popen(
        [*command, "--output", str(file)], stdin=theirs, stdout=theirs, stderr=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        os.write(ours, "".join(f"{line}\n" for line in typed).encode())
        _, said = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    return said, process.returncode


def test_on_a_terminal_it_asks_what_only_a_wildcard_tells(account: Account, tmp_path: Path) -> None:
    account.table("clicks-day")
    account.table("clicks-hour")
    account.function("counter", table_arn("clicks-*"))
    account.mapping(account.stream("clicks"), "counter")
    file = tmp_path / "pipelines.yaml"
    said, code = on_a_terminal(file, "clicks-week", "clicks-hour")
    assert code == 0, said
    assert f"clicks-day: policy inline lets {table_arn('clicks-*')} be written" in said
    assert "not among them: clicks-week" in said
    text = file.read_text(encoding="utf-8")
    (spec,) = parse(text, "file").pipelines
    assert [each.name for each in spec.consumers[0].table_specs] == ["clicks-hour"]
    assert "For you to decide" not in text


ENOUGH = (
    "lambda:ListEventSourceMappings", "lambda:GetFunctionConfiguration",
    "lambda:GetFunctionConcurrency", "lambda:GetAccountSettings",
    "kinesis:DescribeStreamSummary", "kinesis:ListShards",
    "dynamodb:ListTables", "dynamodb:DescribeTable",
)  # fmt: skip
MORE = (
    "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies",
    "cloudwatch:GetMetricData", "application-autoscaling:DescribeScalableTargets",
)  # fmt: skip


class Response:
    """As much of an HTTP response as botocore looks at."""

    status_code = 403
    headers: ClassVar[dict[str, str]] = {}


def surveyed_with(*allowed: str) -> Survey:
    """The race day as someone sees it who may do no more than this."""

    def refuse(**_: Any) -> Any:
        return Response(), {"Error": {"Code": "AccessDeniedException", "Message": "not you"}}

    def refuse_the_unknown(model: Any, **_: Any) -> Any:
        operation = f"{model.service_model.service_name}:{model.name}"
        return None if operation in allowed else refuse()

    world = World(load_scenario("race-day"), 1)
    world.advance(600)
    with embedded(world) as session:
        session.events.register("before-call", refuse_the_unknown)
        for each in {*ENOUGH, *MORE} - {*allowed}:
            # Before the world answers it, which is asked for by the operation's name too.
            session.events.register_first(f"before-call.{each.replace(':', '.')}", refuse)
        clients = Clients(session)
        return survey(Discovery(clients), AwsMetrics(clients), world.now, nobody)


def tables_of(found: Survey) -> list[str]:
    (spec,) = parse(draft(found), "draft").pipelines
    return [each.name for each in spec.consumers[0].table_specs]


def test_the_permissions_that_the_documentation_names_are_enough() -> None:
    found = surveyed_with(*ENOUGH, *MORE)
    assert (found.unread, found.left_out) == ((), ())
    assert tables_of(found) == ["leaderboard"]
    named = Path(__file__).parents[3].joinpath("docs", "init.md").read_text(encoding="utf-8")
    assert [each for each in (*ENOUGH, *MORE) if each not in named] == []


def test_what_may_not_be_read_is_told_and_the_rest_is_drafted() -> None:
    found = surveyed_with(*ENOUGH)
    assert found.unread == (
        "iam:ListRolePolicies on consumer: permission iam:ListRolePolicies is missing: not you",
        "application-autoscaling:DescribeScalableTargets on dynamodb: permission "
        "application-autoscaling:DescribeScalableTargets is missing: not you",
        "cloudwatch:GetMetricData on 10 metrics: permission cloudwatch:GetMetricData is missing: "
        "not you",
    )
    assert tables_of(found) == ["leaderboard"]
    assert "environment variable TABLE_NAME names it" in draft(found)
    assert all(f"# - {each}\n" in draft(found) for each in found.unread)


def test_a_stream_that_may_not_be_described_is_left_out() -> None:
    found = surveyed_with(*(each for each in ENOUGH if not each.startswith("kinesis")), *MORE)
    assert found.drafted == ()
    assert "permission kinesis:DescribeStreamSummary is missing" in found.left_out[0]


def test_without_the_first_permission_nothing_can_be_said() -> None:
    with pytest.raises(Denied, match="permission lambda:ListEventSourceMappings is missing"):
        surveyed_with(*MORE)


@settings(deadline=None)
@given(st.from_regex(r"[a-zA-Z0-9_.-]{1,128}", fullmatch=True))
@example("1e3")
@example("2024-01-01")
@example("no")
@example("-")
@example("0x1F")
@example("1_000")
def test_every_name_that_aws_allows_is_read_back(name: str) -> None:
    assert yaml.safe_load(f"name: {scalar(name)} # and why") == {"name": name}
    assert parse(
        f"pipelines: [{{name: {scalar(name)}, stream: {scalar(name)}, consumers: [{{function: f}}]}}]",
        "draft",
    ).pipelines[0].stream == name  # fmt: skip
