"""What a pipeline used over a time, added up from minute metrics."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.dynamodb_table.state import Capacity, tables_of
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.kinesis_stream.state import has_stream, stream_of
from tidegate.rules.kinds.lambda_mapping.metrics import function_metric
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.signal_series import series_metrics
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.prices import HOURS_PER_MONTH

__all__ = ["Usage", "usage_from", "usage_metrics"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Totals from ``start`` to ``end``; ``start`` is the first minute that any metric tells of,
    so that a new pipeline isn't taken for an idle one. Silence after it is taken for idleness.

    ``functions`` are invocations and milliseconds by name; ``units`` are write and read units by
    ``Capacity.where``.
    """

    start: datetime
    end: datetime
    records: float
    bytes_in: float
    bytes_out: float
    functions: Mapping[str, tuple[float, float]]
    units: Mapping[str, tuple[float, float]]

    @property
    def hours(self) -> float:
        """How long it was measured."""
        return (self.end - self.start).total_seconds() / 3600

    def a_month(self, total: float) -> float:
        """A total as that of a month of 730 hours like this time."""
        return total / self.hours * HOURS_PER_MONTH

    @property
    def record_bytes(self) -> float:
        """The size of a mean record; 0 without any."""
        return self.bytes_in / self.records if self.records else 0.0


def usage_metrics(pipeline: Pipeline) -> tuple[Metric, ...]:
    """Every metric that ``usage_from`` and sizing need."""
    own = () if not has_stream(pipeline) else (_bytes_out(pipeline),)
    return (*series_metrics(pipeline), *own)


def _bytes_out(pipeline: Pipeline) -> Metric:
    return stream_metric(stream_of(pipeline).name, "GetRecords.Bytes", "Sum")


def usage_from(pipeline: Pipeline, windows: Mapping[Metric, Window], end: datetime) -> Usage | None:
    """What was used until ``end``; None where no metric tells of anything."""
    firsts = [next((at for at, _ in window.points()), None) for window in windows.values()]
    start = min((at for at in firsts if at is not None), default=None)
    if start is None:
        return None
    stream = stream_of(pipeline).name

    def total(metric: Metric) -> float:
        """A topic's own metrics are nobody's business here: they cost nothing by themselves."""
        return windows[metric].total if metric in windows else 0.0

    functions = {each.function.name for each in consumers_of(pipeline)}
    capacities = [each for table in tables_of(pipeline) for each in table.capacities]
    return Usage(
        start,
        end,
        total(stream_metric(stream, "IncomingRecords", "Sum")),
        total(stream_metric(stream, "IncomingBytes", "Sum")),
        total(_bytes_out(pipeline)),
        {
            name: (
                total(function_metric(name, "Invocations", "Sum")),
                total(function_metric(name, "Duration", "Sum")),
            )
            for name in sorted(functions)
        },
        {each.where: _units(each, windows) for each in capacities},
    )


def _units(capacity: Capacity, windows: Mapping[Metric, Window]) -> tuple[float, float]:
    write, read = (
        windows[table_metric(capacity.table, capacity.index, name, "Sum")].total
        for name in ("ConsumedWriteCapacityUnits", "ConsumedReadCapacityUnits")
    )
    return write, read
