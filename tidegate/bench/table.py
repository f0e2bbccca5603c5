"""The figures as tables: for the screen with rich, for documents in Markdown."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from tidegate.bench.controllers.registry import BOUND, TIDEGATE
from tidegate.bench.faults import FAULTS
from tidegate.bench.score import FaultOutcome, Spread, Summary
from tidegate.bench.words import COST, GEOMETRIC, OUT, shortened

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["Sheet", "markdown", "screen", "sheets"]

HALVES = ("tuning", "held-out")

_NOTHING = "–"

HEADING_MAX = 8
"""Characters of a line of a heading on the screen, where its words allow it."""


def _number(value: float) -> str:
    if value >= 1e6:
        return f"{value / 1e6:,.1f}M"
    return f"{value:,.0f}" if value >= 9.95 or value == 0 else f"{value:.1f}"


def _factor(value: float) -> str:
    return f"{value:.2f}"


def _range(spread: Spread, words: Callable[[float], str]) -> list[str]:
    return [words(spread.low), words(spread.mean), words(spread.high)]


class _Row:
    """One controller over a kind of cases: its summaries by half."""

    def __init__(self, halves: dict[str, Summary]) -> None:
        self.halves = halves
        self.all = halves.get("all") or next(iter(halves.values()))
        self.name = self.all.controller

    def halved(self, words: Callable[[Summary], str]) -> list[str]:
        """A cell for each half, or one where there are no halves."""
        return [words(self.halves[each]) for each in _apart(self.halves)]

    def outcome(self) -> list[str]:
        """What the cases came to."""
        every = self.all
        return [
            *self.halved(lambda each: _number(each.seconds_out.mean)),
            _number(every.seconds_out_total / every.runs),
            f"{every.seconds_out_total / every.seconds_total:.1%}",
            f"{every.cost_usd:,.2f}",
            *self.halved(lambda each: _factor(each.cost_to_bound.mean)),
            _number(every.records_lost_total),
        ]

    def seeds(self) -> list[str]:
        """The lowest of any one seed, the mean, and the highest."""
        every = self.all
        return _range(every.seconds_out, _number) + _range(every.cost_to_bound, _factor)

    def manner(self) -> list[str]:
        """How it went about them; the bound isn't played."""
        every = self.all
        return [
            _number(every.producer_throttles),
            _number(every.table_throttles),
            _number(every.actions),
            _number(every.undone),
            _number(every.refused),
        ]

    def elasticity(self) -> list[str]:
        """How it settles, and the metrics of the SPEC research group in per cent."""
        found = self.all.elasticity
        if found is None:
            return [*self._settled(), *[_NOTHING] * 5]
        return self._settled() + [
            f"{value:.1f}"
            for value in (
                found.theta_under,
                found.theta_over,
                found.tau_under,
                found.tau_over,
                found.upsilon,
            )
        ]

    def _settled(self) -> list[str]:
        steps, seconds = self.all.settle_steps, self.all.settle_seconds
        if steps is None or seconds is None:
            return [_NOTHING] * 2
        return [f"{steps:.1f}", f"{seconds:,.0f}"]


def _apart(halves: Iterable[str]) -> list[str]:
    known = [each for each in HALVES if each in halves]
    return known if len(known) > 1 else list(halves)[:1]


_KINDS = {
    "healthy": "healthy consumers",
    "open": "healthy consumers in an open account",
    "curable": "a fault that capacity cures, or that passes",
    "incurable": "a fault that no capacity cures",
}
_HEADINGS = {"concurrency-cap": "capped"}
"""Of faults whose name is too long for a column."""

