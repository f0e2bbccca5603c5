"""Dashboard and alarms of Flink pipelines, in the order of AWS's own dashboard for them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.builders import NOON, a_table
from tests.flink_builders import FLINK_SPEC, a_flink_pipeline, an_application
from tidegate.scaling.observability.alarms import wanted
from tidegate.scaling.observability.dashboard import body
from tidegate.scaling.observability.pipeline_rows import rows

APPLICATION = an_application(4, writes=(a_table(100),))


def alarms(**pipeline: Any) -> dict[str, dict[str, Any]]:
    found = wanted([(a_flink_pipeline(APPLICATION, **pipeline), FLINK_SPEC)], None)
    return {
        each.name.removeprefix("tidegate/pipeline/"): dict(each.configuration) for each in found
    }


def test_an_application_has_the_alarms_that_aws_recommends() -> None:
    found = alarms()
    own = {name.removeprefix("clicks/counter/") for name in found if "/counter/" in name}
    assert own == {
        "job-down", "restarts", "checkpoints-failing", "heap-full", "cpu-full", "behind",
    }  # fmt: skip
    behind = found["clicks/counter/behind"]
    assert (behind["MetricName"], behind["Threshold"]) == ("millisBehindLatest", 60_000.0)
    failing = found["clicks/counter/checkpoints-failing"]
    assert [each.get("Expression") for each in failing["Metrics"]] == [None, "RATE(count)"]
    assert 'ALARM("tidegate/pipeline/clicks/counter/job-down")' in found["clicks/any"]["AlarmRule"]


def test_a_topic_has_no_alarms_of_a_stream() -> None:
    found = alarms(topic=True)
    assert [name for name in found if name.startswith("clicks/age")] == []
    assert "clicks/counter/job-down" in found
    assert "clicks/counter/behind" not in found


def test_the_rows_are_stream_health_resources_progress_source_and_tables() -> None:
    titles = [row.title for row in rows(a_flink_pipeline(APPLICATION), FLINK_SPEC)]
    assert titles == [
        "Stream racers", "Application counter: health", "Application counter: resources",
        "Application counter: progress", "Application counter: source", "Table scores",
    ]  # fmt: skip
    topic = [row.title for row in rows(a_flink_pipeline(APPLICATION, topic=True), FLINK_SPEC)]
    assert topic == titles[1:]


def graphs(text: str) -> dict[str, Any]:
    return {
        each["properties"]["title"]: each["properties"]
        for each in json.loads(text)["widgets"]
        if each["type"] == "metric"
    }


def test_the_event_time_latency_is_the_difference_of_two_watermarks() -> None:
    drawn = graphs(body(rows(a_flink_pipeline(), FLINK_SPEC), "us-east-1", "clicks", NOON))
    metrics = drawn["Event time latency"]["metrics"]
    assert [each[1] for each in metrics[:2]] == ["currentInputWatermark", "currentOutputWatermark"]
    assert metrics[2][0]["expression"] == "(m0 - l0) * 0.001"


def test_what_counts_since_the_start_is_drawn_by_its_rate() -> None:
    drawn = graphs(body(rows(a_flink_pipeline(), FLINK_SPEC), "us-east-1", "clicks", NOON))
    _, shown = drawn["Old generation: time"]["metrics"]
    assert shown[0]["expression"] == "RATE(m0) * 0.1"
    _, shown = drawn["Old generation: collections"]["metrics"]
    assert shown[0]["expression"] == "RATE(m0) * 60"


@pytest.mark.parametrize(
    ("runtime", "up"), [("FLINK-1_20", "uptime"), ("FLINK-2_2", "runningTime")]
)
def test_what_flink_2_renamed_is_drawn_by_its_name(runtime: str, up: str) -> None:
    pipeline = a_flink_pipeline(an_application(runtime=runtime))
    drawn = graphs(body(rows(pipeline, FLINK_SPEC), "us-east-1", "clicks", NOON))
    assert drawn["Up"]["metrics"][0][1] == up


def test_each_task_that_tells_its_own_times_has_its_lines() -> None:
    pipeline = a_flink_pipeline(replace(APPLICATION, tasks=("Source", "Sink")))
    drawn = graphs(body(rows(pipeline, FLINK_SPEC), "us-east-1", "clicks", NOON))
    named = [each[5] for each in drawn["Busy and held back"]["metrics"] if len(each) > 5]
    assert named == ["Source"] * 3 + ["Sink"] * 3
