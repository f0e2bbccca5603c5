"""Alarms as PutMetricAlarm takes them."""

from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.rule import Comparison
from tidegate.scaling.model.alarm import MISSING, Breach, math_alarm, metric_alarm

REFUSED = stream_metric("racers", "WriteProvisionedThroughputExceeded", "Sum")
PLAIN = {
    "Namespace": "AWS/Kinesis",
    "MetricName": "WriteProvisionedThroughputExceeded",
    "Dimensions": [{"Name": "StreamName", "Value": "racers"}],
}


def test_an_alarm_on_a_metric_has_its_statistic_and_its_minute() -> None:
    assert metric_alarm("refused", REFUSED, Breach(2, 3, 5, MISSING, Comparison.ABOVE)) == {
        "AlarmDescription": "refused", "EvaluationPeriods": 5, "DatapointsToAlarm": 3,
        "Threshold": 2.0, "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "missing", **PLAIN, "Statistic": "Sum", "Period": 60,
    }  # fmt: skip


def test_an_alarm_on_an_expression_returns_that_alone() -> None:
    found = math_alarm("refused", {"count": REFUSED}, "RATE(count)", Breach(0.5))
    assert found["Metrics"] == [
        {
            "Id": "count",
            "MetricStat": {"Metric": PLAIN, "Period": 60, "Stat": "Sum"},
            "ReturnData": False,
        },
        {"Id": "judged", "Expression": "RATE(count)", "ReturnData": True},
    ]
    assert "MetricName" not in found
