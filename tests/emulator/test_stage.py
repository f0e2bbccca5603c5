"""A stage, from its first deployment to nothing: the whole template, and the zip as it is."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.emulator.stage import Account
from tidegate.cli import main
from tidegate.deployment import account

PATIENCE_SECONDS = 180


def register(folder: Path, url: str) -> None:
    file = folder.parents[1] / "pipelines.yaml"
    done = CliRunner().invoke(main, ["register", "--config", str(file), "--api", url, "--yes"])
    assert done.exit_code == 0, done.output


def units(account: Account) -> int:
    table = account.client("dynamodb").describe_table(TableName="orders")["Table"]
    found: int = table["ProvisionedThroughput"]["WriteCapacityUnits"]
    return found


def targets(account: Account) -> list[Any]:
    client = account.client("application-autoscaling")
    found: list[Any] = client.describe_scalable_targets(ServiceNamespace="custom-resource")[
        "ScalableTargets"
    ]
    return found


def test_a_stage_scales_sweeps_and_goes_and_leaves_its_ledger_alone(
    pipeline: Account, folder: Path
) -> None:
    account, before = pipeline, pipeline.inventory()
    url = account.up("dev", folder, "operators")
    register(folder, url)
    assert len(targets(account)) == 2
    caller, place = account.auto_scaling(), f"{url}/scalableTargetDimensions/write_capacity~orders"
    assert account.call(caller, "GET", place)[1]["actualCapacity"] == 20.0
    status, told = account.call(caller, "PATCH", place, '{"desiredCapacity": 100}')
    assert (status, told["desiredCapacity"]) == (200, 100.0)
    assert swept_until(account, 100)
    assert account.call(caller, "GET", place)[1]["scalingStatus"] == "Successful"
    assert account.call(None, "GET", place)[0] == 403
    done = account.deploy("down", "dev", "--yes")
    assert done.exit_code == 0, done.output
    assert targets(account) == []
    left = account.inventory()
    (ledger,) = set(left["tables"]) - {"orders"}
    assert f"table/{ledger} (the ledger" in done.stdout
    role = next(each for each in left["roles"] if "GatewayRole" in each)
    assert f"role/{role} (with it API Gateway writes logs" in done.stdout
    kept = {"tables": [ledger], "roles": [role]}
    callers = {"operators", caller.rpartition("/")[2]}
    assert {
        kind: sorted(set(there) - set(before[kind]) - callers) for kind, there in left.items()
    } == {kind: kept.get(kind, []) for kind in left}


def swept_until(account: Account, wanted: int) -> bool:
    """Whether sweeps bring the table to these units. What a busy machine could not begin in the
    endpoint's time they carry on, once the lease of a request that was cut off has ended."""
    over = time.monotonic() + PATIENCE_SECONDS
    while units(account) != wanted and time.monotonic() < over:
        sweep(account, "dev")
    return units(account) == wanted


def sweep(account: Account, stage: str) -> None:
    """The real zip, under its own role, with the event of the schedule."""
    (name,) = (
        each["FunctionName"]
        for each in account.client("lambda").list_functions()["Functions"]
        if each["FunctionName"].startswith(f"tidegate-{stage}-Sweep")
    )
    event = {
        "id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "account": "1",
        "time": "2026-11-24T03:00:00Z", "region": "us-east-1", "resources": [], "detail": {},
        "version": "0",
    }  # fmt: skip
    answer = account.client("lambda").invoke(
        FunctionName=name, Payload=json.dumps(event), LogType="Tail"
    )
    assert "FunctionError" not in answer, answer["Payload"].read()
    lines = account.client("logs").filter_log_events(
        logGroupName=f"/tidegate/tidegate-{stage}/sweep"
    )["events"]
    told = [json.loads(each["message"]) for each in lines if each["message"].startswith("{")]
    *_, metrics = [each for each in told if "OldestSweepAge" in each]
    assert metrics["stage"] == f"tidegate-{stage}"


def test_an_operator_that_is_taken_off_the_list_is_refused_after_the_next_deployment(
    pipeline: Account, folder: Path
) -> None:
    old, new = pipeline.role("old"), pipeline.role("new")
    url = pipeline.up("dev", folder, "old")
    place = f"{url}/scalableTargetDimensions/shard_count~orders"
    assert [pipeline.call(role, "GET", place)[0] for role in (old, new)] == [200, 403]
    assert pipeline.up("dev", folder, "new") == url
    assert [pipeline.call(role, "GET", place)[0] for role in (old, new)] == [403, 200]


def test_one_that_changes_nothing_says_so(pipeline: Account, folder: Path) -> None:
    pipeline.up("dev", folder, "operators")
    operator = pipeline.role("operators")
    done = pipeline.deploy("up", "dev", str(folder), "--operator", operator, "--yes")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "Nothing to change.")


def test_an_account_that_has_no_execution_to_reserve_takes_a_stage_too(
    pipeline: Account, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new account has 10, of which Lambda lets none be reserved; MiniStack has 1,000, and makes no
    reservation for a stack."""
    limits = pipeline.client("lambda").get_account_settings()["AccountLimit"]
    quota = limits["UnreservedConcurrentExecutions"]
    operator = pipeline.role("operators")
    for most, expected in ((quota, "shared"), (quota - 1, "reserved")):
        monkeypatch.setattr(account, "UNRESERVED_MIN", most)
        pipeline.up("dev", folder, "operators")
        (stack,) = pipeline.client("cloudformation").describe_stacks()["Stacks"]
        chosen = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
        assert chosen["SweepConcurrency"] == expected
        sweep(pipeline, "dev")
        done = pipeline.deploy("up", "dev", str(folder), "--operator", operator, "--yes")
        assert done.stdout.startswith("Nothing to change.")


def test_two_stages_live_side_by_side(pipeline: Account, folder: Path) -> None:
    urls = {stage: pipeline.up(stage, folder, f"of-{stage}") for stage in ("dev", "prod")}
    for stage, other in (("dev", "prod"), ("prod", "dev")):
        place = f"{urls[stage]}/scalableTargetDimensions/shard_count~orders"
        assert pipeline.call(pipeline.role(f"of-{stage}"), "GET", place)[0] == 200
        assert pipeline.call(pipeline.role(f"of-{other}"), "GET", place)[0] == 403
    before = pipeline.inventory()
    assert pipeline.deploy("down", "dev", "--yes").exit_code == 0
    after = pipeline.inventory()
    for kind, there in after.items():
        assert {each for each in before[kind] if "prod" in each} <= set(there), kind
    place = f"{urls['prod']}/scalableTargetDimensions/shard_count~orders"
    assert pipeline.call(pipeline.role("of-prod"), "GET", place)[0] == 200


def test_what_is_registered_is_taken_back_when_the_stack_was_deleted_by_hand(
    pipeline: Account, folder: Path
) -> None:
    url = pipeline.up("dev", folder, "operators")
    register(folder, url)
    pipeline.client("cloudformation").delete_stack(StackName="tidegate-dev")
    assert len(targets(pipeline)) == 2
    done = pipeline.deploy("down", "dev", "--yes")
    assert done.exit_code == 0, done.output
    assert targets(pipeline) == []
    assert "the ledger" in done.stdout
    left = pipeline.inventory()
    assert len(left.pop("tables")) == 2
    assert set(left.pop("roles")) - {"operators"} == {role_for_logs(pipeline)}
    assert not any(left.values())


def role_for_logs(account: Account) -> str:
    arn: str = account.client("apigateway").get_account()["cloudwatchRoleArn"]
    return arn.rpartition("/")[2]
