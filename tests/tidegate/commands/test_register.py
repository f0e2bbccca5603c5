"""``tidegate register`` and ``deregister`` against moto in another process."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tidegate.cli import main

API = "https://abc.execute-api.us-east-1.amazonaws.com/v1"
EXAMPLE = Path(__file__).parents[3] / "examples" / "application-auto-scaling.yaml"
PREFIX = f"{API}/scalableTargetDimensions/"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def register(file: Path = EXAMPLE, *arguments: str) -> Result:
    return run("register", "--config", str(file), "--api", API, *arguments)


def known(clients: dict[str, Any]) -> dict[str, Any]:
    scaling = clients["application-autoscaling"]
    where = {"ServiceNamespace": "custom-resource"}
    return {
        "targets": {
            each["ResourceId"].removeprefix(PREFIX): (each["MinCapacity"], each["MaxCapacity"])
            for each in scaling.describe_scalable_targets(**where)["ScalableTargets"]
        },
        "policies": {
            each["PolicyName"]: each
            for each in scaling.describe_scaling_policies(**where)["ScalingPolicies"]
        },
        "schedules": {
            each["ScheduledActionName"]: each
            for each in scaling.describe_scheduled_actions(**where)["ScheduledActions"]
        },
        "alarms": {
            each["AlarmName"]: each
            for each in clients["cloudwatch"].describe_alarms(AlarmNamePrefix="tidegate/")[
                "MetricAlarms"
            ]
        },
    }


def test_the_example_is_registered_with_its_policies_alarms_and_schedules(
    aws: dict[str, Any],
) -> None:
    result = register(EXAMPLE, "--yes")
    assert (result.exit_code, result.stderr) == (0, "")
    found = known(aws)
    assert found["targets"] == {
        "shard_count~racers": (1, 16),
        "parallelization_factor~scorer": (1, 10),
        "write_capacity~leaderboard": (5, 4000),
    }
    lag = found["policies"]["tidegate-lag"]
    assert lag["PolicyType"] == "TargetTrackingScaling"
    assert lag["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60000
    stepping = found["policies"]["tidegate-records-in"]["StepScalingPolicyConfiguration"]
    assert [each["ScalingAdjustment"] for each in stepping["StepAdjustments"]] == [2, 4, 8, 16]
    alarm = next(each for name, each in found["alarms"].items() if name.endswith("/records-in"))
    assert alarm["AlarmActions"] == [found["policies"]["tidegate-records-in"]["PolicyARN"]]
    assert (alarm["Threshold"], alarm["MetricName"]) == (48000, "IncomingRecords")
    assert found["schedules"].keys() == {"tidegate-before-the-race", "tidegate-after-the-race"}


def test_twice_is_once(aws: dict[str, Any]) -> None:
    register(EXAMPLE, "--yes")
    before = known(aws)
    result = register(EXAMPLE, "--yes")
    assert result.stdout.startswith("Nothing to do")
    assert known(aws) == before


def test_a_dry_run_shows_every_step_and_changes_nothing(aws: dict[str, Any]) -> None:
    result = register(EXAMPLE, "--dry-run")
    assert result.exit_code == 0
    assert "would create scalable target shard_count~racers within 1..16" in result.stdout
    assert known(aws)["targets"] == {}


def test_without_anyone_to_ask_nothing_is_changed(aws: dict[str, Any]) -> None:
    result = register()
    assert result.exit_code == 1
    assert "add --yes" in result.stderr
    assert known(aws)["targets"] == {}


def test_what_the_file_no_longer_names_is_removed_and_what_changed_is_put(
    aws: dict[str, Any], tmp_path: Path
) -> None:
    register(EXAMPLE, "--yes")
    text = EXAMPLE.read_text(encoding="utf-8")
    changed = tmp_path / "p.yaml"
    changed.write_text(
        text.replace("max: 16", "max: 32").replace("name: records-in", "name: many-records-in"),
        encoding="utf-8",
    )
    result = register(changed, "--yes")
    assert sorted(result.stdout.splitlines()[:-1]) == sorted(
        [
            "remove alarm tidegate/abc.execute-api.us-east-1.amazonaws.com/v1/shard_count~racers/records-in",
            "remove StepScaling policy tidegate-records-in of shard_count~racers",
            "change scalable target shard_count~racers within 1..32",
            "create StepScaling policy tidegate-many-records-in of shard_count~racers",
            "create alarm tidegate/abc.execute-api.us-east-1.amazonaws.com/v1/shard_count~racers/many-records-in",
        ]
    )
    found = known(aws)
    assert found["targets"]["shard_count~racers"] == (1, 32)
    assert {name for name in found["policies"] if "records-in" in name} == {
        "tidegate-many-records-in", "tidegate-few-records-in",
    }  # fmt: skip
    assert register(changed, "--yes").stdout.startswith("Nothing to do")


def test_what_other_people_registered_is_left_alone(aws: dict[str, Any]) -> None:
    other = {
        "ServiceNamespace": "custom-resource",
        "ScalableDimension": "custom-resource:ResourceType:Property",
    }
    elsewhere = "https://other.execute-api.us-east-1.amazonaws.com/v1/scalableTargetDimensions/x"
    aws["application-autoscaling"].register_scalable_target(
        **other, ResourceId=elsewhere, MinCapacity=1, MaxCapacity=2
    )
    register(EXAMPLE, "--yes")
    result = run("deregister", "--api", API, "--yes")
    assert result.exit_code == 0, result.stderr
    found = known(aws)
    assert found["targets"] == {elsewhere: (1, 2)}
    assert (found["policies"], found["alarms"], found["schedules"]) == ({}, {}, {})


def test_a_url_that_is_none_is_bad_input() -> None:
    result = run("register", "--config", str(EXAMPLE), "--api", "abc.example")
    assert result.exit_code == 2
    assert "is not the URL of a stage" in result.stderr


@pytest.mark.parametrize("stage", [
    "https://abc.execute-api.eu-west-1.amazonaws.com/v1",
    "https://abc.execute-api.cn-north-1.amazonaws.com.cn/v1/",
    "https://abc-vpce-0a1b.execute-api.us-east-2.amazonaws.com",
])  # fmt: skip
@pytest.mark.parametrize("command", [("register", "--config", str(EXAMPLE)), ("deregister",)])
def test_a_stage_of_another_region_is_bad_input(
    aws: dict[str, Any], command: tuple[str, ...], stage: str
) -> None:
    """In the session's region nothing of it is registered, and nothing would call it."""
    result = run(*command, "--api", stage, "--yes")
    region = stage.split(".")[2]
    assert result.exit_code == 2
    assert f"the stage is in {region}" in result.stderr
    assert f"AWS_REGION={region}" in result.stderr
    assert known(aws)["targets"] == {}


