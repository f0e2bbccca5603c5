"""A function's memory: looked up, as JSON, and as a table."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidegate.rules.kinds.lambda_mapping.metrics import function_metric
from tidegate.rules.window import Metric, Window
from tidegate.scaling.aws.kinds.lambda_mapping.function_log import FunctionLog, Logged, Settings
from tidegate.scaling.kinds.lambda_mapping.memory import Advice, AtSize, Verdict, advise, by_size
from tidegate.scaling.model.prices import HOURS_PER_MONTH, list_of, prices
from tidegate.scaling.model.read_all import read_all
from tidegate.scaling.ports import Metrics
from tidegate.since import period_seconds

__all__ = ["Seen", "memory_as_json", "see", "show_memory"]

_TITLES = ("MB", "runs", "used", "mean ms", "p95 ms", "cold", "MB-ms", "$/million", "$/month")
_COLOURS = {Verdict.RAISE: "bold red", Verdict.LOWER: "green", Verdict.WAIT: "yellow"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found of a function from ``since`` to ``until``.

    ``invocations`` and ``hours`` are what CloudWatch counted and over how long; the sizes are from
    ``source``.
    """

    settings: Settings
    since: datetime
    until: datetime
    invocations: float
    hours: float
    sizes: tuple[AtSize, ...]
    source: str
    advice: Advice

    def usd_per_million(self, size: AtSize) -> float:
        """What a million mean invocations at a size cost: time and requests."""
        arm = "arm_" if self.settings.architecture == "arm64" else ""
        per_gigabyte_second = prices()[f"lambda_{arm}gigabyte_second_usd"]
        gigabyte_seconds = size.megabyte_milliseconds / 1024 / 1000
        each = gigabyte_seconds * per_gigabyte_second + prices()["lambda_request_usd"]
        return each * 1_000_000

    def usd_per_month(self, size: AtSize) -> float | None:
        """What a month like the time looked at costs at a size; None without any metrics."""
        if not self.hours:
            return None
        per_month = self.invocations / self.hours * HOURS_PER_MONTH
        return self.usd_per_million(size) * per_month / 1_000_000


def see(log: FunctionLog, metrics: Metrics, since: datetime, until: datetime) -> Seen:
    """Look a function up."""
    settings = log.settings()
    wanted = _metrics(settings.function, period_seconds(until - since))
    windows = read_all(metrics, wanted, since, until)
    counted, busy, used, processor = (windows[each] for each in wanted)
    sizes, source = _of_log(log.read(settings.log_group, since, until), settings.log_group)
    if not sizes:
        sizes, told = _of_insights(settings, counted, busy, used)
        source = f"{source}, {told}"
    cpu_share = processor.total / busy.total if busy.total and processor.present else None
    advice = advise(sizes, settings.memory_megabytes, cpu_share)
    hours = _hours(counted)
    return Seen(settings, since, until, counted.total, hours, sizes, source, advice)


def _metrics(function: str, period: int) -> tuple[Metric, ...]:
    """Invocations and how long they took; the memory and the processor time that they used."""
    plain = (
        function_metric(function, "Invocations", "Sum"),
        function_metric(function, "Duration", "Sum"),
        _insight(function, "used_memory_max", "Maximum"),
        _insight(function, "cpu_total_time", "Sum"),
    )
    return tuple(replace(each, period_seconds=period) for each in plain)


def _insight(function: str, name: str, statistic: str) -> Metric:
    """A metric of Lambda Insights, in MB or milliseconds (CloudWatch guide)."""
    return Metric("LambdaInsights", name, (("function_name", function),), statistic)


def _hours(counted: Window) -> float:
    """From the first invocation on: a new function has no past."""
    first = next((at for at, _ in counted.points()), None)
    return 0.0 if first is None else (counted.end - first).total_seconds() / 3600


def _of_log(logged: Logged | None, log_group: str) -> tuple[tuple[AtSize, ...], str]:
    if logged is None or not logged.invocations:
        return (), f"no reports in {log_group}"
    part = "" if logged.is_complete else ", a sample of the whole period"
    return by_size(logged.invocations), f"{len(logged.invocations):,} reports in {log_group}{part}"


