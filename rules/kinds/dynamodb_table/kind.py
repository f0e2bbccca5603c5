"""DynamoDB tables and their indexes as diagnosis sees them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline, Resource
from tidegate.rules.kinds.dynamodb_table.metrics import capacity_metrics, table_metric
from tidegate.rules.kinds.dynamodb_table.series import CapacitySeries
from tidegate.rules.kinds.dynamodb_table.state import Capacity, Table, tables_of
from tidegate.rules.kinds.signal_kind import Place, SignalKind
from tidegate.rules.kinds.source import Cut
from tidegate.rules.setting_steps import Setting
from tidegate.rules.window import Metric, Window

if TYPE_CHECKING:
    from tidegate.rules.cause import Diagnosis
    from tidegate.rules.kinds.signals import Signals

__all__ = ["DynamodbTableSignals"]


class DynamodbTableSignals(SignalKind):
    """Units consumed and refused."""

    name = "dynamodb_table"
    pack = "dynamodb"

    def metrics(self, pipeline: Pipeline) -> Iterable[Metric]:
        """Of tables and indexes."""
        capacities = pipeline.view(_capacities).values()
        return (metric for capacity in capacities for metric in capacity_metrics(capacity))

    def heartbeats(self, pipeline: Pipeline) -> Iterable[Metric]:
        """Writes."""
        for capacity in pipeline.view(_capacities).values():
            yield table_metric(capacity.table, capacity.index, "ConsumedWriteCapacityUnits", "Sum")

    def series(self, pipeline: Pipeline, cut: Cut) -> Mapping[str, CapacitySeries]:
        """By ``Capacity.where``."""
        return {
            where: CapacitySeries(*map(cut, capacity_metrics(capacity)))
            for where, capacity in pipeline.view(_capacities).items()
        }

    def places(self, pipeline: Pipeline, iterator_age_max_seconds: float) -> Iterator[Place]:
        """Tables and indexes."""
        for table in tables_of(pipeline):
            for capacity in table.capacities:
                yield _place(capacity, table.is_provisioned)

    def causes(self, signals: "Signals") -> "Iterable[Diagnosis]":
        """Tables that can't be written, throttled ones, and hot keys of tables."""
        # Imported here: who only reads the series, as the endpoint does, needs no causes.
        from tidegate.rules.kinds.dynamodb_table.causes import table_causes

        return table_causes(signals)

    def causes_without_metrics(self, signals: "Signals") -> "Iterable[Diagnosis]":
        """Tables that can't be written."""
        from tidegate.rules.kinds.dynamodb_table.causes import unavailable_tables

        return unavailable_tables(signals)

    def is_throttled(self, signals: "Signals", sink: Resource) -> bool:
        """A table or any of its indexes."""
        from tidegate.rules.kinds.dynamodb_table.units import is_throttled

        return is_throttled(signals, sink)

    def written(self, signals: "Signals", sink: Resource) -> Window | None:
        """The table's own units."""
        return signals.of(sink.capacity).consumed_write_units if isinstance(sink, Table) else None

    def refused_writes(self, signals: "Signals", sink: Resource) -> Iterable[Window]:
        """Of the table and of each index."""
        return [each.write_throttles for each in _series_of(signals, sink)]

    def refused_reads(self, signals: "Signals", sink: Resource) -> Iterable[Window]:
        """Of the table and of each index."""
        return [each.read_throttles for each in _series_of(signals, sink)]


def _series_of(signals: "Signals", sink: Resource) -> list[CapacitySeries]:
    return [signals.of(each) for each in sink.capacities] if isinstance(sink, Table) else []


def _capacities(pipeline: Pipeline) -> dict[str, Capacity]:
    return {each.where: each for table in tables_of(pipeline) for each in table.capacities}


def _place(capacity: Capacity, is_provisioned: bool) -> Place:
    dimensions: tuple[tuple[str, str], ...] = (("TableName", capacity.table),)
    if capacity.index is not None:
        dimensions += (("GlobalSecondaryIndexName", capacity.index),)
    quantities: dict[str, float] = {}
    set_by: dict[str, tuple[Setting, ...]] = {}
    if is_provisioned:
        quantities = {"write_units": capacity.write_units, "read_units": capacity.read_units}
        written = Setting(LeverKind.WRITE_CAPACITY, capacity.where, capacity.write_units)
        read = Setting(LeverKind.READ_CAPACITY, capacity.where, capacity.read_units)
        set_by = {"write_units": (written,), "read_units": (read,)}
    return Place("capacity", "AWS/DynamoDB", capacity.where, dimensions, quantities, set_by)
