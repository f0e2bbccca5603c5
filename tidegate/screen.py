"""What a person sees in the terminal: a live table, plain lines, and before and after."""

from collections import deque
from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.signals import (
    RECENT_SECONDS,
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
)
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.report.summary import held_words
from tidegate.scaling.report.sweep_report import Change, PipelineReport, SweepReport
from tidegate.simulator.figures import MinuteTruth
from tidegate.simulator.scenario import Scenario
from tidegate.trial import Step, Trial

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


def sparkline(values: Iterable[float], top: float) -> str:
    """The values as a row of bars; ``top`` is the height of a full one at least."""
    shown = list(values)
    highest = max([top, *shown]) or 1.0
    return "".join(_BARS[min(7, int(8 * value / highest))] for value in shown)


def duration_words(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def change_words(decision: Decision) -> str:
    """A change as one line: what, from, to, why, what held it back."""
    held = f" (held back: {'; '.join(map(str, decision.held_by))})" if decision.held_by else ""
    return (
        f"{decision.lever}: {decision.current:,} -> {decision.allowed:,}, because of "
        f"{decision.because}{held}"
    )


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
        yield "green", f"{moved.at:%H:%M} changed  {change_words(moved.decision)}"


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
            age = f"{_age_words(trial.scenario)} {age}" if _has_data(step.report) else "no data"
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


def _age_words(scenario: Scenario) -> str:
    """What Kinesis calls it where functions read, and what it is to a Flink application."""
    return "iterator age" if scenario.application is None else "behind by"


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
        _age_words(scenario): Text(f"{age}{unseen} {sparkline(ages, objective)}", style=style),
    }
    if scenario.topic is None:
        cells["stream"] = _stream_use(report, minute)
    if scenario.application is None:
        executions = minute.shard_count * minute.parallelization_factor
        cells["lambda"] = f"{minute.concurrency:.1f} of {executions} busy"
        cells["tables"] = _tables_use(minute)
    else:
        cells["application"] = _application_use(report, minute)
    for title in cells:
        table.add_column(title, overflow="fold")
    table.add_row(*cells.values())
    return table


def _application_use(report: PipelineReport, minute: MinuteTruth) -> str:
    (application,) = report.pipeline.applications
    state = "" if application.is_running else f" {application.status}"
    down = f", down for {minute.seconds_down} s" if minute.seconds_down else ""
    noun = "subtask" if minute.parallelism == 1 else "subtasks"
    return f"{minute.parallelism} {noun}{state} on {application.kpus} KPUs{down}"


def _stream_use(report: PipelineReport, minute: MinuteTruth) -> str:
    records = minute.arrivals_per_second / (minute.shard_count * SHARD_RECORDS_PER_SECOND)
    size = minute.bytes_per_second / (minute.shard_count * SHARD_BYTES_PER_SECOND)
    noun = "shard" if minute.shard_count == 1 else "shards"
    state = "" if report.pipeline.stream.status == "ACTIVE" else " UPDATING"
    return f"{minute.shard_count} {noun}{state}, {max(records, size):.0%} used"


def _tables_use(minute: MinuteTruth) -> str:
    return "\n".join(
        f"{where} {minute.consumed[where] / units:.0%} of {units:,}"
        for where, units in minute.units.items()
    )


_FIGURES = {
    "seconds_out_of_objective": "out of objective",
    "seconds_late": "with waits at producers",
    "iterator_age_max_seconds": "highest iterator age",
    "records_written": "records written",
    "records_read": "records read",
    "records_lost": "records lost",
    "producer_throttles": "refusals to producers, retries too",
    "table_throttles": "writes throttled by tables",
    "cost_usd": "cost of the run",
    "limit_violations": "calls refused by AWS",
    "seconds_down": "job down",
    "records_read_again": "records read again",
}
_OF_APPLICATIONS = ("seconds_down", "records_read_again")
_IN_SECONDS = (
    "seconds_out_of_objective",
    "seconds_late",
    "iterator_age_max_seconds",
    "seconds_down",
)


