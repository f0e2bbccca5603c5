"""Runs that overlap: each change is asked of AWS once, however far apart they are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.scaling.execute.test_executor import RACE, SPEC, FaultyCloud
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.reason import Reason
from tidegate.rules.window import Metric, Window
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.execute.executor import Executor
from tidegate.scaling.execute.observe import observe
from tidegate.scaling.kinds.dynamodb_table.actions import UpdateTableThroughput
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateRetention, UpdateShardCount
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.pause import Pause
from tidegate.scaling.model.plan import Decision, Plan
from tidegate.scaling.ports import Edges, Metrics
from tidegate.scaling.report.sweep_report import Change, PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.world import World


@dataclass
class Interrupted:
    """Metrics that something happens before; once."""

    inner: Metrics
    meanwhile: Callable[[], object]
    _is_over: bool = False

    def read(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, Window]:
        if not self._is_over:
            self._is_over = True
            self.meanwhile()
        return self.inner.read(metrics, start, end)


@dataclass
class Machine:
    """The world's account, and the clock of those who sweep it."""

    world: World
    path: str
    passed: timedelta = timedelta(0)
    opened: list[SqliteLedger] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cloud = FaultyCloud(DirectCloud(self.world))

    @property
    def now(self) -> datetime:
        return self.world.now + self.passed

    def wait(self, seconds: float) -> None:
        """Seconds that the world hardly notices, but for whole ones."""
        whole = int(seconds)
        self.world.advance(whole)
        self.passed += timedelta(seconds=seconds - whole)

    def ledger(self, kind: type[SqliteLedger] = SqliteLedger) -> SqliteLedger:
        self.opened.append(kind(self.path))
        return self.opened[-1]

    def sweep(
        self,
        holder: str,
        meanwhile: Callable[[], object] = lambda: None,
        ledger: SqliteLedger | None = None,
        *,
        dry_run: bool = False,
    ) -> PipelineReport:
        metrics = Interrupted(DirectMetrics(self.world), meanwhile)
        edges = Edges(self.cloud, metrics, ledger or self.ledger(), clock=lambda: self.now)
        report = sweep([SPEC], edges, self.now, holder=holder, dry_run=dry_run)
        assert report.unreached == ()
        return report.pipelines[0]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    world = World(RACE, 1)
    world.advance(480)
    made = Machine(world, str(tmp_path / "ledger.sqlite"))
    yield made
    for each in made.opened:
        each.close()


def outcomes(report: PipelineReport) -> set[Outcome | None]:
    return {change.outcome for change in report.changes}


@pytest.mark.parametrize("seconds", [0.001, 0.3, 45, 170])
def test_of_two_sweeps_that_saw_the_same_one_acts(machine: Machine, seconds: float) -> None:
    """The first waits for its metrics while the second does all that is to be done."""

    seconds_changes: list[Change] = []

    def second() -> None:
        machine.wait(seconds)
        seconds_changes.extend(machine.sweep("second").changes)

    first = machine.sweep("first", second)
    assert first.changes
    assert [each.outcome for each in seconds_changes] == [Outcome.DONE] * len(seconds_changes)
    assert machine.cloud.asked == [each.action for each in seconds_changes]
    assert outcomes(first) == {Outcome.SUPERSEDED}
    assert {each.refusal for each in first.changes} <= {"changed-since", "resource-busy"}
    assert machine.world.figures().limit_violations == 0


def test_a_description_that_aws_answers_late_does_not_hide_what_the_ledger_has(
    machine: Machine,
) -> None:
    old = machine.cloud.describe(SPEC)
    machine.sweep("first")
    asked = len(machine.cloud.asked)

    class Stale(FaultyCloud):
        def describe(self, spec: PipelineSpec) -> Pipeline:
            return old

    machine.cloud = Stale(machine.cloud.inner, asked=machine.cloud.asked)
    machine.wait(20)
    machine.sweep("second")
    assert len(machine.cloud.asked) == asked


def test_a_process_that_was_suspended_before_its_call_does_not_make_it(machine: Machine) -> None:
    """Its lease has ended, another run has taken its intention as never carried out, and asked."""

    class Suspended(SqliteLedger):
        wakes: bool = True

        def begin(
            self, *change_records: ChangeRecord, after: Mapping[str, str] | None = None
        ) -> bool:
            begun = super().begin(*change_records, after=after)
            if Suspended.wakes:
                Suspended.wakes = False
                machine.wait(90)
                machine.sweep("second")
            return begun

    report = machine.sweep("first", ledger=machine.ledger(Suspended))
    asked = [type(each) for each in machine.cloud.asked]
    assert len(asked) == len(set(asked)) == 3
    assert outcomes(report) == {Outcome.SUPERSEDED}
    assert report.changes[0].refusal == "suspended"
    assert machine.world.figures().limit_violations == 0


