"""The alarms of applications, at the thresholds in force."""

from collections.abc import Mapping
from typing import Any

from tests.flink_builders import a_flink_pipeline
from tidegate.rules.kinds.packs import in_force
from tidegate.scaling.kinds.flink_application.watch import application_alarms
from tidegate.scaling.model.watched import Watched


def alarms(thresholds: Mapping[str, float], *, topic: bool = False) -> dict[str, dict[str, Any]]:
    pipeline = a_flink_pipeline(topic=topic)
    return dict(application_alarms(Watched(pipeline, 90, in_force(thresholds))))


def test_as_many_failures_as_the_cause_asks_for_are_data_points_of_the_alarm() -> None:
    told = alarms({"job-failures": 3, "checkpoint-failures": 4})
    counted = {
        name: (told[name]["DatapointsToAlarm"], told[name]["EvaluationPeriods"])
        for name in ("counter/restarts", "counter/checkpoints-failing")
    }
    assert counted == {"counter/restarts": (3, 15), "counter/checkpoints-failing": (4, 30)}


def test_heap_and_cpu_alarm_where_their_rules_fire() -> None:
    told = alarms({"heap-high": 70})
    assert told["counter/heap-full"]["Threshold"] == 70
    assert told["counter/cpu-full"]["Threshold"] == 75
    assert told["counter/heap-full"]["AlarmDescription"] == "counter uses 70 % of its heap, or more"


def test_how_far_it_is_behind_is_an_alarm_where_it_reads_a_stream() -> None:
    assert alarms({})["counter/behind"]["Threshold"] == 90_000
    assert "counter/behind" not in alarms({}, topic=True)