def test_a_private_api_is_not_registered_and_it_is_said_why(aws: dict[str, Any]) -> None:
    api = aws["apigateway"].create_rest_api(
        name="private", endpointConfiguration={"types": ["PRIVATE"]}
    )
    url = f"https://{api['id']}.execute-api.us-east-1.amazonaws.com/v1"
    result = run("register", "--config", str(EXAMPLE), "--api", url, "--yes")
    assert result.exit_code == 2
    assert "Application Auto Scaling calls from outside of your VPCs" in result.stderr
    assert known(aws)["targets"] == {}


def test_targets_have_the_tag_of_the_stack_that_the_api_is_of(aws: dict[str, Any]) -> None:
    api = aws["apigateway"].create_rest_api(name="x", tags={"tidegate:stack": "tidegate-dev"})
    url = f"https://{api['id']}.execute-api.us-east-1.amazonaws.com/v1"
    assert run("register", "--config", str(EXAMPLE), "--api", url, "--yes").exit_code == 0
    scaling = aws["application-autoscaling"]
    found = scaling.describe_scalable_targets(ServiceNamespace="custom-resource")
    for target in found["ScalableTargets"]:
        tags = scaling.list_tags_for_resource(ResourceARN=target["ScalableTargetARN"])["Tags"]
        assert tags == {"managed-by": "tidegate", "tidegate:stack": "tidegate-dev"}


def test_an_api_by_a_domain_of_its_own_is_registered_all_the_same(aws: dict[str, Any]) -> None:
    url = "https://scaling.example.com/v1"
    assert run("register", "--config", str(EXAMPLE), "--api", url, "--yes").exit_code == 0
    (first, *_) = aws["application-autoscaling"].describe_scalable_targets(
        ServiceNamespace="custom-resource"
    )["ScalableTargets"]
    assert first["ResourceId"].startswith(url)
