"""One ledger, one hand: overlapping sweeps, crashes, refusals, and repeated sweeps."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.graph import Pipeline, Question
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.config.levers import part_of
from tidegate.scaling.config.specification import ChangeWindow, Levers, PipelineSpec
from tidegate.scaling.kinds.kinesis_stream.actions import (
    UPDATE_SHARD_COUNT,
    SplitShard,
    UpdateRetention,
    UpdateShardCount,
)
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.errors import CloudError, Denied, LimitExceeded, Throttled, Unreachable
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.plan import Action
from tidegate.scaling.ports import Cloud, Edges
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.kinds.dynamodb_table.data import TableData
from tidegate.simulator.kinds.dynamodb_table.table import TableState
from tidegate.simulator.kinds.kinesis_stream.control import StreamControl
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.kinds.lambda_mapping.data import MappingData
from tidegate.simulator.scenario import Fault
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import World

A = TypeVar("A")
RACE = load_scenario("race-day")
SPEC = load_value(RACE.pipeline_file, "race-day").pipelines[0]
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")


@dataclass
class FaultyCloud:
    """The world's cloud, with an error before or after the real call: a network, not a mock."""

    inner: Cloud
    before: CloudError | None = None
    after: CloudError | None = None
    asked: list[Action] = field(default_factory=list)

    def describe(self, spec: PipelineSpec) -> Pipeline:
        return self.inner.describe(spec)

    def describe_alone(self, spec: PipelineSpec, lever: Lever) -> Pipeline:
        return self.describe(part_of(spec, lever))

    def ask(self, question: Question[A]) -> A:
        return self.inner.ask(question)

    def scalable_targets(self, where: str | None = None) -> tuple[ScalableTarget, ...]:
        return self.inner.scalable_targets(where)

    def apply(self, action: Action) -> None:
        self.asked.append(action)
        if self.before is not None:
            raise self.before
        self.inner.apply(action)
        if self.after is not None:
            raise self.after


@pytest.fixture
def ledger() -> Iterator[SqliteLedger]:
    opened = SqliteLedger(":memory:")
    yield opened
    opened.close()


@pytest.fixture
def sick() -> World:
    world = World(RACE, 1)
    world.advance(480)
    return world


def one_sweep(
    world: World,
    ledger: SqliteLedger,
    spec: PipelineSpec = SPEC,
    *,
    cloud: Cloud | None = None,
    holder: str = "me",
    dry_run: bool = False,
) -> PipelineReport:
    edges = Edges(cloud or DirectCloud(world), DirectMetrics(world), ledger)
    report = sweep([spec], edges, world.now, holder=holder, dry_run=dry_run)
    assert report.unreached == ()
    return report.pipelines[0]


def outcomes(report: PipelineReport) -> list[Outcome | None]:
    return [change.outcome for change in report.changes]


def test_a_dry_run_shows_the_plan_and_changes_nothing(sick: World, ledger: SqliteLedger) -> None:
    before = DirectCloud(sick).describe(SPEC)
    shown = one_sweep(sick, ledger, dry_run=True)
    assert outcomes(shown) == [None, None, None]
    assert DirectCloud(sick).describe(SPEC) == before
    assert ledger.change_records("race-day", sick.now - timedelta(days=1)) == ()
    done = one_sweep(sick, ledger)
    assert [change.action for change in done.changes] == [change.action for change in shown.changes]


def test_a_sweep_repeated_on_an_unchanged_world_does_nothing(
    sick: World, ledger: SqliteLedger
) -> None:
    first = one_sweep(sick, ledger)
    assert outcomes(first) == [Outcome.DONE] * 3
    again = one_sweep(sick, ledger)
    assert [change for change in again.changes if change.outcome is Outcome.DONE] == []
    assert sick.figures().limit_violations == 0


def test_a_sweep_that_saw_the_same_but_came_later_does_not_act_again(
    sick: World, ledger: SqliteLedger
) -> None:
    slow, quick = FaultyCloud(DirectCloud(sick)), FaultyCloud(DirectCloud(sick))
    seen_before = DirectCloud(sick).describe(SPEC)

    class Stale(FaultyCloud):
        def describe(self, spec: PipelineSpec) -> Pipeline:
            one_sweep(sick, ledger, cloud=quick, holder="other")
            return seen_before

    late = Stale(slow)
    entries_before = ledger.change_records("race-day", sick.now - timedelta(days=1))
    report = one_sweep(sick, ledger, cloud=late)
    assert entries_before == ()
    assert len(quick.asked) == 3
    assert late.asked == []
    assert Outcome.DONE not in outcomes(report)


