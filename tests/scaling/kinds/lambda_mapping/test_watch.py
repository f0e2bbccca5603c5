"""The alarms of functions and their rows: the limits are those of the function or the account."""

from dataclasses import replace
from typing import Any

from tests.builders import a_pipeline, with_consumers
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.packs import in_force
from tidegate.scaling.kinds.lambda_mapping.watch import function_alarms, function_rows
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Graph, Limit, Row
from tidegate.scaling.model.watched import Watched


def alarms(pipeline: Pipeline) -> dict[str, dict[str, Any]]:
    return dict(function_alarms(Watched(pipeline, 60, in_force({}))))


def row(pipeline: Pipeline) -> Row:
    (found,) = function_rows(Watched(pipeline, 60, in_force({})))
    return found


def graphs(pipeline: Pipeline) -> dict[str, Graph]:
    return {graph.title: graph for graph in row(pipeline).graphs}


def test_a_function_without_a_reservation_is_judged_by_the_account() -> None:
    found = alarms(a_pipeline())
    share = in_force({})["concurrency-near-account-limit"]
    assert found["account-concurrency-near-limit"]["Threshold"] == share * 1000
    assert "scorer/concurrency-near-cap" not in found
    shared = graphs(a_pipeline())["Concurrency of the account"]
    assert shared.limits == (Limit("account's concurrency", 1000),)


def test_a_function_with_a_reservation_is_judged_by_its_own() -> None:
    pipeline = a_pipeline(shards=3, factor=2, reserved_concurrency=20)
    found = alarms(pipeline)
    assert "account-concurrency-near-limit" not in found
    share = in_force({})["concurrency-near-reservation"]
    assert found["scorer/concurrency-near-cap"]["Threshold"] == share * 20
    own = graphs(pipeline)["Concurrent executions"]
    by = (
        (Lever.of(LeverKind.SHARD_COUNT, "racers"), 3),
        (Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer"), 2),
    )
    assert own.limits == (Limit("reserved concurrency", 20), Limit("shards x factor", 6, by))
    assert "Concurrency of the account" not in graphs(pipeline)


def test_the_duration_is_judged_by_the_timeout() -> None:
    share = in_force({})["duration-near-timeout"]
    near = alarms(a_pipeline())["scorer/duration-near-timeout"]
    assert near["Threshold"] == share * 15 * 1000
    assert graphs(a_pipeline())["Duration"].limits == (Limit("timeout", 15),)


def test_throttles_are_judged_as_a_share_of_what_was_attempted() -> None:
    throttled = alarms(a_pipeline())["scorer/throttles"]
    assert throttled["Metrics"][-1]["Expression"] == "throttled / (throttled + FILL(invoked, 0))"
    assert throttled["Threshold"] == in_force({})["function-throttled"]


def test_a_row_says_how_long_a_batch_is_waited_for_where_it_is() -> None:
    pipeline = a_pipeline()
    (consumer,) = consumers_of(pipeline)
    mapping = replace(consumer.mapping, batching_window_seconds=5)
    waiting = with_consumers(pipeline, replace(consumer, mapping=mapping))
    assert "each waited for up to 5 s" in row(waiting).text
    assert "waited" not in row(pipeline).text
