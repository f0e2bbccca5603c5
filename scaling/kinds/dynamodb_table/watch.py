"""The alarms of DynamoDB tables and their rows of the dashboard: pure functions."""

from collections.abc import Iterator, Mapping

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.dynamodb_table.state import Capacity, tables_of
from tidegate.scaling.model.alarm import Breach, NamedAlarm, math_alarm, part
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Graph, Limit, Line, Row
from tidegate.scaling.model.watched import Watched

__all__ = ["table_alarms", "table_rows"]


def table_alarms(watched: Watched) -> Iterator[NamedAlarm]:
    """Of each table with its indexes: on what is throttled, and where provisioned on its use."""
    for table in tables_of(watched.pipeline):
        for capacity in table.capacities:
            yield from _throttles(capacity, watched.thresholds)
            if table.is_provisioned:
                yield from _use(capacity, watched)


def _throttles(capacity: Capacity, limits: Mapping[str, float]) -> Iterator[NamedAlarm]:
    for kind in ("Write", "Read"):
        word = f"{kind.lower()}s-throttled"
        where = (capacity.table, capacity.index)
        yield (
            f"{capacity.where}/{word}",
            math_alarm(
                f"{kind}s are throttled at {capacity.where}",
                {
                    "throttled": table_metric(*where, f"{kind}ThrottleEvents", "Sum"),
                    "consumed": table_metric(*where, f"Consumed{kind}CapacityUnits", "Sum"),
                },
                part("throttled", "consumed"),
                Breach(limits[word]),
            ),
        )


def _use(capacity: Capacity, watched: Watched) -> Iterator[NamedAlarm]:
    """Tidegate's own tables are used to their last unit when all is well; only what lives on its
    burst is worth a page there."""
    where = (capacity.table, capacity.index)
    for kind, lever in (
        ("Write", LeverKind.WRITE_CAPACITY), ("Read", LeverKind.READ_CAPACITY),
    ):  # fmt: skip
        ours = Lever.of(lever, capacity.where) in watched.owned
        rule = f"{kind.lower()}-capacity-used-up" if ours else "capacity-near-limit"
        near = watched.thresholds[rule]
        yield (
            f"{capacity.where}/{kind.lower()}-capacity",
            math_alarm(
                f"{capacity.where} uses {near * 100:g} % of its {kind.lower()} capacity, or more",
                {
                    "consumed": table_metric(*where, f"Consumed{kind}CapacityUnits", "Sum"),
                    "provisioned": table_metric(
                        *where, f"Provisioned{kind}CapacityUnits", "Average"
                    ),
                },
                "100 * consumed / 60 / provisioned",
                Breach(near * 100, 4, 5),
            ),
        )


def table_rows(watched: Watched) -> Iterator[Row]:
    """A row for each table with its indexes: units consumed, and what is throttled."""
    for table in tables_of(watched.pipeline):
        graphs = [graph for each in table.capacities for graph in _graphs(each)]
        text = (
            "Throttled writes slow what writes them, which raises the iterator age. An index "
            "throttles its table's writes. One partition takes 1,000 writes a second: a "
            "hot key throttles below the capacity, and more of it cures nothing."
        )
        yield Row(f"Table {table.name}", text, tuple(graphs))


def _graphs(capacity: Capacity) -> Iterator[Graph]:
    where = (capacity.table, capacity.index)
    for kind, lever_kind, units in (
        ("Write", LeverKind.WRITE_CAPACITY, capacity.write_units),
        ("Read", LeverKind.READ_CAPACITY, capacity.read_units),
    ):
        by = ((Lever.of(lever_kind, capacity.where), units),)
        consumed = table_metric(*where, f"Consumed{kind}CapacityUnits", "Sum")
        provisioned = table_metric(*where, f"Provisioned{kind}CapacityUnits", "Average")
        limits = (Limit("provisioned", units, by, provisioned),) if units else ()
        title = f"{kind} units of {capacity.where}"
        yield Graph(title, "units/s", (Line(consumed, "consumed", 1 / 60),), limits)
    throttled = tuple(
        Line(table_metric(*where, f"{kind}ThrottleEvents", "Sum"), f"{kind.lower()}s")
        for kind in ("Write", "Read")
    )
    yield Graph(f"Throttled at {capacity.where}", "a minute", throttled)
