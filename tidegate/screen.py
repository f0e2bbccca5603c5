"""What a person sees in the terminal: a live table, plain lines, and before and after."""

from collections import deque
from collections.abc import Iterable, Iterator

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from tidegate.flow_words import flow_lines
from tidegate.kinds.trial_registry import age_words, in_columns
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.signals import RECENT_SECONDS
from tidegate.scaling.model.change_record import Outcome
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.report.summary import change_verb, change_words, held_words
from tidegate.scaling.report.sweep_report import Change, PipelineReport, SweepReport
from tidegate.simulator.scenario import Scenario
from tidegate.trial import Step, Trial
from tidegate.trial_tables import duration_words, figure_rows, setting_rows

__all__ = ["show_sweep", "show_trial_end", "watch"]

_BARS = "▁▂▃▄▅▆▇█"
_COLOURS = {
    Health.HEALTHY: "green",
    Health.HEALING: "yellow",
    Health.SICK: "bold red",
    Health.UNKNOWN: "magenta",
}
_SPARKS = 30
_EVENTS = 8
_BESIDE = 11
"""Characters of the word that begins a line of a sweep, with the spaces around it."""


def sparkline(values: Iterable[float], top: float) -> str:
    """The values as a row of bars; ``top`` is the height of a full one at least."""
    shown = list(values)
    highest = max([top, *shown]) or 1.0
    return "".join(_BARS[min(7, int(8 * value / highest))] for value in shown)


def _diagnosis_words(diagnosis: Diagnosis) -> str:
    return f"{diagnosis.cause.value} at {diagnosis.where}: {diagnosis.because}"


def _events(step: Step) -> Iterator[tuple[str, str]]:
    """What is new in a step, each with its colour."""
    for told in step.told:
        yield "red", f"{told.at:%H:%M} found    {_diagnosis_words(told.diagnosis)}"
        if told.diagnosis.advice:
            yield "cyan", f"{told.at:%H:%M} advised  {told.diagnosis.advice}"
    for held in step.held:
        yield "yellow", f"{held.at:%H:%M} held     {held_words(held.decision)}"
    for moved in step.moved:
        yield (
            "green",
            f"{moved.at:%H:%M} {change_verb(moved.decision):<8} {change_words(moved.decision)}",
        )


def watch(trial: Trial, console: Console, pause: "Pause") -> None:
    """Run the trial; a live table in a terminal, a line for each event elsewhere."""
    if console.is_terminal:
        _watch_live(trial, console, pause)
        return
    shown: Health | None = None
    for step in trial.steps():
        for _, words in _events(step):
            console.print(words, highlight=False, markup=False, soft_wrap=True)
        if step.report.health is not shown:
            shown = step.report.health
            age = duration_words(step.minute.iterator_age_seconds)
            age = f"{age_words(step.minute)} {age}" if _has_data(step.report) else "no data"
            words = f"{step.report.at:%H:%M} {shown.value:<8} {age}"
            console.print(words, highlight=False, markup=False, soft_wrap=True)


def _has_data(report: PipelineReport) -> bool:
    """Whether CloudWatch has told anything lately."""
    return any(each.last(RECENT_SECONDS).present for each in report.windows.values())