def test_a_sweep_that_runs_out_of_time_says_what_it_did_not_reach(
    sick: World, ledger: SqliteLedger
) -> None:
    times = iter([False, True])
    edges = Edges(DirectCloud(sick), DirectMetrics(sick), ledger, is_late=lambda: next(times))
    second = replace(SPEC, name="second")
    report = sweep([SPEC, second], edges, sick.now, holder="me")
    assert [each.name for each in report.pipelines] == ["race-day"]
    assert [(each.name, each.reason) for each in report.unreached] == [
        ("second", "the sweep ran out of time")
    ]


def test_a_pipeline_that_a_long_sweep_comes_to_late_is_held_and_written_down_at_that_moment(
    sick: World, ledger: SqliteLedger
) -> None:
    late = sick.now + timedelta(minutes=5)
    were_kept_out: list[bool] = []

    class Watched(FaultyCloud):
        def apply(self, action: Action) -> None:
            soon = late + timedelta(seconds=50)
            were_kept_out.append(not ledger.acquire(action.lease, "a later sweep", soon, 60))
            super().apply(action)

    edges = Edges(Watched(DirectCloud(sick)), DirectMetrics(sick), ledger, clock=lambda: late)
    (report,) = sweep([SPEC], edges, sick.now, holder="me").pipelines
    assert outcomes(report) == [Outcome.DONE] * 3
    assert were_kept_out == [True] * 3
    written = ledger.change_records("race-day", sick.now - timedelta(days=1))
    assert {(each.begun_at, each.ended_at) for each in written} == {(late, late)}
    assert report.at == sick.now


def test_what_a_sweep_that_is_ahead_has_spent_is_known_to_one_that_began_before(
    ledger: SqliteLedger,
) -> None:
    world = flooded()
    for at in range(10):
        ledger.begin(
            change_record(world, -1 - at / 10, entry_id=f"spent-{at}", outcome=Outcome.DONE)
        )
    report = one_sweep(world, ledger)
    assert not any(isinstance(change.action, UpdateShardCount) for change in report.changes)
    assert world.figures().limit_violations == 0


def test_another_hand_on_the_stream_is_respected(sick: World, ledger: SqliteLedger) -> None:
    ledger.acquire("stream/racers", "reshard", sick.now, 300)
    report = one_sweep(sick, ledger)
    assert outcomes(report) == [Outcome.DONE, Outcome.DONE, Outcome.SUPERSEDED]
    assert any("stream/racers is locked by another run" in words for words in report.held_back)


def change_record(world: World, minutes_ago: float, **changes: Any) -> ChangeRecord:
    at = world.now - timedelta(minutes=minutes_ago)
    made = ChangeRecord(f"e{minutes_ago}", "race-day", SHARDS, UPDATE_SHARD_COUNT, 1, 2, "", at)
    return replace(made, **changes)


def test_a_sweep_that_died_before_its_call_is_made_up_for(
    sick: World, ledger: SqliteLedger
) -> None:
    ledger.begin(change_record(sick, 2))
    report = one_sweep(sick, ledger)
    assert UpdateShardCount("racers", 1, 2) in [change.action for change in report.changes]
    assert (
        ledger.change_records("race-day", sick.now - timedelta(hours=1))[0].outcome
        is Outcome.SUPERSEDED
    )


def test_an_intention_stays_open_while_aws_is_still_at_it(
    sick: World, ledger: SqliteLedger
) -> None:
    sick.site.pending.begin(sick.the(StreamState).key, sick.second + 600, lambda: None)
    ledger.begin(change_record(sick, 2))
    one_sweep(sick, ledger)
    assert (
        ledger.change_records("race-day", sick.now - timedelta(hours=1))[0].outcome is Outcome.BEGUN
    )


