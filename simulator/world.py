"""The embedded world: pipelines second by second, and AWS around them, on a clock of its own."""

from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from tidegate.simulator.archive import Past
from tidegate.simulator.clock import START
from tidegate.simulator.cloudwatch import CloudWatch, Result
from tidegate.simulator.figures import Figures, MinuteTruth, gathered
from tidegate.simulator.kind import Kinds
from tidegate.simulator.kinds.registry import KINDS
from tidegate.simulator.participant import Phase, Step
from tidegate.simulator.publisher import Key, Publisher
from tidegate.simulator.scenario import Fault, Scenario
from tidegate.simulator.site import Objective, Site

__all__ = ["START", "World"]

T = TypeVar("T")


class World:
    """One scenario with one seed. Everything that AWS refuses is counted as a limit violation.

    A second goes by in this order: faults begin, changes under way that are due take effect, and
    then everyone takes their steps by phase.
    """

    def __init__(self, scenario: Scenario, seed: int, kinds: Kinds = KINDS) -> None:
        random = Random(f"{scenario.name}/{seed}")
        objective = Objective(scenario.iterator_age_max_seconds)
        self.scenario = scenario
        self.seed = seed
        self.kinds = kinds
        self.site = Site(scenario, seed, Publisher(seed), random, objective)
        self.cloudwatch = CloudWatch(self.site.publisher, self._past_of)
        for kind in kinds:
            for data in scenario.resources:
                if isinstance(data, kind.data):
                    self.site.participants.append(kind.build(self.site, data))
            self.site.calls.update(kind.face(self.site).answers())
        self.series: list[MinuteTruth] = []
        self._steps = self._in_order()

    def _in_order(self) -> tuple[Step, ...]:
        steps = [each.steps() for each in self.site.participants]
        return tuple(each[phase] for phase in Phase for each in steps if phase in each)

    def _past_of(self, key: Key) -> Past | None:
        pasts = (participant.past(key) for participant in self.site.participants)
        return next((past for past in pasts if past is not None), None)

    @property
    def now(self) -> datetime:
        """The world's clock."""
        return self.site.now

    @property
    def second(self) -> int:
        """Seconds since it began."""
        return self.site.second

    @property
    def seconds_late(self) -> int:
        """Seconds in which a record is older than the objective allows, the wait at its producer
        included, which no metric of AWS shows."""
        return self.site.objective.seconds_late

    def the(self, kind: type[T], name: str | None = None) -> T:
        """The first participant of a type, or the one that AWS calls so. LookupError for none."""
        for each in self.site.participants:
            if isinstance(each, kind) and name in (None, each.name):
                return each
        raise LookupError(f"{self.scenario.name} has no {kind.__name__} {name or ''}")

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        for _ in range(seconds):
            self._pass_second()

    def _pass_second(self) -> None:
        site = self.site
        now = float(site.second)
        for fault in self.scenario.faults:
            if fault.at == site.second:
                self._strike(fault)
        site.pending.pass_to(now)
        for step in self._steps:
            step(now)
        site.objective.end_second()
        site.second += 1
        if site.second % 60 == 0:
            self._close_minute()

    def _close_minute(self) -> None:
        site = self.site
        for participant in site.participants:
            participant.close_minute(site.publisher.minute)
        site.publisher.close_minute()
        for participant in site.participants:
            participant.end_minute(site.second)
        objective = site.objective
        self.series.append(
            MinuteTruth(
                self.now - timedelta(minutes=1),
                objective.minute_age,
                objective.minute_lateness,
                gathered(site.participants),
            )
        )
        objective.end_minute()

    def _strike(self, fault: Fault) -> None:
        """A planted fault begins; it is no one's call, so no limit is asked."""
        if self.cloudwatch.strike(fault):
            return
        if not any(each.strike(fault) for each in self.site.participants):
            raise ValueError(f"{self.scenario.name}: no fault {fault.what!r}")

    def metric(self, key: Key, statistic: str, minute: datetime) -> float | None:
        """A minute's value as CloudWatch answers now: late, and None where it has none."""
        return self.metrics(key, statistic, minute, 1)[0]

    def metrics(
        self, key: Key, statistic: str, start: datetime, count: int, every_minutes: int = 1
    ) -> list[float | None]:
        """The values of ``count`` periods of some minutes from ``start`` on, likewise."""
        return self.ask(key, statistic, start, count, every_minutes).values

    def ask(
        self, key: Key, statistic: str, start: datetime, count: int, every_minutes: int = 1
    ) -> Result:
        """The same with how CloudWatch means it. Raises Refusal."""
        first = int((start - START).total_seconds()) // 60
        starts = range(first, first + count * every_minutes, every_minutes)
        return self.cloudwatch.values(key, statistic, starts, self.second)

    def figures(self) -> Figures:
        """What the run has come to so far."""
        objective = self.site.objective
        tallies = [each.tally() for each in self.site.participants]
        return Figures(
            seconds_out_of_objective=objective.seconds_out,
            seconds_late=objective.seconds_late,
            iterator_age_max_seconds=objective.age_most,
            records_written=sum(each.records_written for each in tallies),
            records_read=sum(each.records_read for each in tallies),
            records_lost=sum(each.records_lost for each in tallies),
            producer_throttles=sum(each.producer_throttles for each in tallies),
            table_throttles=sum(each.table_throttles for each in tallies),
            cost_usd=round(sum(each.usd for each in tallies), 6),
            limit_violations=self.site.violations,
            seconds_down=sum(each.seconds_down for each in tallies),
            records_read_again=sum(each.records_read_again for each in tallies),
        )