class Pause:
    """Waits between simulated minutes, so that a person can follow."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def wait(self) -> None:
        """Let the person look."""
        from time import sleep

        sleep(self._seconds)


def _watch_live(trial: Trial, console: Console, pause: Pause) -> None:
    ages: deque[float] = deque(maxlen=_SPARKS)
    events: deque[tuple[str, str]] = deque(maxlen=_EVENTS)
    progress = Progress(
        TextColumn("simulated time {task.fields[clock]}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
    )
    task = progress.add_task("race", total=trial.sweeps, clock="00:00")
    with Live(console=console, auto_refresh=False) as live:
        for step in trial.steps():
            ages.append(step.minute.iterator_age_seconds)
            events.extend(_events(step))
            progress.update(task, advance=1, clock=f"{step.report.at:%H:%M}")
            table = _live_table(step, ages, trial.scenario)
            lines = [Text(words, style=colour) for colour, words in events]
            live.update(Group(table, progress, *lines), refresh=True)
            pause.wait()


def _live_table(step: Step, ages: Iterable[float], scenario: Scenario) -> Table:
    table = Table(expand=True)
    report, minute = step.report, step.minute
    objective = scenario.iterator_age_max_seconds
    age = duration_words(minute.iterator_age_seconds)
    unseen = "" if _has_data(report) else " (CloudWatch: no data)"
    style = "red" if minute.iterator_age_seconds > objective else "green"
    cells: dict[str, str | Text] = {
        "pipeline": report.name,
        "health": Text(report.health.value, style=_COLOURS[report.health]),
        age_words(minute): Text(f"{age}{unseen} {sparkline(ages, objective)}", style=style),
    }
    for kind in in_columns():
        cells.update(kind.cells(report, minute))
    for title in cells:
        table.add_column(title, overflow="fold")
    table.add_row(*cells.values())
    return table


def show_trial_end(trial: Trial, console: Console) -> None:
    """Before and after, side by side."""
    console.print(_table(("", "without Tidegate", "with Tidegate"), figure_rows(trial)))
    console.print(_table(("set at the end", "without", "with"), setting_rows(trial)))
    first = next((each for each in trial.told), None)
    if first is not None:
        words = f"First diagnosis: {_diagnosis_words(first.diagnosis)}"
        console.print(words, highlight=False, markup=False)


def _table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table()
    for at, title in enumerate(titles):
        table.add_column(title, justify="left" if at == 0 else "right")
    for row in rows:
        table.add_row(*row)
    return table


def show_sweep(report: SweepReport, console: Console, *, dry_run: bool) -> None:
    """A sweep as text, each pipeline like a plan: seen, wrong, to change, held back, advised."""
    for each in report.pipelines:
        for line in _sweep_lines(each, dry_run):
            _say(line, console)
    for unreached in report.unreached:
        words = Text(f"{unreached.name}: not reached: {unreached.reason}", style="bold red")
        _say(words, console)
        for line in _change_lines(unreached.changes, dry_run):
            _say(line, console)


def _say(line: Text, console: Console) -> None:
    """Whole where a program reads it; in a terminal folded beside its first word."""
    if not (console.is_terminal and line.plain.startswith(" ")):
        console.print(line, highlight=False, soft_wrap=not console.is_terminal)
        return
    beside = Table.grid()
    beside.add_column(width=_BESIDE)
    beside.add_column(overflow="fold")
    beside.add_row(line[:_BESIDE], line[_BESIDE:])
    console.print(beside, highlight=False)


def _change_lines(changes: Iterable[Change], dry_run: bool) -> Iterator[Text]:
    for change in changes:
        for decision in change.decisions:
            verb = _verb(change, decision, dry_run)
            ended = "" if change.outcome is None else f" [{change.outcome.value}]"
            price = f" ({decision.usd_per_month:+,.2f} USD a month)"
            yield Text(f"  {verb:<8} {change_words(decision)}{price}{ended}", style="green")


def _verb(change: Change, decision: Decision, dry_run: bool) -> str:
    done = change_verb(decision)
    if dry_run:
        return f"would {'raise' if done == 'raised' else 'lower'}"
    return done if change.outcome is Outcome.DONE else f"not {done}:"


def _sweep_lines(report: PipelineReport, dry_run: bool) -> Iterator[Text]:
    yield Text(f"{report.name}: {report.health.value}", style=_COLOURS[report.health])
    for diagnosis in report.diagnoses:
        found = diagnosis.cause is not Cause.HEALTHY
        told = f"{report.word_for(diagnosis)} at {diagnosis.where}: {diagnosis.because}"
        yield Text(f"  found    {told}", style="red" if found else _COLOURS[report.health])
    yield from (Text(f"  reads    {words}") for words in flow_lines(report))
    yield from _change_lines(report.changes, dry_run)
    for words in (*report.held_back, *map(str, report.undelivered)):
        yield Text(f"  held     {words}", style="yellow")
    if report.healing is not None:
        healing = report.healing
        words = f"{healing.because}; sick if it is not well by {healing.until:%H:%M}"
        yield Text(f"  heals    {words}", style="yellow")
    for words in report.advice:
        yield Text(f"  advice   {words}", style="cyan")
    for finding in report.findings:
        if finding.verdict.value == "firing":
            yield Text(f"  rule     {finding.rule.name}: {finding.because}")