@pytest.mark.slow
def test_keys_that_can_not_be_sampled_keep_no_pipeline_from_its_cures(
    ledger: SqliteLedger,
) -> None:
    class Unreadable(FaultyCloud):
        def ask(self, question: Question[A]) -> A:
            raise Throttled("kinesis:GetRecords", str(question), "slow down")

    scenario = load_scenario("hot-key")
    (spec,) = load_value(scenario.pipeline_file, "hot-key").pipelines
    causes, advice = set(), set()
    world = World(scenario, 1)
    world.advance(180)
    while world.second < scenario.duration_seconds:
        report = one_sweep(world, ledger, spec, cloud=Unreadable(DirectCloud(world)))
        causes |= {each.cause for each in report.diagnoses}
        advice |= set(report.advice)
        world.advance(60)
    assert causes - {Cause.HEALTHY, Cause.OVERSIZED, Cause.UNKNOWN}
    assert any("could not be sampled: " in words and "slow down" in words for words in advice)


def test_a_sweep_that_died_after_its_call_is_found_done(ledger: SqliteLedger) -> None:
    world = World(RACE, 1)
    StreamControl(world.the(StreamState)).update_shard_count(2)
    world.advance(480)
    ledger.begin(change_record(world, 7))
    one_sweep(world, ledger)
    assert (
        ledger.change_records("race-day", world.now - timedelta(hours=1))[0].outcome is Outcome.DONE
    )


def test_an_answer_that_never_came_is_not_asked_twice(sick: World, ledger: SqliteLedger) -> None:
    timed_out = Unreachable("kinesis:UpdateShardCount", "racers", "read timeout")
    cloud = FaultyCloud(DirectCloud(sick), after=timed_out)
    first = one_sweep(sick, ledger, cloud=cloud)
    assert outcomes(first) == [Outcome.UNKNOWN] * 3
    sick.advance(60)
    one_sweep(sick, ledger)
    assert sick.figures().limit_violations == 0
    sick.advance(120)
    one_sweep(sick, ledger)
    first_three = ledger.change_records("race-day", sick.now - timedelta(hours=1))[:3]
    assert [each.outcome for each in first_three] == [Outcome.DONE] * 3


def test_a_missing_permission_is_named_and_the_other_levers_still_move(
    sick: World, ledger: SqliteLedger
) -> None:
    denied = Denied(
        "dynamodb:UpdateTable", "leaderboard", "permission dynamodb:UpdateTable is missing"
    )

    class DeniedTable(FaultyCloud):
        def apply(self, action: Action) -> None:
            if not isinstance(action, UpdateShardCount):
                raise denied
            super().apply(action)

    report = one_sweep(sick, ledger, cloud=DeniedTable(DirectCloud(sick)))
    assert outcomes(report) == [Outcome.FAILED, Outcome.FAILED, Outcome.DONE]
    assert report.health is Health.SICK
    assert any("dynamodb:UpdateTable on leaderboard" in words for words in report.held_back)


def flooded() -> World:
    """Producers are refused: twice the load of the two open shards."""
    stream = replace(RACE.the(StreamData), shards=2)
    wide = replace(RACE.the(TableData), write_units=9000)
    mapping = replace(RACE.the(MappingData), parallelization_factor=10)
    world = World(
        RACE.put(stream, wide, mapping, Traffic(points=((0, 1000), (200, 1000), (200.5, 3500)))),
        1,
    )
    world.advance(480)
    return world


def test_when_the_days_reshards_are_spent_and_records_are_refused_shards_are_split(
    ledger: SqliteLedger,
) -> None:
    world = flooded()
    for at in range(10):
        ledger.begin(change_record(world, 60 + at, entry_id=f"spent-{at}", outcome=Outcome.DONE))
    report = one_sweep(world, ledger)
    splits = [change.action for change in report.changes if isinstance(change.action, SplitShard)]
    assert len(splits) == 1
    assert not any(isinstance(change.action, UpdateShardCount) for change in report.changes)
    world.advance(60)
    assert len(world.the(StreamState).open_shards) == 3
    assert world.figures().limit_violations == 0


