"""DynamoDB tables in a plan: their capacities are sized with what writes to them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Role
from tidegate.rules.kinds.dynamodb_table.state import Table
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window
from tidegate.scaling.kinds.dynamodb_table.actions import UpdateTableThroughput
from tidegate.scaling.kinds.dynamodb_table.capacity_model import CapacityModel, capacity_model
from tidegate.scaling.kinds.dynamodb_table.increases import increases_of
from tidegate.scaling.kinds.dynamodb_table.limits import LIMITS
from tidegate.scaling.kinds.dynamodb_table.raises import units_in_vain, units_taken_back
from tidegate.scaling.kinds.dynamodb_table.refused import CAPACITY_CAUSES, Throttling, throttling
from tidegate.scaling.kinds.dynamodb_table.second_owner import (
    is_handed_over,
    second_owner_conflicts,
)
from tidegate.scaling.kinds.dynamodb_table.sizing import IN_EFFECT
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Action, Constraint, Prohibition
from tidegate.scaling.model.planning import Planning
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.sized import Reader

__all__ = ["TablePlanning"]


@dataclass(frozen=True)
class TablePlanning(Planning):
    """Of the tables that a pipeline writes to."""

    tables: tuple[Table, ...]

    @property
    def roles(self) -> Mapping[LeverKind, Role]:
        """Both capacities."""
        return dict.fromkeys(LIMITS, Role.SINK)

    def why_ineffective(
        self, raises: Raises, recommendation: Recommendation
    ) -> Iterator[Constraint]:
        """By the units consumed."""
        return map(Prohibition, units_in_vain(raises, recommendation.lever))

    def taken_back(
        self, look: Look, last: ChangeRecord, back: Recommendation
    ) -> Recommendation | None:
        """To no fewer units than are consumed."""
        return units_taken_back(look.signals, last, back)

    @property
    def capacity_causes(self) -> Collection[Cause]:
        """Throttled writes, or reads."""
        return CAPACITY_CAUSES

    @property
    def in_effect_after(self) -> timedelta:
        """A minute."""
        return IN_EFFECT

    def sinks(self, signals: Signals, reader: Reader, history: History) -> Iterator[CapacityModel]:
        """The provisioned tables and their indexes."""
        names = {each.name for each in reader.writes}
        for table in self.tables:
            if table.is_provisioned and table.name in names:
                for capacity in table.capacities:
                    yield capacity_model(signals, capacity, reader, history)

    def consumption(self, signals: Signals) -> Iterator[tuple[Lever, Window]]:
        """Write and read units of each table and index."""
        for table in self.tables:
            for capacity in table.capacities:
                series = signals.of(capacity)
                where = capacity.where
                yield Lever.of(LeverKind.WRITE_CAPACITY, where), series.consumed_write_units
                yield Lever.of(LeverKind.READ_CAPACITY, where), series.consumed_read_units

    def refusals(self, signals: Signals, diagnoses: tuple[Diagnosis, ...]) -> Iterator[Throttling]:
        """Of provisioned tables, in the newest minute."""
        capacities = {
            capacity.where: capacity
            for table in self.tables
            if table.is_provisioned
            for capacity in table.capacities
        }
        return throttling(signals, diagnoses, capacities)

    def increases_of(self, action: Action) -> UpdateTableThroughput | None:
        """Each capacity in the call is a target by itself."""
        return increases_of(action)

    def needs_other_owners(self, said: InFile) -> bool:
        """Where a capacity is Tidegate's to set: DynamoDB's own auto scaling may set it too."""
        return is_handed_over(self.tables, said)

    def advice(self, look: Look) -> Iterable[str]:
        """What to do where a capacity has two owners."""
        targets = look.signals.pipeline.scalable_targets
        return second_owner_conflicts(self.tables, targets, look.said)
