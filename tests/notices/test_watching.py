"""Dashboards and alarms: what is put, against moto in another process, and that twice is once."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from scaling.dashboard import body, rows
from scaling.illness import Destination, Notice
from scaling.ledger_sqlite import SqliteLedger
from scaling.ports import Edges
from scaling.specification import NoticeSpec
from scaling.sweep import sweep
from simulator.direct import DirectCloud, DirectMetrics
from simulator.scenario import load_scenario, scenario_names
from simulator.world import World
from tests.orders import PIPELINE, put_metrics, put_pipeline
from tidegate.cli import main
from tidegate.pipeline_file import load_value

METRIC_WIDGET = {
    "type": "object",
    "required": ["metrics", "region", "view"],
    "properties": {
        "title": {"type": "string"},
        "region": {"type": "string"},
        "view": {"enum": ["timeSeries", "singleValue", "gauge", "bar", "pie", "table"]},
        "stacked": {"type": "boolean"},
        "period": {"type": "integer", "multipleOf": 60},
        "metrics": {"type": "array", "maxItems": 500, "items": {"type": "array", "minItems": 1}},
        "yAxis": {"type": "object"},
        "annotations": {
            "type": "object",
            "properties": {
                "horizontal": {
                    "type": "array",
                    "items": {
                        "type": "object", "required": ["value"],
                        "properties": {"value": {"type": "number"}, "label": {"type": "string"}},
                    },
                },
                "vertical": {
                    "type": "array",
                    "items": {
                        "type": "object", "required": ["value"],
                        "properties": {"value": {"type": "string", "format": "date-time"}},
                    },
                },
            },
        },
    },
    "additionalProperties": False,
}  # fmt: skip
BODY: dict[str, Any] = {
    "type": "object",
    "required": ["widgets"],
    "properties": {
        "start": {"type": "string", "pattern": "^-P"},
        "periodOverride": {"enum": ["auto", "inherit"]},
        "widgets": {
            "type": "array",
            "maxItems": 500,
            "items": {
                "type": "object",
                "required": ["type", "x", "y", "width", "height", "properties"],
                "properties": {
                    "type": {"enum": ["metric", "text"]},
                    "x": {"type": "integer", "minimum": 0, "maximum": 23},
                    "y": {"type": "integer", "minimum": 0},
                    "width": {"type": "integer", "minimum": 1, "maximum": 24},
                    "height": {"type": "integer", "minimum": 1, "maximum": 1000},
                },
                "if": {"properties": {"type": {"const": "text"}}},
                "then": {"properties": {"properties": {"required": ["markdown"]}}},
                "else": {"properties": {"properties": METRIC_WIDGET}},
            },
        },
    },
}
"""CloudWatch guide, dashboard body structure and syntax."""


def parsed(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    jsonschema.validate(found, BODY)
    return found


@pytest.mark.parametrize("name", scenario_names())
def test_a_body_is_as_cloudwatch_documents_it_and_nothing_overlaps(name: str) -> None:
    scenario = load_scenario(name)
    (spec,) = load_value(scenario.pipeline_file, name).pipelines
    pipeline = DirectCloud(World(scenario, 1)).describe(spec)
    taken: set[tuple[int, int]] = set()
    for widget in parsed(body(rows(pipeline, spec), "us-east-1", name))["widgets"]:
        cells = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert not cells & taken
        assert all(x < 24 for x, _ in cells)
        taken |= cells


def test_every_graph_has_its_limit_drawn() -> None:
    scenario = load_scenario("concurrency-cap")
    (spec,) = load_value(scenario.pipeline_file, "file").pipelines
    pipeline = DirectCloud(World(scenario, 1)).describe(spec)
    limits = {
        graph.title: {each.label: each.value for each in graph.limits}
        for row in rows(pipeline, spec)
        for graph in row.graphs
        if graph.limits
    }
    assert limits == {
        "Records in": {"4 shards": 4000},
        "Bytes in": {"4 shards": 4 * 1024 * 1024},
        "Iterator age": {
            "objective": 60, "half of the retention": 43_200, "retention: records are lost": 86_400,
        },
        "Duration": {"timeout": 30},
        "Concurrent executions": {"reserved concurrency": 3, "shards x factor": 8},
        "Write units of orders": {"provisioned": 2000},
        "Read units of orders": {"provisioned": 10},
    }  # fmt: skip


class Boards:
    """Keeps what is drawn."""

    def __init__(self) -> None:
        self.drawn: list[str] = []

    def send(
        self, notice: Notice, destination: Destination, places: NoticeSpec, known_as: str | None
    ) -> str | None:
        raise AssertionError("nobody is to be told")

    def draw(self, name: str, body: str) -> None:
        assert name == "tidegate-orders"
        self.drawn.append(body)


def test_a_sweep_draws_the_limits_anew_when_they_have_changed() -> None:
    scenario = load_scenario("table-throttled")
    (spec,) = load_value(scenario.pipeline_file, "file").pipelines
    spec = replace(spec, update_dashboard=True)
    world, boards, ledger = World(scenario, 1), Boards(), SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger, boards)
    world.advance(180)
    for _ in range(30):
        sweep([spec], edges, world.now, holder="test")
        world.advance(60)
    ledger.close()
    limits = [
        next(
            line["value"]
            for widget in parsed(each)["widgets"]
            if widget["properties"].get("title") == "Write units of orders"
            for line in widget["properties"]["annotations"]["horizontal"]
        )
        for each in boards.drawn
    ]
    assert limits[0] == 450
    assert limits[-1] > 700
    assert 2 <= len(limits) <= 6
    marks = parsed(boards.drawn[-1])["widgets"][1]["properties"]["annotations"]["vertical"]
    assert any(each["label"].startswith("write_capacity of orders: 450 ->") for each in marks)


@pytest.fixture
def file(aws: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIDEGATE_LEDGER", str(tmp_path / "ledger.sqlite"))
    put_pipeline(aws)
    path = tmp_path / "pipelines.yaml"
    path.write_text(PIPELINE, encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def boards(aws: dict[str, Any]) -> list[str]:
    found = aws["cloudwatch"].list_dashboards()["DashboardEntries"]
    return [each["DashboardName"] for each in found]


def test_a_dashboard_is_planned_put_once_and_removed(aws: dict[str, Any], file: Path) -> None:
    dry = run("dashboard", str(file), "--dry-run")
    assert dry.stdout == "would create dashboard tidegate-orders: 10 graphs, 10 limits\n"
    assert boards(aws) == []
    assert run("dashboard", str(file)).exit_code == 1
    done = run("dashboard", str(file), "--yes")
    assert done.exit_code == 0, done.output
    assert boards(aws) == ["tidegate-orders"]
    parsed(aws["cloudwatch"].get_dashboard(DashboardName="tidegate-orders")["DashboardBody"])
    assert run("dashboard", str(file), "--yes").stdout.startswith("Nothing to do")
    aws["kinesis"].update_shard_count(
        StreamName="orders", TargetShardCount=2, ScalingType="UNIFORM_SCALING"
    )
    assert run("dashboard", str(file), "--yes").stdout.startswith("change dashboard")
    run("dashboard", str(file), "--remove", "--yes")
    assert boards(aws) == []


def test_the_preview_is_drawn_from_real_metrics(
    aws: dict[str, Any], file: Path, tmp_path: Path
) -> None:
    put_metrics(aws, datetime.now(UTC).replace(second=0, microsecond=0), sick=True)
    page = tmp_path / "page.html"
    result = run("dashboard", str(file), "--preview", str(page), "--dry-run")
    assert result.exit_code == 0, result.output
    text = page.read_text(encoding="utf-8")
    assert "Iterator age" in text
    assert "retention: records are lost" in text
    assert "<script src=" not in text


def alarms(aws: dict[str, Any]) -> dict[str, Any]:
    told = aws["cloudwatch"].describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return {each["AlarmName"]: each for each in told["MetricAlarms"] + told["CompositeAlarms"]}


def test_alarms_are_planned_put_once_and_removed(aws: dict[str, Any], file: Path) -> None:
    topic = aws["sns"].create_topic(Name="alerts")["TopicArn"]
    dry = run("alarms", str(file), "--topic", topic, "--dry-run")
    assert (
        "would create tidegate/pipeline/orders/age-over-objective: The iterator age" in dry.stdout
    )
    assert alarms(aws) == {}
    done = run("alarms", str(file), "--topic", topic, "--yes")
    assert done.exit_code == 0, done.output
    found = alarms(aws)
    anything = found.pop("tidegate/pipeline/orders/any")
    assert anything["AlarmActions"] == [topic]
    assert all(f'ALARM("{name}")' in anything["AlarmRule"] for name in found)
    assert all(each["AlarmActions"] == [] for each in found.values())
    age = found["tidegate/pipeline/orders/age-over-objective"]
    assert (age["Threshold"], age["DatapointsToAlarm"], age["EvaluationPeriods"]) == (60_000, 3, 5)
    assert age["TreatMissingData"] == "missing"
    errors = found["tidegate/pipeline/orders/order-writer/errors"]
    assert errors["TreatMissingData"] == "notBreaching"
    duration = found["tidegate/pipeline/orders/order-writer/duration-near-timeout"]
    assert duration["Threshold"] == 12_000
    assert run("alarms", str(file), "--topic", topic, "--yes").stdout.startswith("Nothing to do")
    run("alarms", str(file), "--remove", "--yes")
    assert alarms(aws) == {}


def test_alarms_of_a_pipeline_that_the_file_no_longer_names_are_removed(
    aws: dict[str, Any], file: Path, tmp_path: Path
) -> None:
    run("alarms", str(file), "--yes")
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "another-file.yaml"
    other.write_text(PIPELINE.replace("name: orders", "name: theirs"), encoding="utf-8")
    run("alarms", str(other), "--yes")
    file.write_text(PIPELINE.replace("name: orders", "name: renamed"), encoding="utf-8")
    run("alarms", str(file), "--yes")
    assert {name.split("/")[2] for name in alarms(aws)} == {"renamed", "theirs"}


def test_without_a_topic_it_says_that_nobody_is_paged(file: Path) -> None:
    assert "page nobody" in run("alarms", str(file), "--dry-run").stderr


@pytest.mark.parametrize("command", ["alarms", "dashboard"])
def test_bad_input_is_refused_in_words(tmp_path: Path, command: str) -> None:
    result = run(command, str(tmp_path / "none.yaml"))
    assert result.exit_code == 2
    assert "there is no such file" in result.stderr
