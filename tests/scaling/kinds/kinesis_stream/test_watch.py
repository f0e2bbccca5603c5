"""The alarms of a stream and its row: the limits are those that its shards and retention have."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import a_pipeline, with_stream
from tests.flink_builders import a_flink_pipeline
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.packs import in_force
from tidegate.scaling.kinds.kinesis_stream.watch import stream_alarms, stream_rows
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Graph, Limit
from tidegate.scaling.model.watched import Watched

HOUR = 3_600_000


def watched(shards: int = 3, **changes: Any) -> Watched:
    pipeline = a_pipeline(shards=shards)
    return Watched(
        with_stream(pipeline, replace(stream_of(pipeline), **changes)), 90, in_force({})
    )  # fmt: skip


def alarms(seen: Watched) -> dict[str, dict[str, Any]]:
    return dict(stream_alarms(seen))


def graphs(seen: Watched) -> dict[str, Graph]:
    (row,) = stream_rows(seen)
    return {graph.title: graph for graph in row.graphs}


def test_the_age_is_judged_by_the_objective_and_by_the_retention() -> None:
    found = alarms(watched(retention_hours=48))
    assert found["age-over-objective"]["Threshold"] == 90_000
    assert found["age-near-retention"]["Threshold"] == 0.5 * 48 * HOUR
    growing = found["records-will-be-lost"]
    assert growing["Metrics"][-1]["Expression"] == "age + RATE(age) * 14400"
    assert growing["Threshold"] == 48 * HOUR


def test_what_comes_in_is_judged_by_what_the_shards_take() -> None:
    found = alarms(watched(shards=3))
    share = in_force({})["records-near-shard-limit"]
    assert found["records-near-shard-limit"]["Threshold"] == pytest.approx(share * 3 * 1000 * 60)
    share = in_force({})["bytes-near-shard-limit"]
    assert found["bytes-near-shard-limit"]["Threshold"] == pytest.approx(share * 3 * 2**20 * 60)


def test_an_on_demand_stream_has_no_limits_of_shards() -> None:
    seen = watched(mode="ON_DEMAND")
    assert not {name for name in alarms(seen) if "near-shard-limit" in name}
    assert "producers-refused" in alarms(seen)
    found = graphs(seen)
    assert (found["Records in"].limits, found["Bytes in"].limits) == ((), ())


def test_the_row_has_the_limits_of_the_shards_and_of_the_retention() -> None:
    found = graphs(watched(shards=3, retention_hours=48))
    by = ((Lever.of(LeverKind.SHARD_COUNT, "racers"), 3),)
    assert found["Records in"].limits == (Limit("3 x 1,000 records/s", 3000, by),)
    assert found["Bytes in"].limits == (Limit("3 x 1 MiB/s", 3, by),)
    assert found["Iterator age"].limits == (Limit("objective", 90),)
    against = found["Iterator age against the retention"].limits
    by = ((Lever.of(LeverKind.RETENTION_HOURS, "racers"), 48),)
    assert against == (
        Limit("50 % of the retention", 24, by), Limit("retention: records are lost", 48, by),
    )  # fmt: skip


def test_a_topic_has_neither() -> None:
    seen = Watched(a_flink_pipeline(topic=True), 60, in_force({}))
    assert (list(stream_alarms(seen)), list(stream_rows(seen))) == ([], [])
