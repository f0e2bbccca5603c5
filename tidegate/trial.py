"""A trial: the same world with the same seed, once left alone and once with Tidegate."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from tidegate.pipeline_file import load_value
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import Lever, Outcome
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.embedded import embedded
from tidegate.simulator.figures import Figures, MinuteTruth
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.world import World

__all__ = ["Held", "Moved", "Step", "Told", "Trial"]

FIRST_SWEEP_SECONDS = 180
"""CloudWatch has nothing to tell earlier: its points are up to two minutes late."""

SWEEP_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Told:
    """A diagnosis when it was first made, or made again after another."""

    at: datetime
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class Moved:
    """A lever that was moved."""

    at: datetime
    decision: Decision


@dataclass(frozen=True, slots=True)
class Held:
    """A lever that was wanted elsewhere and left where it is, when that began."""

    at: datetime
    decision: Decision


@dataclass(frozen=True, slots=True)
class Step:
    """One sweep with the true minute before it."""

    report: PipelineReport
    minute: MinuteTruth
    told: tuple[Told, ...]
    held: tuple[Held, ...]
    moved: tuple[Moved, ...]


@dataclass(slots=True)
class Trial:
    """Both runs of one scenario; ``steps`` performs the one with Tidegate."""

    scenario: Scenario
    seed: int
    alone: World = field(init=False)
    tended: World = field(init=False)
    told: list[Told] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    _present: tuple[tuple[Cause, str], ...] = ()
    _held: tuple[Lever, ...] = ()

    def __post_init__(self) -> None:
        self.alone = World(self.scenario, self.seed)
        self.tended = World(self.scenario, self.seed)

    @property
    def without(self) -> Figures:
        """What the world left alone came to."""
        return self.alone.figures()

    @property
    def with_tidegate(self) -> Figures:
        """What the tended world came to."""
        return self.tended.figures()

    @property
    def sweeps(self) -> int:
        """How many sweeps the trial has."""
        return (self.scenario.duration_seconds - FIRST_SWEEP_SECONDS) // SWEEP_SECONDS + 1

    def steps(self) -> Iterator[Step]:
        """Run both worlds to the end, a sweep a minute, real boto3 clients in between."""
        self.alone.advance(self.scenario.duration_seconds)
        specs = load_value(self.scenario.pipeline_file, self.scenario.name).pipelines
        with ExitStack() as stack:
            clients = Clients(stack.enter_context(embedded(self.tended)))
            ledger = SqliteLedger(":memory:")
            stack.callback(ledger.close)
            edges = Edges(AwsCloud(clients), AwsMetrics(clients), ledger)
            self.tended.advance(FIRST_SWEEP_SECONDS)
            for _ in range(self.sweeps):
                report = sweep(specs, edges, self.tended.now, holder="trial")
                for unreached in report.unreached:
                    raise unreached.error
                yield self._step(report.pipelines[0])
                left = self.scenario.duration_seconds - self.tended.second
                self.tended.advance(min(SWEEP_SECONDS, left))

    def _step(self, report: PipelineReport) -> Step:
        present = tuple((each.cause, each.where) for each in report.diagnoses)
        told = tuple(
            Told(report.at, each)
            for each in report.diagnoses
            if each.cause is not Cause.HEALTHY and (each.cause, each.where) not in self._present
        )
        self._present = present
        stuck = [each for each in report.decisions if each.held_by and not each.changes]
        held = tuple(Held(report.at, each) for each in stuck if each.lever not in self._held)
        self._held = tuple(each.lever for each in stuck)
        moved = tuple(
            Moved(report.at, decision)
            for change in report.changes
            if change.outcome is Outcome.DONE
            for decision in change.decisions
        )
        self.told += told
        self.moved += moved
        return Step(report, self.tended.series[-1], told, held, moved)
