import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_pipeline, a_table
from tests.flink_builders import a_flink_pipeline, an_application
from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.levers import all_settings
from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateRetention, UpdateShardCount
from tidegate.scaling.kinds.lambda_mapping.actions import (
    UpdateBatchingWindow,
    UpdateParallelizationFactor,
)
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.resource_type import Changes
from tidegate.scaling.plan.actions import actions

PIPELINES = {
    "lambda": a_pipeline(shards=4, factor=2, table=a_table(100, index_units=50)),
    "flink": a_flink_pipeline(an_application(2, writes=(a_table(100),))),
}


def test_calls_go_downstream_first_so_that_what_is_let_in_can_be_taken() -> None:
    settings = {lever: now + 1 for lever, now in all_settings(PIPELINES["lambda"]).items()}
    assert list(actions(PIPELINES["lambda"], Changes(settings))) == [
        UpdateTableThroughput(
            "scores",
            (CapacityTarget(None, 100, 10, 101, 11), CapacityTarget("by-race", 50, 10, 51, 11)),
        ),
        UpdateParallelizationFactor("uuid-1", "scorer", 2, 3),
        UpdateBatchingWindow("uuid-1", "scorer", 0, 1),
        UpdateRetention("racers", 24, 25),
        UpdateShardCount("racers", 4, 5),
    ]


@pytest.mark.parametrize("pipeline", PIPELINES.values(), ids=PIPELINES)
@given(data=st.data())
def test_every_lever_that_changes_is_moved_by_one_call_and_no_other_is(
    pipeline: Pipeline, data: st.DataObject
) -> None:
    settings = all_settings(pipeline)
    changed = data.draw(st.sets(st.sampled_from(sorted(settings))))
    changes = Changes({lever: settings[lever] * 2 + 1 for lever in changed})
    moved = [lever for action in actions(pipeline, changes) for lever in action.levers()]
    assert sorted(moved) == sorted(changed)


@given(st.sets(st.sampled_from(sorted(all_settings(PIPELINES["lambda"])))))
def test_a_resource_is_called_once_for_all_that_one_call_takes(changed: set[Lever]) -> None:
    settings = all_settings(PIPELINES["lambda"])
    made = list(actions(PIPELINES["lambda"], Changes({each: settings[each] + 1 for each in
                                                      changed})))  # fmt: skip
    tables = [each for each in made if isinstance(each, UpdateTableThroughput)]
    assert len(tables) == any(each.kind.resource == "table" for each in changed)
    assert len(made) <= 5
