"""The rows of applications: health, resources, progress and source, with the limits in force."""

import pytest

from tests.flink_builders import a_flink_pipeline, an_application
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.packs import in_force
from tidegate.scaling.kinds.flink_application.rows import application_rows
from tidegate.scaling.model.dashboard_row import Graph, Limit
from tidegate.scaling.model.watched import Watched


def graphs(application: FlinkApplication, *, topic: bool = False) -> dict[str, Graph]:
    pipeline = a_flink_pipeline(application, topic=topic)
    rows = application_rows(Watched(pipeline, 90, in_force({"cpu-high": 60})))
    return {graph.title: graph for row in rows for graph in row.graphs}


def test_an_application_has_four_rows_in_the_order_of_aws() -> None:
    found = application_rows(Watched(a_flink_pipeline(), 60, in_force({})))
    assert [row.title for row in found] == [
        f"Application counter: {part}" for part in ("health", "resources", "progress", "source")
    ]


def test_limits_are_those_in_force() -> None:
    found = graphs(an_application(6, parallelism_per_kpu=2))
    assert found["CPU"].limits == (Limit("high", 60), Limit("all", 100))
    assert found["Time behind the latest record"].limits == (Limit("objective", 90),)
    # 6 subtasks at 2 a KPU are 3 KPUs of 50 GB.
    assert found["Size of the last checkpoint"].limits == (Limit("running storage", 150),)


@pytest.mark.parametrize(
    ("runtime", "names"), [("FLINK-1_20", ("downtime",)), ("FLINK-2_2", ("restartingTime",))]
)
def test_metrics_have_the_names_of_the_runtime(runtime: str, names: tuple[str, ...]) -> None:
    lines = graphs(an_application(runtime=runtime))["Down and restarts"].lines
    assert lines[0].metric.name in names


def test_the_reader_of_a_topic_shows_its_lag_in_records() -> None:
    found = graphs(an_application(), topic=True)
    assert "Time behind the latest record" not in found
    assert found["Lag of the partition furthest behind"].unit == "records"


def test_tasks_with_metrics_of_their_own_are_drawn_one_by_one() -> None:
    lines = graphs(an_application(tasks=("read", "sum")))["Busy and held back"].lines
    assert [line.label for line in lines if "busy" in line.label] == ["read busy", "sum busy"]


@pytest.mark.parametrize(
    ("title", "statistic"),
    [
        ("Up", "Minimum"),
        ("Down and restarts", "Maximum"),
        ("Last checkpoint", "Maximum"),
        ("Size of the last checkpoint", "Average"),
        ("Heap", "Maximum"),
        ("Old generation: time", "Maximum"),
        ("Old generation: collections", "Maximum"),
        ("Threads", "Maximum"),
        ("Records", "Average"),
        ("Late records", "Maximum"),
        ("Event time latency", "Minimum"),
        ("Time behind the latest record", "Maximum"),
    ],
)
def test_statistics_are_those_of_the_sample_of_aws(title: str, statistic: str) -> None:
    """A restart is over within a minute of which the maximum is long up, and the fastest subtask
    hides the one that lags."""
    lines = graphs(an_application())[title].lines
    drawn = [metric for line in lines for metric in (line.metric, line.less) if metric is not None]
    assert {metric.statistic for metric in drawn} == {statistic}


def test_a_restart_a_full_heap_and_a_lag_have_a_line_to_be_seen_against() -> None:
    found = graphs(an_application())
    assert found["Down and restarts"].limits == (Limit("none", 0),)
    assert found["Old generation: time"].limits == (Limit("high", 60),)
    topic = graphs(an_application(), topic=True)
    assert topic["Lag of the partition furthest behind"].limits == (Limit("high", 60_000),)


def test_collections_are_told_by_the_minute_and_not_since_the_start() -> None:
    found = graphs(an_application())
    (time,), (count,) = (found[f"Old generation: {each}"].lines for each in ("time", "collections"))
    assert (time.is_counter, count.is_counter) == (True, True)
    # A second of collecting in a second is all of the time; a collection a second is 60 a minute.
    assert (time.scale * 1000, count.scale) == (100, 60)
