import json
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tests.change_records import change
from tidegate.rules.cause import LeverKind
from tidegate.rules.window import Metric
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.dashboard_row import Graph, Limit, Line, Row
from tidegate.scaling.observability.dashboard import (
    body,
    columns,
    dashboard_link,
    dashboard_name,
)

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
METRIC = Metric("AWS/Kinesis", "IncomingRecords", (("StreamName", "racers"),), "Sum")
OTHER = Metric("AWS/Kinesis", "Refused", (), "Sum")
PLAIN = Graph("Records", "records/s", (Line(METRIC, "in"),), (Limit("limit", 1_000.0),))
RACERS = "arn:aws:kinesis:eu-west-1:123456789012:stream/racers"


def drawn(*rows: Row, records: tuple[ChangeRecord, ...] = ()) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(body(rows, "eu-west-1", "Race", NOON, records))
    return told


def row(graphs: int) -> Row:
    return Row("Stream", "What comes in.", (PLAIN,) * graphs)


def places(told: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    return [(each["x"], each["y"], each["width"], each["height"]) for each in told["widgets"]]


def test_a_graph_draws_its_lines_limits_and_unit() -> None:
    told = drawn(row(1))
    assert (told["start"], told["periodOverride"]) == ("-PT3H", "inherit")
    text, graph = told["widgets"]
    assert text["properties"]["markdown"].startswith("# Race\nRed lines are limits")
    assert text["properties"]["markdown"].endswith("\n## Stream\nWhat comes in.")
    assert (graph["type"], graph["properties"]) == (
        "metric",
        {
            "title": "Records",
            "region": "eu-west-1",
            "view": "timeSeries",
            "stacked": False,
            "period": 60,
            "metrics": [
                ["AWS/Kinesis", "IncomingRecords", "StreamName", "racers",
                 {"stat": "Sum", "id": "m0", "visible": True, "label": "in"}]
            ],
            "yAxis": {"left": {"min": 0, "label": "records/s", "showUnits": False}},
            "annotations": {
                "horizontal": [{"label": "limit", "value": 1_000.0, "color": "#d62728"}],
                "vertical": [],
            },
        },
    )  # fmt: skip


def test_a_line_that_is_reckoned_hides_what_it_is_reckoned_from() -> None:
    lines = (Line(METRIC, "a second", 1 / 64), Line(METRIC, "taken", 1.0, OTHER))
    _, graph = drawn(Row("Stream", "", (Graph("Records", "records/s", lines),)))["widgets"]
    found = graph["properties"]["metrics"]
    assert [(each[-1]["id"], each[-1].get("visible")) for each in found] == [
        ("m0", False), ("e0", None), ("m1", False), ("l1", False), ("e1", None)
    ]  # fmt: skip
    assert [each[-1]["expression"] for each in found if "expression" in each[-1]] == [
        "m0 * 0.015625", "(m1 - l1) * 1.0"
    ]  # fmt: skip
    assert [each[-1].get("label") for each in found] == [None, "a second", None, None, "taken"]


def test_a_limit_that_a_lever_moves_says_of_which_day_it_is() -> None:
    limits = (Limit("2 shards", 2.0, ((SHARDS, 2),)), Limit("objective", 60.0))
    _, graph = drawn(Row("Stream", "", (Graph("Records", "records/s", (), limits),)))["widgets"]
    told = graph["properties"]["annotations"]["horizontal"]
    assert [each["label"] for each in told] == ["2 shards, as of 2026-01-05", "objective"]


def test_one_that_aws_publishes_is_drawn_minute_by_minute() -> None:
    provisioned = Metric("AWS/DynamoDB", "Provisioned", (("TableName", "scores"),), "Average")
    limits = (Limit("provisioned", 40.0, ((SHARDS, 40),), provisioned),)
    _, graph = drawn(Row("Table", "", (Graph("Units", "units/s", (), limits),)))["widgets"]
    assert graph["properties"]["annotations"]["horizontal"] == []
    assert graph["properties"]["metrics"] == [
        ["AWS/DynamoDB", "Provisioned", "TableName", "scores",
         {"stat": "Average", "id": "p0", "visible": False}],
        [{"expression": "FILL(p0, REPEAT)", "label": "provisioned", "color": "#d62728",
          "id": "limit_p0"}],
    ]  # fmt: skip


def test_rows_stand_below_each_other_and_their_graphs_side_by_side() -> None:
    assert places(drawn(row(3), row(5))) == [
        (0, 0, 24, 4), (0, 4, 8, 6), (8, 4, 8, 6), (16, 4, 8, 6),
        (0, 10, 24, 2), (0, 12, 6, 6), (6, 12, 6, 6), (12, 12, 6, 6), (18, 12, 6, 6),
        (0, 18, 6, 6),
    ]  # fmt: skip


@given(st.lists(st.integers(1, 13), min_size=1, max_size=5))
def test_no_two_widgets_overlap_and_none_is_past_the_edge(rows: list[int]) -> None:
    found = places(drawn(*map(row, rows)))
    cells = [
        (x + right, y + down)
        for x, y, width, height in found
        for right in range(width)
        for down in range(height)
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) == 23
    assert len(found) == sum(rows) + len(rows)


@pytest.mark.parametrize(
    ("graphs", "across"), [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (6, 3), (8, 4), (9, 3)]
)
def test_four_graphs_stand_side_by_side_and_three_where_that_leaves_no_gap(
    graphs: int, across: int
) -> None:
    assert columns(graphs) == across


def test_the_newest_twenty_changes_that_were_made_are_marked_in_utc() -> None:
    made = [change(SHARDS, 1_000 + at, 1_001 + at, minutes_ago=60 - at) for at in range(22)]
    failed = change(SHARDS, 1, 2, minutes_ago=1, outcome=Outcome.FAILED)
    east = timezone(timedelta(hours=9))
    last = change(SHARDS, 2, 4, minutes_ago=0, now=NOON.astimezone(east))
    _, graph = drawn(row(1), records=(*made, failed, last))["widgets"]
    marks = graph["properties"]["annotations"]["vertical"]
    assert len(marks) == 20
    assert (marks[0]["label"], marks[-1]) == (
        "shard_count of racers: 1,003 -> 1,004",
        {"label": "shard_count of racers: 2 -> 4", "value": "2026-01-05T12:00:00Z",
         "color": "#b8860b"},
    )  # fmt: skip


@given(st.text(min_size=1, max_size=300))
def test_a_dashboard_has_a_name_that_cloudwatch_takes(pipeline: str) -> None:
    longest = f"tidegate-{'x' * 20}"
    for name, first in (
        (dashboard_name(pipeline, "ap-southeast-1"), "tidegate-"),
        (dashboard_name(pipeline, "ap-southeast-1", longest), f"stage-{longest}-ap-southeast-1_"),
    ):
        assert name.startswith(first)
        assert len(name) <= 255
        assert all(each.isascii() and (each.isalnum() or each in "-_") for each in name)


def test_the_dashboards_of_two_stages_two_regions_and_the_command_line_do_not_meet() -> None:
    regions = ("us-east-1", "eu-west-1")
    stacks = (None, "tidegate-dev", "tidegate-prod", "tidegate-dev-us-east-1")
    pipelines = ("orders", "us-east-1", "us-east-1_orders", "dev-us-east-1_orders")
    names = [
        dashboard_name(pipeline, region, stack)
        for pipeline in pipelines for region in regions for stack in stacks
    ]  # fmt: skip
    assert len(set(names)) == len(names)


def test_a_dashboard_is_found_by_its_name_in_its_region() -> None:
    assert dashboard_name("race day/2", "eu-west-1") == "tidegate-race-day-2-eu-west-1"
    assert dashboard_link("race", RACERS) == (
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards:"
        "name=tidegate-race-eu-west-1"
    )
    unknown = RACERS.replace("arn:aws:", "arn:aws-moon:")
    assert dashboard_link("race", unknown) == (
        "CloudWatch dashboard tidegate-race-eu-west-1 in eu-west-1"
    )
    assert dashboard_link("race", RACERS, "tidegate-dev").endswith(
        "#dashboards:name=stage-tidegate-dev-eu-west-1_race"
    )