def figure_words(name: str, value: float) -> str:
    """A figure with its unit."""
    if name in _IN_SECONDS:
        return duration_words(value)
    return f"${value:,.2f}" if name == "cost_usd" else f"{value:,}"


def figure_rows(trial: Trial) -> Iterator[tuple[str, str, str]]:
    """What each figure came to: its name, without Tidegate, with it."""
    without, tended = trial.without, trial.with_tidegate
    for name, words in _FIGURES.items():
        if name in _OF_APPLICATIONS and trial.scenario.application is None:
            continue
        if name == "table_throttles" and not trial.scenario.capacities:
            continue
        if name == "iterator_age_max_seconds" and trial.scenario.application is not None:
            words = "furthest behind"
        yield (
            words,
            figure_words(name, getattr(without, name)),
            figure_words(name, getattr(tended, name)),
        )


def setting_rows(trial: Trial) -> Iterator[tuple[str, str, str]]:
    """What each layer is set to at the end: without Tidegate, with it."""
    before, after = trial.alone.series[-1], trial.tended.series[-1]
    if trial.scenario.topic is None:
        yield "shards", str(before.shard_count), str(after.shard_count)
    if trial.scenario.application is None:
        pair = (before.parallelization_factor, after.parallelization_factor)
        yield "parallelization factor", str(pair[0]), str(pair[1])
        if before.batching_window_seconds != after.batching_window_seconds:
            windows = (before.batching_window_seconds, after.batching_window_seconds)
            yield "batching window", f"{windows[0]} s", f"{windows[1]} s"
    else:
        yield "parallelism", str(before.parallelism), str(after.parallelism)
        yield "KPUs, with one for orchestration", str(before.kpus), str(after.kpus)
    for where, units in after.units.items():
        yield f"write units of {where}", f"{before.units[where]:,}", f"{units:,}"
    if before.retention_hours != after.retention_hours:
        yield "retention", f"{before.retention_hours} h", f"{after.retention_hours} h"


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
        for words in _sweep_lines(each, dry_run):
            console.print(words, highlight=False, soft_wrap=True)
    for unreached in report.unreached:
        words = Text(f"{unreached.name}: not reached: {unreached.reason}", style="bold red")
        console.print(words, soft_wrap=True)
        for line in _change_lines(unreached.changes, dry_run):
            console.print(line, highlight=False, soft_wrap=True)


def _change_lines(changes: Iterable[Change], dry_run: bool) -> Iterator[Text]:
    verb = "would do" if dry_run else "did"
    for change in changes:
        for decision in change.decisions:
            ended = "" if change.outcome is None else f" [{change.outcome.value}]"
            price = f" ({decision.usd_per_month:+,.2f} USD a month)"
            yield Text(f"  {verb:<8} {change_words(decision)}{price}{ended}", style="green")


def _sweep_lines(report: PipelineReport, dry_run: bool) -> Iterator[RenderableType]:
    yield Text(f"{report.name}: {report.health.value}", style=_COLOURS[report.health])
    for diagnosis in report.diagnoses:
        colour = "green" if diagnosis.cause is Cause.HEALTHY else "red"
        yield Text(f"  found    {_diagnosis_words(diagnosis)}", style=colour)
    yield from _change_lines(report.changes, dry_run)
    for words in (*report.held_back, *map(str, report.undelivered)):
        yield Text(f"  held     {words}", style="yellow")
    if report.health is Health.HEALING and not (report.changes or report.held_back):
        words = "every lever is as the load of now needs it, which shows minutes later"
        yield Text(f"  waits    {words}", style="yellow")
    for words in report.advice:
        yield Text(f"  advice   {words}", style="cyan")
    for finding in report.findings:
        if finding.verdict.value == "firing":
            yield Text(f"  rule     {finding.rule.name}: {finding.because}")
