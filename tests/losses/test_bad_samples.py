"""A data point that nothing can have measured is none: it is left out, and that is said."""

import json
from collections.abc import Callable
from datetime import timedelta
from math import inf, nan
from typing import Any

import pytest

from tests.losses.account import Account
from tests.losses.test_boundary import THREE
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.window import Metric
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.metrics import AwsMetrics

OWN = Metric("Shop", "profit", (("shop", "orders"),), "Average", 60)
HUGE = 2.0**361


def in_the_newest(name: str, dimension: str, value: float) -> Callable[..., Any]:
    """An answer of GetMetricData whose newest point of one metric is another."""

    def answer(parameters: dict[str, Any], real: Callable[..., Any]) -> Any:
        given = real()
        wanted = {
            query["Id"]
            for query in parameters["MetricDataQueries"]
            if query["MetricStat"]["Metric"]["MetricName"] == name
            and query["MetricStat"]["Metric"]["Dimensions"][0]["Value"] == dimension
        }
        for result in given["MetricDataResults"]:
            if result["Id"] in wanted and result["Values"]:
                result["Values"][-1] = value
        return given

    return answer


@pytest.mark.sampled(2)
@pytest.mark.parametrize("value", [nan, inf, -inf, -5.0, HUGE], ids=str)
@pytest.mark.parametrize(
    ("metric", "dimension"),
    [("IncomingRecords", "second"), ("Duration", "second-writer")],
)
def test_a_sample_that_is_no_measurement_is_left_out_and_the_pipeline_judged(
    account: Account, metric: str, dimension: str, value: float
) -> None:
    for name in ("first", "second", "third"):
        account.pipeline(name)
        account.minutes(name=name, since=6, units=3000, throttled=400)
    account.on("GetMetricData", in_the_newest(metric, dimension, value))
    told = json.loads(account.sweep(THREE).stdout)
    assert told["unreached"] == []
    for each in told["pipelines"]:
        assert [action["outcome"] for action in each["actions"]] == ["done"], each
        said = [words for words in each["advice"] if "invalid data point" in words]
        assert bool(said) == (each["name"] == "second")
        if said:
            assert said[0].startswith(f"{metric} of {dimension}: 1 invalid data point ignored ")


def test_metrics_of_the_users_own_may_be_negative_but_not_infinite(account: Account) -> None:
    incoming = stream_metric("orders", "IncomingRecords", "Sum")
    for back, value in ((3, -7.0), (2, 8.0), (1, 9.0)):
        account.put("Shop", {"shop": "orders"}, back, {"profit": value})
        account.put("AWS/Kinesis", {"StreamName": "orders"}, back, {"IncomingRecords": value})
    account.on("GetMetricData", in_the_newest("profit", "orders", inf))
    metrics = AwsMetrics(Clients())
    found = metrics.read([OWN, incoming], account.minute - timedelta(minutes=3), account.minute)
    assert (found[OWN].samples, found[OWN].unusable) == ((-7.0, 8.0, None), 1)
    assert (found[incoming].samples, found[incoming].unusable) == ((None, 8.0, 9.0), 1)
