"""The alarms of one application, at the thresholds in force."""

from tests.builders import a_stream
from tests.flink_builders import an_application
from tidegate.rules.kinds.packs import in_force
from tidegate.scaling.kinds.flink_application.watch import application_alarms


def test_as_many_failures_as_the_cause_asks_for_are_data_points_of_the_alarm() -> None:
    limits = in_force({"job-failures": 3, "checkpoint-failures": 4})
    told = dict(application_alarms(an_application(), a_stream(), 60, limits))
    counted = {
        name: (told[name]["DatapointsToAlarm"], told[name]["EvaluationPeriods"])
        for name in ("counter/restarts", "counter/checkpoints-failing")
    }
    assert counted == {"counter/restarts": (3, 15), "counter/checkpoints-failing": (4, 30)}


def test_heap_and_cpu_alarm_where_their_rules_fire() -> None:
    told = dict(application_alarms(an_application(), a_stream(), 60, in_force({"heap-high": 70})))
    assert told["counter/heap-full"]["Threshold"] == 70
    assert told["counter/cpu-full"]["Threshold"] == 75
    assert told["counter/heap-full"]["AlarmDescription"] == "counter uses 70 % of its heap, or more"