_MANNER = (
    "producer refusals",
    "table throttles",
    "actions",
    "undone",
    "refused",
)
_SEEDS = tuple(
    f"{figure}, {which}"
    for figure in (f"{OUT}, {GEOMETRIC}", COST)
    for which in ("lowest", "all seeds", "highest")
)
_ELASTICITY = ("steps", "settled s", "θU %", "θO %", "τU %", "τO %", "υ %")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: a title, headings, and rows of cells that begin with the controller's name."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sheets(summaries: Sequence[Summary], outcomes: Sequence[FaultOutcome] = ()) -> Iterator[Sheet]:
    """For each kind of cases: what they came to, how the controllers went about them, and the
    elasticity; then seconds out of objective and cost by fault."""
    for kind, words in _KINDS.items():
        of_kind = [each for each in summaries if each.kind == kind]
        if not of_kind:
            continue
        rows = [
            _Row({each.half: each for each in of_kind if each.controller == name})
            for name in dict.fromkeys(each.controller for each in of_kind)
        ]
        title = f"{words}, {_counted(rows[0])}"
        played = [row for row in rows if row.name != BOUND]
        yield _sheet(f"Outcome: {title}", _outcome_headings(rows[0]), rows, _Row.outcome)
        if rows[0].all.seeds > 1:
            words = f"Seeds: {title}, each with {rows[0].all.seeds} seeds"
            yield _sheet(words, _SEEDS, rows, _Row.seeds)
        yield _sheet(f"Manner: {title}", _MANNER, played, _Row.manner)
        yield _sheet(f"Elasticity: {title}", _ELASTICITY, played, _Row.elasticity)
    if outcomes:
        out = f"{OUT.capitalize()}, {GEOMETRIC}"
        yield _by_fault(out, outcomes, lambda each: _number(each.seconds_out))
        yield _by_fault(COST.capitalize(), outcomes, lambda each: _factor(each.cost_to_bound))


def _by_fault(
    figure: str, outcomes: Sequence[FaultOutcome], words: Callable[[FaultOutcome], str]
) -> Sheet:
    faults = [each for each in FAULTS if any(one.fault == each for one in outcomes)]
    found = {(each.controller, each.fault): each for each in outcomes}
    names = dict.fromkeys(each.controller for each in outcomes)
    fewest, most = (pick(each.cases for each in outcomes) for pick in (min, max))
    return Sheet(
        f"{figure}, by fault: {most if fewest == most else f'{fewest} to {most}'} cases each",
        ("controller", *(_HEADINGS.get(each, each.replace("-", " ")) for each in faults)),
        tuple((name, *(words(found[name, each]) for each in faults)) for name in names),
    )


def _sheet(
    title: str,
    headings: Sequence[str],
    rows: Sequence[_Row],
    cells: Callable[[_Row], list[str]],
) -> Sheet:
    return Sheet(title, ("controller", *headings), tuple((row.name, *cells(row)) for row in rows))


def _outcome_headings(row: _Row) -> tuple[str, ...]:
    halves = _apart(row.halves)
    names = [f", {each}" for each in halves] if len(halves) > 1 else [""]
    return (
        *(f"{OUT}, {GEOMETRIC}{each}" for each in names),
        f"{OUT}, mean",
        "share of time out of objective",
        "$ per case, geometric mean",
        *(f"{COST}{each}" for each in names),
        "records lost",
    )


def _counted(row: _Row) -> str:
    counts = [(half, row.halves[half].runs) for half in _apart(row.halves)]
    if len(counts) == 1:
        return f"{counts[0][1]} {counts[0][0]}"
    return f"{row.all.runs} cases: " + ", ".join(f"{count} {half}" for half, count in counts)


def screen(
    summaries: Sequence[Summary], outcomes: Sequence[FaultOutcome] = ()
) -> "Iterator[Table]":
    """The tables for a terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    for sheet in sheets(summaries, outcomes):
        table = Table(
            title=sheet.title,
            title_justify="left",
            box=SIMPLE_HEAD,
            padding=0,
            show_edge=False,
        )
        table.add_column(sheet.headings[0], no_wrap=True)
        for heading in sheet.headings[1:]:
            # Left to rich, a table that is too wide loses its last column.
            lines = wrap(shortened(heading), HEADING_MAX, break_long_words=False)
            table.add_column("\n".join(lines), justify="right")
        for row in sheet.rows:
            table.add_row(*row, style="bold" if row[0] == TIDEGATE else None)
        yield table


def markdown(summaries: Sequence[Summary], outcomes: Sequence[FaultOutcome] = ()) -> str:
    """The same tables as text for a document."""
    parts = []
    for sheet in sheets(summaries, outcomes):
        lines = [" | ".join(sheet.headings)]
        lines.append(" | ".join(["---"] + ["--:"] * (len(sheet.headings) - 1)))
        lines += [
            " | ".join(f"**{cell}**" if row[0] == TIDEGATE else cell for cell in row)
            for row in sheet.rows
        ]
        parts.append(f"{sheet.title}\n\n" + "".join(f"| {line} |\n" for line in lines))
    return "\n".join(parts)
