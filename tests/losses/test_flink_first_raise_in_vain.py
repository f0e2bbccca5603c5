"""A Flink job whose first raise processed no more costs no KPU more an hour later."""

import pytest

from tests.losses.test_flink import in_world
from tests.losses.test_flink_seeds import SINK, TOO_LOW, FlinkWorld, step
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication

IN_VAIN = (
    FlinkWorld("sink at 90 %", step(1000, 1950), (SINK,), {"sink_records_per_second": 1800}),
    FlinkWorld(
        "sink at 90 %, no task metrics", step(1000, 2300), (SINK,),
        {"sink_records_per_second": 1800, "metrics_level": "APPLICATION"},
    ),
    FlinkWorld(
        "12 subtasks for 20 key groups that nobody names", step(2600, 5400), (TOO_LOW,),
        {"parallelism": 12, "max_parallelism": 20, "shards": 12},
    ),
)  # fmt: skip
UNTIL_TAKEN_BACK = 48
"""Minutes: the load rises in the tenth, and the raise stands for half an hour."""


@pytest.mark.by_seed(20)
@pytest.mark.parametrize("world", IN_VAIN, ids=[each.name for each in IN_VAIN])
def test_it_is_taken_back_within_the_hour_and_not_made_again(world: FlinkWorld, seed: int) -> None:
    there, reports = in_world(world.scenario(seed), UNTIL_TAKEN_BACK, seed=seed)
    job = there.the(EmbeddedApplication)
    assert job.state.parallelism == world.scenario(seed).the(type(job.state.data)).parallelism
    changes = [decision for each in reports for made in each.changes for decision in made.decisions]
    assert len(changes) in (0, 2)
