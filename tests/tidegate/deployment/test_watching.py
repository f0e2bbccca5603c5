"""Who watches Tidegate: an alarm for each way in which it may fail in silence."""

import json
from typing import Any

import pytest

from tests.tidegate.deployment.conftest import ROOT
from tidegate.scaling.observability.dashboard import DASHBOARD_PREFIX


def alarms(resources: dict[str, Any]) -> dict[str, Any]:
    return {
        name: each["Properties"]
        for name, each in resources.items()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }


def test_each_failure_has_its_alarm(resources: dict[str, Any]) -> None:
    watched = {
        (each["Namespace"], each["MetricName"], json.dumps(each["Dimensions"][0]["Value"]))
        for each in alarms(resources).values()
    }
    api, own = '{"Ref": "AWS::StackName"}', '"sweep"'
    stage = '{"Ref": "AWS::StackName"}'
    callback, sweep = '{"Ref": "APIHandler"}', '{"Ref": "SweepEachMinute"}'
    letters = '{"Fn::GetAtt": ["DeadLetters", "QueueName"]}'
    assert watched == {
        *(("AWS/ApiGateway", metric, api) for metric in ("5XXError", "4XXError", "Latency")),
        *(("AWS/Lambda", metric, callback) for metric in ("Errors", "Throttles")),
        *(("AWS/Lambda", metric, sweep) for metric in ("Errors", "Throttles", "Invocations")),
        ("Tidegate", "Faults", stage),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", letters),
        *(
            ("Tidegate", metric, own)
            for metric in (
                "OldestSweepAge", "Unreached", "Errors", "Undelivered", "BadConfiguration",
            )
        ),
    }  # fmt: skip


def test_each_tells_when_it_begins_and_when_it_is_over(resources: dict[str, Any]) -> None:
    for each in alarms(resources).values():
        assert each["AlarmActions"] == each["OKActions"] == [{"Ref": "Alerts"}]


def test_of_every_own_metric_the_stage_is_a_dimension(resources: dict[str, Any]) -> None:
    stage = {"Name": "stage", "Value": {"Ref": "AWS::StackName"}}
    own = [each for each in alarms(resources).values() if each["Namespace"] == "Tidegate"]
    assert all(stage in each["Dimensions"] for each in own)
    for function in ("APIHandler", "SweepEachMinute"):
        variables = resources[function]["Properties"]["Environment"]["Variables"]
        assert variables["TIDEGATE_STAGE"] == {"Ref": "AWS::StackName"}


def test_an_alarm_of_the_endpoint_is_of_this_api_and_stage(resources: dict[str, Any]) -> None:
    api = resources["RestAPI"]["Properties"]["Name"]
    stage = resources["RestAPIv1Stage"]["Properties"]["StageName"]
    for each in alarms(resources).values():
        if each["Namespace"] == "AWS/ApiGateway":
            told = {one["Name"]: one["Value"] for one in each["Dimensions"]}
            assert told == {"ApiName": api, "Stage": stage}


def test_silence_of_the_sweep_is_an_alarm_and_of_nothing_else(resources: dict[str, Any]) -> None:
    breaching = {
        name for name, each in alarms(resources).items() if each["TreatMissingData"] == "breaching"
    }
    assert breaching == {"NoSweep"}


@pytest.mark.parametrize("metric", ["Unreached", "Errors", "Undelivered", "BadConfiguration"])
def test_what_is_watched_is_what_the_sweep_publishes(metric: str) -> None:
    source = (ROOT / "chalice_app" / "chalicelib" / "telemetry.py").read_text(encoding="utf-8")
    assert f'"{metric}": ' in source


def test_the_faults_of_a_version_are_what_the_endpoint_publishes(resources: dict[str, Any]) -> None:
    source = (ROOT / "chalice_app" / "chalicelib" / "own_metrics.py").read_text(encoding="utf-8")
    assert 'tell_count("Faults", 1, "version"' in source
    alarm = resources["NewVersionAnswers5xx"]["Properties"]
    assert alarm["MetricName"] == "Faults"
    assert {each["Name"] for each in alarm["Dimensions"]} == {"stage", "version"}


def test_an_alarm_has_one_kind_of_statistic(resources: dict[str, Any]) -> None:
    for each in alarms(resources).values():
        assert ("Statistic" in each) is not ("ExtendedStatistic" in each)


def widgets(resources: dict[str, Any]) -> list[dict[str, Any]]:
    (board,) = (e for e in resources.values() if e["Type"] == "AWS::CloudWatch::Dashboard")
    found: list[dict[str, Any]] = json.loads(board["Properties"]["DashboardBody"]["Fn::Sub"])[
        "widgets"
    ]
    return found


OF_A_VERSION = {"NewVersionFails", "NewVersionAnswers5xx"}


def test_the_dashboard_has_the_state_of_every_alarm_that_lasts(resources: dict[str, Any]) -> None:
    status, *_ = widgets(resources)
    lasting = alarms(resources).keys() - OF_A_VERSION
    assert sorted(status["properties"]["alarms"]) == sorted(f"${{{name}.Arn}}" for name in lasting)


def test_the_dashboard_draws_what_each_alarm_watches(resources: dict[str, Any]) -> None:
    drawn = [
        (metric[:-1], metric[-1]["stat"])
        for each in widgets(resources)[1:]
        for metric in each["properties"]["metrics"]
    ]
    for name, each in alarms(resources).items():
        told = [each["Namespace"], each["MetricName"]]
        for one in each["Dimensions"]:
            told += [one["Name"], as_text(one["Value"])]
        statistic = each.get("Statistic") or each["ExtendedStatistic"]
        assert ((told, statistic) in drawn) is (name not in OF_A_VERSION), name


def as_text(value: Any) -> Any:
    match value:
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": parts}:
            return f"${{{'.'.join(parts)}}}"
    return value


def test_the_widgets_of_the_dashboard_do_not_overlap_and_fit_its_grid(
    resources: dict[str, Any],
) -> None:
    cells = [
        (x, y)
        for each in widgets(resources)
        for x in range(each["x"], each["x"] + each["width"])
        for y in range(each["y"], each["y"] + each["height"])
    ]
    assert len(cells) == len(set(cells))
    assert {x for x, _ in cells} == set(range(24))


def test_the_dashboard_is_that_of_no_pipeline_and_of_no_other_region(
    resources: dict[str, Any],
) -> None:
    name = resources["OwnDashboard"]["Properties"]["DashboardName"]["Fn::Sub"]
    assert not name.startswith(DASHBOARD_PREFIX)
    assert "${AWS::Region}" in name
