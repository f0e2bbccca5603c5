from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, OURS, SPEC, Minute, a_pipeline, signals
from tidegate.bench.account import Account
from tidegate.bench.case import Case
from tidegate.bench.controllers.tidegate import Tidegate
from tidegate.bench.loads import Load as BenchLoad
from tidegate.rules.cause import LeverKind
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import Levers, LeverSpec, PipelineSpec
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.recommend.learned import learn
from tidegate.scaling.recommend.sizing import size
from tidegate.simulator.world import World

TABLE = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
LANE = 100 / (0.1 + 0.4)
"""Records a second of a lane: 0.1 s a batch and 4 ms a record, in batches of 100."""

BUSY = [
    Minute(records_per_second=LANE, batch=batch, seconds_per_batch=0.1 + 0.004 * batch)
    for batch in (40, 60, 80)
]
"""One lane in use."""


def demanded(
    load: Load,
    *newest: Minute,
    shards: int = 2,
    factor: int = 5,
    reserved: int | None = None,
    spec: PipelineSpec = SPEC,
    changed: tuple[ChangeRecord, ...] = (),
) -> Demand:
    """Of the table."""
    pipeline = a_pipeline(shards=shards, factor=factor, reserved_concurrency=reserved)
    seen = signals(pipeline, *BUSY * 20, *newest, healthy_before=False)
    model = learn(seen, History(changed))
    return {each.lever: each for each in size(model, load, in_file(spec), shards)}[TABLE]


def test_a_table_is_made_no_larger_than_its_consumer_can_use() -> None:
    found = demanded(Load(400, 0, backlog_records=5_000_000))
    assert found.capacity == pytest.approx(2 * 10 * LANE, rel=0.01)
    assert str(found.because).endswith(
        "to be drained at the 4,000 records/s that the consumers can write"
    )


def test_a_backlog_that_can_be_brought_in_time_is_drained_in_time() -> None:
    assert demanded(Load(400, 0, backlog_records=300_000)).capacity == 400 + 1000


def test_the_factor_goes_no_higher_than_the_file_lets_it() -> None:
    lower = replace(OURS, parallelization_factor=LeverSpec(max=6, owner="tidegate"))
    behind = Load(400, 0, backlog_records=5_000_000)
    bounded = demanded(behind, spec=replace(SPEC, levers=lower)).capacity
    assert bounded == pytest.approx(2 * 6 * LANE, rel=0.01)
    nobodys = replace(OURS, parallelization_factor=None)
    assert isinstance(nobodys, Levers)
    left = demanded(behind, spec=replace(SPEC, levers=nobodys)).capacity
    assert left == pytest.approx(2 * 5 * LANE, rel=0.01)


def test_no_more_is_brought_than_the_function_may_run_at_once() -> None:
    behind = Load(400, 0, backlog_records=5_000_000)
    assert demanded(behind, reserved=8).capacity == pytest.approx(8 * LANE, rel=0.01)


def late(executions: float, throttles: float = 0) -> Minute:
    """Ten minutes behind, with so many lanes busy."""
    return replace(
        BUSY[-1],
        records_per_second=executions * 80 / 0.42,
        age_seconds=600,
        table_throttles=throttles,
    )


def test_idle_lanes_have_no_backlog_to_bring() -> None:
    behind = Load(100, 0, backlog_records=5_000_000)
    assert demanded(behind, *[late(1)] * 3).capacity == pytest.approx(20 * LANE / 10, rel=0.01)
    assert demanded(behind, *[late(10)] * 3).capacity == pytest.approx(20 * LANE, rel=0.01)


def test_all_lanes_wait_while_the_table_throttles() -> None:
    behind = Load(100, 0, backlog_records=5_000_000)
    assert demanded(behind, late(1, throttles=5000)).capacity == pytest.approx(20 * LANE, rel=0.01)


def test_lanes_of_which_nothing_is_told_count_as_all() -> None:
    silent = replace(late(1), seconds_per_batch=0.0)
    behind = Load(100, 0, backlog_records=5_000_000)
    assert demanded(behind, *[silent] * 3).capacity == pytest.approx(20 * LANE, rel=0.01)


def test_busy_lanes_are_set_against_those_that_there_were() -> None:
    behind = Load(100, 0, backlog_records=5_000_000)
    asked = "lambda:UpdateEventSourceMapping"
    later = NOON + timedelta(seconds=30)
    raised = ChangeRecord("e1", "race", FACTOR, asked, 5, 10, "", later, Outcome.DONE)
    before = demanded(behind, *[late(5)] * 3).capacity
    assert before == pytest.approx(10 * LANE, rel=0.01)
    after = demanded(behind, *[late(5)] * 3, factor=10, changed=(raised,)).capacity
    assert after == before


def test_the_table_is_made_ready_for_the_shards_of_the_same_step() -> None:
    wide = Load(2900, 0, backlog_records=5_000_000)
    assert demanded(wide, shards=2).capacity == pytest.approx(4 * 10 * LANE, rel=0.01)
    assert demanded(wide, shards=4).capacity == pytest.approx(4 * 10 * LANE, rel=0.01)


@given(
    rate=st.floats(1, 1e5),
    backlog=st.floats(0, 1e8),
    executions=st.integers(1, 20),
    shards=st.integers(1, 4),
)
def test_the_load_itself_is_always_carried(
    rate: float, backlog: float, executions: int, shards: int
) -> None:
    load = Load(rate, 0, backlog_records=backlog)
    assert demanded(load, late(executions), shards=shards).capacity >= rate / 0.7


@pytest.mark.slow
def test_after_a_concurrency_cap_is_lifted_the_table_follows_what_the_lanes_bring() -> None:
    load = BenchLoad("capped", "own", ((-86_400.0, 800.0), (0.0, 800.0)), 5400)
    controller = Tidegate()
    world = World(Case(load, "concurrency-cap").scenario(controller.setting(load)), 1)
    account = Account(world)
    world.advance(180)
    while world.second < load.duration_seconds:
        controller.act(account)
        world.advance(60)
    assert max(each.iterator_age_seconds for each in world.series) > 900
    shards = max(each.total("shard_count") for each in world.series)
    assert max(each.facts["write_units"]["orders"] for each in world.series) <= shards * 10 * LANE
    assert world.series[-1].iterator_age_seconds < 60
