"""What is quicker about moto changes none of its answers."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from moto.cloudwatch.models import CloudWatchBackend, MetricDatum

from tests.builders import NOON
from tests.moto_metrics import as_moto, get_metric_data


def an_account(random: Random) -> CloudWatchBackend:
    backend = CloudWatchBackend("us-east-1", "123456789012")
    for _ in range(random.randint(0, 80)):
        at = NOON + timedelta(
            seconds=random.randint(-4000, 4000), microseconds=random.randint(0, 5)
        )
        dimension = {"Name": "StreamName", "Value": random.choice("pq")}
        name = random.choice(["IncomingBytes", "IncomingRecords"])
        backend.metric_data.append(
            MetricDatum(random.choice("AB"), name, random.random(), [dimension], at, None)
        )
    return backend


def a_query(random: Random) -> dict[str, Any]:
    name = random.choice(["IncomingBytes", "IncomingRecords", "Silence"])
    metric: dict[str, Any] = {"Namespace": random.choice("AB"), "MetricName": name}
    if random.random() < 0.7:
        metric["Dimensions"] = [{"Name": "StreamName", "Value": "p"}]
    stat = random.choice(["Sum", "Maximum", "Average"])
    how = {"Metric": metric, "Period": random.choice([60, 300]), "Stat": stat}
    return {"Id": f"q{random.random()}", "ReturnData": random.random() < 0.8, "MetricStat": how}


@pytest.mark.parametrize("order", ["TimestampAscending", "TimestampDescending"])
@pytest.mark.parametrize("seed", range(20))
def test_metric_data_is_what_moto_would_have_answered(seed: int, order: str) -> None:
    random = Random(seed)
    backend, queries = an_account(random), [a_query(random) for _ in range(5)]
    start = NOON - timedelta(seconds=random.randint(60, 5000))
    end = NOON + timedelta(seconds=random.randint(0, 5000))
    quick = get_metric_data(backend, queries, start, end, order)
    assert quick == as_moto(backend, queries, start, end, order)