def decision(lever: Lever, current: int, allowed: int) -> Decision:
    return Decision(lever, current, allowed, allowed, Reason.told("test", "because"))


def test_two_levers_of_one_resource_are_changed_by_one_plan(machine: Machine) -> None:
    retention = Lever.of(LeverKind.RETENTION_HOURS, "racers")
    shards = Lever.of(LeverKind.SHARD_COUNT, "racers")
    edges = Edges(machine.cloud, DirectMetrics(machine.world), machine.ledger())
    seen = observe(SPEC, edges, machine.now)
    plan = Plan(
        (UpdateRetention("racers", 24, 48), UpdateShardCount("racers", 1, 2)),
        (decision(retention, 24, 48), decision(shards, 1, 2)),
    )
    changes = Executor(edges, "me", machine.now, seen).act(plan)
    assert [each.outcome for each in changes] == [Outcome.DONE] * 2


@pytest.mark.parametrize("which", range(3), ids=["first", "second", "third"])
def test_a_resource_that_an_operator_has_begun_to_change_is_left_alone(
    machine: Machine, which: int
) -> None:
    shown = machine.sweep("dry", dry_run=True).changes

    def operator() -> None:
        machine.cloud.inner.apply(shown[which].action)
        machine.wait(2)

    report = machine.sweep("me", operator)
    assert [each.outcome for each in report.changes] == [
        Outcome.SUPERSEDED if at == which else Outcome.DONE for at in range(3)
    ]
    assert report.changes[which].refusal == "resource-busy"
    assert machine.world.figures().limit_violations == 0


def test_a_capacity_that_an_operator_has_set_since_the_look_is_left_alone(
    machine: Machine,
) -> None:
    shown = machine.sweep("dry", dry_run=True).changes

    def operator() -> None:
        for change in shown:
            machine.cloud.inner.apply(change.action)
        machine.wait(170)

    report = machine.sweep("me", operator)
    assert report.changes
    assert [each.refusal for each in report.changes] == ["changed-since"] * len(report.changes)
    assert machine.cloud.asked == []


def test_a_pause_that_begins_after_the_decision_is_obeyed(machine: Machine) -> None:
    def operator() -> None:
        machine.ledger().keep_pause(Pause(machine.now + timedelta(hours=1), "incident 7"))

    report = machine.sweep("me", operator)
    assert [each.refusal for each in report.changes] == ["paused"] * 3
    assert machine.cloud.asked == []
    assert "everything was paused: incident 7" in report.held_back[-1]


def test_a_pause_of_one_lever_leaves_the_others_to_be_changed(machine: Machine) -> None:
    until = machine.now + timedelta(hours=1)
    machine.ledger().keep_pause(Pause(until, "incident 7", SPEC.name, "write_capacity"))
    report = machine.sweep("me")
    assert len(report.changes) == 2
    assert [each.kinds for each in report.held if "write_capacity" in each.lever] == [("paused",)]
    machine.wait(60)
    machine.ledger().end_pause(f"{SPEC.name}/write_capacity")
    again = machine.sweep("me again")
    assert any(isinstance(each.action, UpdateTableThroughput) for each in again.changes)


def test_an_intention_that_a_clock_ahead_has_taken_as_abandoned_is_not_carried_out(
    machine: Machine,
) -> None:
    """The second run's clock is two minutes ahead; the first is about to call."""

    class Behind(SqliteLedger):
        is_first: bool = True

        def begin(
            self, *change_records: ChangeRecord, after: Mapping[str, str] | None = None
        ) -> bool:
            begun = super().begin(*change_records, after=after)
            if Behind.is_first:
                Behind.is_first = False
                ahead = machine.now + timedelta(minutes=2)
                edges = Edges(machine.cloud, DirectMetrics(machine.world), machine.ledger())
                sweep([SPEC], edges, ahead, holder="second")
            return begun

    report = machine.sweep("first", ledger=machine.ledger(Behind))
    assert report.changes[0].refusal == "changed-since"
    asked = [each.lease for each in machine.cloud.asked]
    assert len(asked) == len(set(asked))
    records = machine.ledger().change_records(SPEC.name, machine.now - timedelta(hours=1))
    done = [each.lever for each in records if each.outcome is Outcome.DONE]
    assert len(done) == len(asked)


def test_a_description_made_before_the_clock_was_set_back_is_made_anew(machine: Machine) -> None:
    """An operator has set the table since, and AWS has ended that."""
    shown = machine.sweep("dry", dry_run=True).changes

    def operator() -> None:
        for change in shown:
            machine.cloud.inner.apply(change.action)
        machine.wait(170)
        machine.passed -= timedelta(minutes=4)

    report = machine.sweep("me", operator)
    assert {each.refusal for each in report.changes} == {"changed-since"}
    assert machine.cloud.asked == []
