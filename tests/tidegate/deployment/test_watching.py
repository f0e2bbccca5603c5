"""Who watches Tidegate: an alarm for each way in which it may fail in silence."""

import json
from typing import Any

import pytest

from tests.tidegate.deployment.conftest import ROOT


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