def test_a_split_that_aws_refused_for_a_limit_is_not_tried_again_in_the_next_minute(
    ledger: SqliteLedger,
) -> None:
    world = flooded()
    full = LimitExceeded("kinesis:SplitShard", "racers", "no shards left")
    for at in range(10):
        ledger.begin(change_record(world, 60 + at, entry_id=f"spent-{at}", outcome=Outcome.DONE))
    refused = one_sweep(world, ledger, cloud=FaultyCloud(DirectCloud(world), before=full))
    assert outcomes(refused) == [Outcome.FAILED]
    world.advance(60)
    report = one_sweep(world, ledger)
    assert report.changes == ()
    assert any(
        "AWS refused SplitShard in the last 5 min: kinesis:SplitShard on racers: no shards left"
        in words
        for words in report.held_back
    )


def test_a_refusal_by_aws_is_remembered_as_a_spent_budget(ledger: SqliteLedger) -> None:
    world = flooded()
    spent = LimitExceeded("kinesis:UpdateShardCount", "racers", "10 in 24 hours")
    refused = one_sweep(world, ledger, cloud=FaultyCloud(DirectCloud(world), before=spent))
    assert Outcome.FAILED in outcomes(refused)
    world.advance(60)
    report = one_sweep(world, ledger)
    assert any(isinstance(change.action, SplitShard) for change in report.changes)


def test_without_an_owner_tidegate_only_advises(sick: World, ledger: SqliteLedger) -> None:
    report = one_sweep(sick, ledger, replace(SPEC, levers=Levers()))
    assert report.changes == ()
    assert any(
        words.startswith("raise write capacity of leaderboard from 20") for words in report.advice
    )
    assert report.health is Health.SICK


def test_a_change_window_holds_everything_and_says_so(sick: World, ledger: SqliteLedger) -> None:
    window = ChangeWindow(time(0), time(6), "none")
    report = one_sweep(sick, ledger, replace(SPEC, change_windows=[window]))
    assert report.changes == ()
    assert all("change window 00:00-06:00 UTC" in words for words in report.held_back)


@pytest.mark.slow
def test_retention_is_raised_as_first_aid_and_lowered_when_the_danger_is_over(
    ledger: SqliteLedger,
) -> None:
    trickle = replace(RACE, faults=(Fault(60, "poison", {}),)).put(Traffic(points=((0, 2),)))
    world = World(trickle, 1)
    world.advance(20 * 3600 + 600)
    raised = one_sweep(world, ledger)
    assert [change.action for change in raised.changes] == [UpdateRetention("racers", 24, 48)]
    assert any("unread records would expire" in str(each.because) for each in raised.decisions)
    blocked = world.the(StreamState).open_shards[0].parts[0].lanes[0].batch
    assert blocked is not None
    blocked.poisoned = False
    world.the(TableState).capacities[None].set_units(2000, 10)
    world.advance(7200)
    lowered = one_sweep(world, ledger)
    actions = [change.action for change in lowered.changes]
    assert UpdateRetention("racers", 48, 24) in actions
    assert world.figures().records_lost == 0


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 1000),
    rates=st.lists(st.integers(0, 4000), min_size=2, max_size=5),
    spent=st.integers(0, 10),
    units=st.integers(5, 3000),
    shards=st.integers(1, 6),
)
def test_no_history_makes_a_sweep_break_a_limit(
    seed: int, rates: list[int], spent: int, units: int, shards: int
) -> None:
    points = tuple(
        point
        for at, rate in enumerate(rates)
        for point in ((at * 900.0, float(rate)), (at * 900.0 + 899, float(rate)))
    )
    scenario = RACE.put(
        replace(RACE.the(StreamData), shards=shards),
        replace(RACE.the(TableData), write_units=units),
        Traffic(points=points),
    )
    world = World(scenario, seed)
    ledger = SqliteLedger(":memory:")
    world.the(StreamState).shard_count_calls.extend([0.0] * spent)
    for at in range(spent):
        ledger.begin(change_record(world, 0, entry_id=f"spent-{at}", outcome=Outcome.DONE))
    world.advance(180)
    for _ in range(15 * len(rates)):
        one_sweep(world, ledger)
        world.advance(60)
    ledger.close()
    assert world.figures().limit_violations == 0
    assert all(
        5 <= state.write_units <= 4000 or state.write_units == units
        for state in world.the(TableState).capacities.values()
    )
    assert len(world.the(StreamState).open_shards) <= 16
