"""Dashboards and alarms: what is put, against moto in another process, and that twice is once."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from re import findall, fullmatch
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import with_consumers
from tests.orders import PIPELINE, put_metrics, put_pipeline
from tidegate.cli import main
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import Table
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.scaling.config.specification import Levers, NoticeSpec, PipelineSpec
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.notification import Destination, Notification
from tidegate.scaling.observability.alarm_changes import changes
from tidegate.scaling.observability.alarms import Alarm, wanted
from tidegate.scaling.observability.dashboard import body, dashboard_name
from tidegate.scaling.observability.pipeline_rows import rows
from tidegate.scaling.ports import Edges
from tidegate.scaling.sweep import sweep
from tidegate.simulator.scenarios import load_scenario, scenario_names
from tidegate.simulator.world import START, World

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
                        "properties": {
                            "value": {"type": "number"}, "label": {"type": "string"},
                            "color": {"type": "string", "pattern": "^#[0-9a-f]{6}$"},
                        },
                        "additionalProperties": False,
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
    for widget in parsed(body(rows(pipeline, spec), "us-east-1", name, START))["widgets"]:
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
        "Records in": {"4 x 1,000 records/s": 4000},
        "Bytes in": {"4 x 1 MiB/s": 4},
        "Iterator age": {"objective": 60},
        "Iterator age against the retention": {
            "50 % of the retention": 12, "retention: records are lost": 24,
        },
        "Duration": {"timeout": 30},
        "Concurrent executions": {"reserved concurrency": 3, "shards x factor": 8},
        "Write units of orders": {"provisioned": 2000},
        "Read units of orders": {"provisioned": 10},
    }  # fmt: skip


@given(st.text(min_size=1))
def test_a_dashboards_name_is_one_that_cloudwatch_takes(pipeline: str) -> None:
    assert fullmatch("[A-Za-z0-9_-]{1,255}", dashboard_name(pipeline, "us-east-1"))


class Boards:
    """Keeps what is drawn."""

    def __init__(self) -> None:
        self.drawn: list[str] = []

    def send(
        self,
        notification: Notification,
        destination: Destination,
        places: NoticeSpec,
        known_as: str | None,
    ) -> str | None:
        raise AssertionError("nobody is to be told")

    def draw(self, name: str, body: str) -> None:
        assert name == "tidegate-orders-us-east-1"
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
    (units,) = (
        widget["properties"]
        for widget in parsed(boards.drawn[-1])["widgets"]
        if widget["properties"].get("title") == "Write units of orders"
    )
    told = {line[-1]["id"]: line for line in units["metrics"]}
    assert told["p0"][:2] == ["AWS/DynamoDB", "ProvisionedWriteCapacityUnits"]
    assert told["limit_p0"][-1]["label"] == "provisioned"
    assert 2 <= len(boards.drawn) <= 6
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
    assert dry.stdout == "would put dashboard tidegate-orders-us-east-1: 11 graphs, 10 limits\n"
    assert boards(aws) == []
    assert run("dashboard", str(file)).exit_code == 1
    done = run("dashboard", str(file), "--yes")
    assert done.exit_code == 0, done.output
    assert boards(aws) == ["tidegate-orders-us-east-1"]
    parsed(
        aws["cloudwatch"].get_dashboard(DashboardName="tidegate-orders-us-east-1")["DashboardBody"]
    )
    assert run("dashboard", str(file), "--yes").stdout.startswith("Nothing to do")
    aws["kinesis"].update_shard_count(
        StreamName="orders", TargetShardCount=2, ScalingType="UNIFORM_SCALING"
    )
    assert run("dashboard", str(file), "--yes").stdout.startswith("put dashboard")
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


def test_a_preview_that_cannot_be_written_is_one_line_and_nothing_is_put(
    aws: dict[str, Any], file: Path, tmp_path: Path
) -> None:
    nowhere = tmp_path / "missing" / "page.html"
    result = run("dashboard", str(file), "--preview", str(nowhere), "--yes")
    assert (result.exit_code, boards(aws)) == (2, [])
    assert "can't be written: No such file or directory" in " ".join(result.output.split())


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


def elsewhere(file: Path) -> Path:
    """A file of the same name in another place, with a pipeline of its own."""
    other = file.parent / "elsewhere" / file.name
    other.parent.mkdir()
    other.write_text(PIPELINE.replace("name: orders", "name: theirs"), encoding="utf-8")
    return other


def test_alarms_of_a_pipeline_that_the_file_no_longer_names_are_removed(
    aws: dict[str, Any], file: Path
) -> None:
    run("alarms", str(file), "--yes")
    run("alarms", str(elsewhere(file)), "--yes")
    file.write_text(PIPELINE.replace("name: orders", "name: renamed"), encoding="utf-8")
    result = run("alarms", str(file), "--yes")
    assert result.exit_code == 0, result.output
    assert {name.split("/")[2] for name in alarms(aws)} == {"renamed", "theirs"}


def test_dashboards_of_a_pipeline_that_the_file_no_longer_names_are_removed(
    aws: dict[str, Any], file: Path
) -> None:
    aws["cloudwatch"].put_dashboard(DashboardName="tidegate-by-hand", DashboardBody="{}")
    run("dashboard", str(file), "--yes")
    run("dashboard", str(elsewhere(file)), "--yes")
    file.write_text(PIPELINE.replace("name: orders", "name: my pipeline.2"), encoding="utf-8")
    result = run("dashboard", str(file), "--yes")
    assert "remove dashboard tidegate-orders-us-east-1\n" in result.stdout
    assert sorted(boards(aws)) == [
        "tidegate-by-hand", "tidegate-my-pipeline-2-us-east-1", "tidegate-theirs-us-east-1",
    ]  # fmt: skip


def test_the_dashboard_of_another_region_stays_and_that_of_an_earlier_version_goes(
    aws: dict[str, Any], file: Path
) -> None:
    """Dashboards are of an account, moto's of a region."""
    own = {"Key": "tidegate:file", "Value": str(file.resolve())}
    there = {"Key": "tidegate:region", "Value": "eu-west-1"}
    for name, tags in (("orders-eu-west-1", [own, there]), ("orders", [own])):
        aws["cloudwatch"].put_dashboard(
            DashboardName=f"tidegate-{name}", DashboardBody="{}", Tags=tags
        )
    for _ in range(2):
        run("dashboard", str(file), "--yes")
        assert sorted(boards(aws)) == ["tidegate-orders-eu-west-1", "tidegate-orders-us-east-1"]
    run("dashboard", str(file), "--remove", "--yes")
    assert boards(aws) == ["tidegate-orders-eu-west-1"]


