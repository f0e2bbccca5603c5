"""The history of pipelines: gathered from a ledger, as JSON, as lines and as a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.ledger.last_sweep import last_swept
from tidegate.scaling.ledger.seen_levers import changes_by_all
from tidegate.scaling.model.change_record import ChangeRecord
from tidegate.scaling.model.dashboard_row import Graph, Line, Row
from tidegate.scaling.model.resource_type import ResourceType
from tidegate.scaling.ports import Ledger
from tidegate.scaling.report.timeline import Event, Kind, event_timeline
from tidegate.since import period_seconds

__all__ = ["Told", "coarser", "history_as_json", "lines", "show_history", "tell"]

_COLOURS = {
    Kind.FOUND: "red",
    Kind.ADVISED: "cyan",
    Kind.HELD: "yellow",
    Kind.CHANGED: "green",
    Kind.REFUSED: "bold red",
    Kind.DROPPED: "yellow",
    Kind.BEGUN: "magenta",
    Kind.UNKNOWN: "magenta",
    Kind.UNREACHED: "bold red",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one pipeline; ``swept_at`` is when the schedule last swept it, None where
    no schedule did."""

    pipeline: str
    events: tuple[Event, ...]
    change_records: tuple[ChangeRecord, ...]
    swept_at: datetime | None


def tell(
    ledger: Ledger,
    pipeline: str,
    spec: PipelineSpec | None,
    since: datetime,
    types: Sequence[ResourceType] = TYPES,
) -> Told:
    """The history of a pipeline. With its ``spec`` also what was done to its resources under other
    names."""
    change_records = {each.entry_id: each for each in changes_by_all(ledger, pipeline, since)}
    shared = (
        lever for each in types if spec is not None for lever in each.operations.shared_levers(spec)
    )
    for lever in shared:
        change_records |= {each.entry_id: each for each in ledger.change_records_of(lever, since)}
    ordered = tuple(
        sorted(change_records.values(), key=lambda change_record: change_record.begun_at)
    )
    before = ledger.last_snapshot(pipeline, since)
    events = event_timeline(ledger.snapshots(pipeline, since), ordered, before)
    return Told(pipeline, events, ordered, last_swept(ledger).get(pipeline))


def history_as_json(told: Sequence[Told], since: datetime, until: datetime) -> dict[str, Any]:
    """One object for all pipelines."""
    return {
        "since": _text(since),
        "until": _text(until),
        "pipelines": [
            {
                "name": each.pipeline,
                "swept_at": None if each.swept_at is None else _text(each.swept_at),
                "events": [_event(event) for event in each.events],
            }
            for each in told
        ],
    }


def _text(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _event(event: Event) -> dict[str, Any]:
    change_record = event.change_record
    change = {} if change_record is None else {"change": _change(change_record)}
    return {"at": _text(event.at), "what": event.kind.value, "words": event.words, **change}


def _change(change_record: ChangeRecord) -> dict[str, Any]:
    return {
        "id": change_record.entry_id,
        "lever": str(change_record.lever),
        "operation": change_record.operation,
        "from": change_record.from_capacity,
        "to": change_record.to_capacity,
        "because": change_record.because,
        "outcome": change_record.outcome.value,
        "ended_at": None if change_record.ended_at is None else _text(change_record.ended_at),
        "detail": change_record.detail,
        "by": change_record.pipeline,
        "caller": change_record.caller,
    }


def lines(told: Told, since: datetime) -> Iterator[tuple[str, Kind, str]]:
    """When, what and the words of each event; what another pipeline's caller did says whose."""
    for event in told.events:
        by = "" if event.pipeline == told.pipeline else f" [{event.pipeline}]"
        earlier = " (before the time asked for)" if event.at < since else ""
        yield f"{event.at:%m-%d %H:%M}", event.kind, f"{event.words}{by}{earlier}"


def show_history(told: Sequence[Told], console: Console, since: datetime) -> None:
    """A line an event, oldest first; in a terminal the words are folded beside their moment."""
    for each in told:
        swept = "" if each.swept_at is None else f", last swept {each.swept_at:%m-%d %H:%M}"
        console.print(
            Text(f"{each.pipeline} since {since:%Y-%m-%d %H:%M} UTC{swept}", style="bold")
        )
        if not each.events:
            console.print("  the ledger has no events since then")
        table = Table.grid(padding=(0, 1, 0, 0))
        for at, kind, words in lines(each, since):
            if console.is_terminal:
                style = _COLOURS.get(kind, "")
                table.add_row(f"  {at}", Text(kind.value, style=style), Text(words))
            else:
                console.print(f"  {at} {kind.value:<9} {words}", soft_wrap=True, markup=False)
        console.print(table, highlight=False)


def coarser(rows: Sequence[Row], span: timedelta) -> tuple[Row, ...]:
    """The graphs with periods as long as a page of this span needs."""
    period = period_seconds(span)
    return tuple(
        replace(row, graphs=tuple(_coarser_graph(graph, period) for graph in row.graphs))
        for row in rows
    )


def _coarser_graph(graph: Graph, period: int) -> Graph:
    return replace(graph, lines=tuple(_coarser_line(line, period) for line in graph.lines))


def _coarser_line(line: Line, period: int) -> Line:
    """Sums are told per minute or second of the shorter period."""
    metric = replace(line.metric, period_seconds=period)
    share = line.metric.period_seconds / period if line.metric.statistic == "Sum" else 1.0
    return replace(line, metric=metric, scale=line.scale * share)