def _of_insights(
    settings: Settings, counted: Window, busy: Window, used: Window
) -> tuple[tuple[AtSize, ...], str]:
    """One size from metrics, which do not tell of sizes."""
    most = used.peak
    if most is None or not counted.total:
        return (), "and no Lambda Insights"
    mean = busy.total / counted.total
    size = AtSize(settings.memory_megabytes, int(counted.total), most, mean, mean)
    return (size,), "but Lambda Insights, assuming the current memory size throughout"


def memory_as_json(seen: Seen) -> dict[str, Any]:
    """One object."""
    return {
        "function": seen.settings.function,
        "memory_megabytes": seen.settings.memory_megabytes,
        "architecture": seen.settings.architecture,
        "since": seen.since.isoformat(),
        "until": seen.until.isoformat(),
        "source": seen.source,
        "prices": list_of(),
        "invocations": seen.invocations,
        "sizes": [_size(seen, each) for each in seen.sizes],
        "advice": {
            "verdict": seen.advice.verdict.value,
            "megabytes": seen.advice.megabytes,
            "evidence": list(seen.advice.evidence),
            "unknown": list(seen.advice.unknown),
        },
    }


def _size(seen: Seen, size: AtSize) -> dict[str, Any]:
    moments = {
        key: None if at is None else at.isoformat()
        for key, at in (("first_at", size.first_at), ("last_at", size.last_at))
    }
    return {
        **asdict(size),
        **moments,
        "megabyte_milliseconds": size.megabyte_milliseconds,
        "usd_per_million": seen.usd_per_million(size),
        "usd_per_month": seen.usd_per_month(size),
    }


def show_memory(seen: Seen, console: Console) -> None:
    """The sizes side by side, then what to do and why."""
    settings = seen.settings
    console.print(
        Text(f"{settings.function}: {settings.memory_megabytes:,} MB, {settings.architecture}",
             style="bold"),
    )  # fmt: skip
    told = f"{seen.source}, {seen.since:%Y-%m-%d %H:%M} to {seen.until:%Y-%m-%d %H:%M} UTC"
    console.print(Text(told), soft_wrap=not console.is_terminal)
    if seen.sizes:
        console.print(_table(seen))
    _say(console, "advice", _advised(seen), _COLOURS.get(seen.advice.verdict, ""))
    for words in seen.advice.evidence:
        _say(console, "because", words)
    for words in seen.advice.unknown:
        _say(console, "unknown", words, "yellow")
    _say(console, "prices", list_of())


def _say(console: Console, what: str, words: str, style: str = "") -> None:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_row(f"{what:<8}", Text(words, style=style))
    if console.is_terminal:
        console.print(grid)
    else:
        console.print(f"{what:<8} {words}", soft_wrap=True, highlight=False, markup=False)


def _table(seen: Seen) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for title in _TITLES:
        table.add_column(title, justify="right", no_wrap=True)
    for each in seen.sizes:
        month = seen.usd_per_month(each)
        is_now = each.memory_megabytes == seen.settings.memory_megabytes
        p95 = each.duration_p95_milliseconds
        table.add_row(
            f"{'now ' if is_now else ''}{each.memory_megabytes:,}",
            f"{each.invocations:,}",
            f"{each.used_max_megabytes / each.memory_megabytes:.0%}",
            f"{each.duration_mean_milliseconds:,.0f}",
            "" if p95 is None else f"{p95:,.0f}",
            f"{each.cold_starts:,}",
            f"{each.megabyte_milliseconds:,.0f}",
            f"{seen.usd_per_million(each):,.2f}",
            "" if month is None else f"{month:,.2f}",
        )
    return table


def _advised(seen: Seen) -> str:
    now, advice = seen.settings.memory_megabytes, seen.advice
    match advice.verdict:
        case Verdict.RAISE | Verdict.LOWER:
            return f"{advice.verdict.value} the memory from {now:,} to {advice.megabytes:,} MB"
        case Verdict.KEEP:
            return f"keep {now:,} MB"
        case Verdict.WAIT:
            return "none yet"