def test_an_alarm_whose_resource_left_the_pipeline_goes_after_the_rule_that_named_it(
    aws: dict[str, Any], file: Path
) -> None:
    run("alarms", str(file), "--yes")
    file.write_text(PIPELINE.replace(", tables: [orders]", ""), encoding="utf-8")
    result = run("alarms", str(file), "--yes")
    assert result.exit_code == 0, result.output
    assert not any("writes-throttled" in name for name in alarms(aws))
    assert "writes-throttled" not in alarms(aws)["tidegate/pipeline/orders/any"]["AlarmRule"]


def test_alarms_are_tagged(aws: dict[str, Any], file: Path) -> None:
    run("alarms", str(file), "--yes")
    for alarm in alarms(aws).values():
        tags = aws["cloudwatch"].list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
        assert {each["Key"]: each["Value"] for each in tags} == {
            "managed-by": "tidegate", "tidegate:file": str(file.resolve()),
        }  # fmt: skip


ALARMS = {
    "age-over-objective": (60_000, 3, 5, "missing"),
    "age-near-retention": (43_200_000, 3, 3, "missing"),
    "records-will-be-lost": (86_400_000, 3, 5, "missing"),
    "producers-refused": (0.001, 3, 5, "notBreaching"),
    "records-near-shard-limit": (192_000, 4, 5, "notBreaching"),
    "bytes-near-shard-limit": (201_326_592, 4, 5, "notBreaching"),
    "order-writer/errors": (0, 3, 5, "notBreaching"),
    "order-writer/throttles": (0.01, 3, 5, "notBreaching"),
    "order-writer/duration-near-timeout": (24_000, 3, 5, "notBreaching"),
    "order-writer/concurrency-near-cap": (2.4, 3, 5, "notBreaching"),
    "orders/writes-throttled": (0.01, 3, 5, "notBreaching"),
    "orders/reads-throttled": (0.01, 3, 5, "notBreaching"),
    "orders/write-capacity": (100, 4, 5, "notBreaching"),
    "orders/read-capacity": (100, 4, 5, "notBreaching"),
}


def test_an_alarm_near_the_limits_of_shards_says_for_how_many_it_holds(
    aws: dict[str, Any], file: Path
) -> None:
    name = "tidegate/pipeline/orders/records-near-shard-limit"
    run("alarms", str(file), "--yes")
    before = alarms(aws)[name]
    assert (
        "(1 when this was put; after a reshard run tidegate alarms again)"
        in (before["AlarmDescription"])
    )
    aws["kinesis"].update_shard_count(
        StreamName="orders", TargetShardCount=2, ScalingType="UNIFORM_SCALING"
    )
    run("alarms", str(file), "--yes")
    after = alarms(aws)[name]
    assert "(2 when this was put" in after["AlarmDescription"]
    assert after["Threshold"] == 2 * before["Threshold"]


def test_a_capacity_that_nobody_follows_alarms_at_80_per_cent() -> None:
    pipeline, spec = described("concurrency-cap")
    *own, _ = wanted([(pipeline, replace(spec, levers=Levers()))], None)
    told = {each.name.rpartition("/")[2]: each.configuration["Threshold"] for each in own}
    assert (told["write-capacity"], told["read-capacity"]) == (80, 80)


def described(name: str) -> tuple[Pipeline, PipelineSpec]:
    scenario = load_scenario(name)
    (spec,) = load_value(scenario.pipeline_file, "file").pipelines
    return DirectCloud(World(scenario, 1)).describe(spec), spec


def test_every_alarm_has_its_threshold_its_m_of_n_and_what_silence_means() -> None:
    *own, composite = wanted([described("concurrency-cap")], "topic")
    told = {
        each.name.removeprefix("tidegate/pipeline/orders/"): (
            each.configuration["Threshold"], each.configuration["DatapointsToAlarm"],
            each.configuration["EvaluationPeriods"], each.configuration["TreatMissingData"],
        )
        for each in own
    }  # fmt: skip
    assert told == {name: pytest.approx(value) for name, value in ALARMS.items()}
    assert composite.configuration["AlarmRule"] == " OR ".join(
        f'ALARM("tidegate/pipeline/orders/{name}")' for name in ALARMS
    )


def test_without_a_reservation_it_is_the_account_that_is_watched() -> None:
    names = [each.name.rpartition("/")[2] for each in wanted([described("race-day")], None)]
    assert "account-concurrency-near-limit" in names
    assert "concurrency-near-cap" not in names


def test_a_pipeline_with_more_alarms_than_a_rule_takes_has_one_over_all_the_same() -> None:
    pipeline, spec = described("index-throttled")
    (consumer,) = consumers_of(pipeline)
    (table,) = consumer.writes
    assert isinstance(table, Table)
    indexes = tuple(
        replace(table.indexes[0], index=f"{'by-something-or-other' * 8}-{at}") for at in range(40)
    )
    wide = replace(consumer, writes=(replace(table, indexes=indexes),))
    found = wanted([(with_consumers(pipeline, wide), spec)], "topic")
    composites = [each for each in found if each.is_composite]
    assert len(composites) > 2
    assert [each.name for each in composites if each.configuration.get("AlarmActions")] == [
        "tidegate/pipeline/orders/any"
    ]
    rules = [each.configuration["AlarmRule"] for each in composites]
    assert all(len(rule) <= 10_240 and rule.count("ALARM(") <= 100 for rule in rules)
    assert all(len(each.name) <= 255 for each in found)
    named = [name for rule in rules for name in findall(r'ALARM\("(.+?)"\)', rule)]
    assert sorted(named) == sorted({each.name for each in found} - {composites[-1].name})
    removed = [change.alarm.name for change in changes(found, ())]
    assert removed[0] == "tidegate/pipeline/orders/any"
    assert set(removed[1 : len(composites)]) == {each.name for each in composites[:-1]}


def test_what_cloudwatch_tells_in_another_order_is_the_same() -> None:
    want = wanted([described("index-throttled")], "topic")
    have = [Alarm(each.name, {**turned(each.configuration), "StateValue": "OK"}) for each in want]
    assert changes(have, want) == ()


def turned(value: Any) -> Any:
    if isinstance(value, list):
        return [turned(each) for each in reversed(value)]
    return {key: turned(each) for key, each in value.items()} if isinstance(value, dict) else value


def test_without_a_topic_it_says_that_nobody_is_paged(file: Path) -> None:
    assert "page nobody" in run("alarms", str(file), "--dry-run").stderr


def test_a_topic_that_the_notices_go_to_as_well_is_pointed_out(file: Path) -> None:
    topic = "arn:aws:sns:us-east-1:123456789012:alerts"
    text = PIPELINE + f"    notices: {{sns_topic_arn: '{topic}'}}\n"
    file.write_text(text, encoding="utf-8")
    assert "an incident pages twice" in run("alarms", str(file), "--dry-run").stderr
    other = run("alarms", str(file), "--dry-run", "--topic", topic.replace("alerts", "others"))
    assert other.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["alarms", "--topic", "me@example.org"], "is not a standard SNS topic"),
        (["alarms", "--topic", "arn:aws:sns:us-east-1:123456789012:a.fifo"], "is not a standard"),
        (["dashboard", "--name", "my board"], "is not the name of a dashboard"),
    ],
)
def test_a_bad_option_is_refused_in_words(file: Path, arguments: list[str], words: str) -> None:
    result = run(*arguments, str(file), "--dry-run")
    assert result.exit_code == 2
    assert words in result.stderr


@pytest.mark.parametrize("command", ["alarms", "dashboard"])
def test_bad_input_is_refused_in_words(tmp_path: Path, command: str) -> None:
    result = run(command, str(tmp_path / "none.yaml"))
    assert result.exit_code == 2
    assert "there is no such file" in result.stderr
