"""The bill of a pipeline: gathered, as JSON, and as a table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.packs import in_force
from tidegate.rules.kinds.signal_series import series_from
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Metric, Window
from tidegate.scaling.config.levers import all_settings, lever_spec
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.cost.bill import items, modes
from tidegate.scaling.cost.held import settings_held
from tidegate.scaling.cost.replay import needs
from tidegate.scaling.cost.usage import usage_from, usage_metrics
from tidegate.scaling.model.bill import Item, Modes, Priced, Usage
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.prices import list_of
from tidegate.scaling.model.read_all import read_all
from tidegate.scaling.ports import Metrics

__all__ = ["Bill", "bill", "costs_as_json", "show_costs"]

WEEK_HOURS = 168

FIGURES = ("shards",)
"""Keys that each comparison of modes in the JSON output has had from the first, null where its
layer has no such figure."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a pipeline costs. ``usage`` is None where there are no metrics: then only what is set is
    priced. ``advised`` are the levers that Tidegate may not move."""

    pipeline: str
    usage: Usage | None
    items: tuple[Item, ...]
    modes: tuple[Modes, ...]
    advised: tuple[str, ...]

    @property
    def now_usd(self) -> float:
        """A month as everything is set now."""
        return sum(each.now_usd for each in self.items)

    @property
    def measured_usd(self) -> float:
        """A month at what was set minute by minute, as far as the ledger knows."""
        return sum(
            each.now_usd if each.measured_usd is None else each.measured_usd for each in self.items
        )

    @property
    def was_changed(self) -> bool:
        """Whether the ledger knows of a change in that time."""
        return any(each.measured_usd is not None for each in self.items)

    @property
    def at_peak_usd(self) -> float:
        """A month of always having what the highest peak needs."""
        return sum(each.at_peak_usd for each in self.items)

    @property
    def followed_usd(self) -> float:
        """A month of following the load."""
        return sum(each.followed_usd for each in self.items)

    @property
    def too_small(self) -> tuple[Item, ...]:
        """What is set to less than the highest peak needed."""
        return tuple(each for each in self.items if each.now_usd < each.at_peak_usd)


def bill(
    pipeline: Pipeline,
    spec: PipelineSpec,
    metrics: Metrics,
    between: tuple[datetime, datetime],
    change_records: Iterable[ChangeRecord] = (),
) -> Bill:
    """Measure and price one pipeline, between a moment and now, by the changes made since."""
    since, now = between
    end = now.replace(second=0, microsecond=0)
    windows = _minutes(usage_metrics(pipeline), metrics, since.replace(second=0), end)
    usage = usage_from(windows, end)
    series = series_from(pipeline, windows, now)
    age = spec.objective.iterator_age_max_seconds
    signals = Signals(
        pipeline, series, age, thresholds=in_force(spec.thresholds, pipeline.kinds.signals)
    )
    needed = () if usage is None else needs(signals, spec)
    by_lever = {each.lever: each for each in needed}
    used = usage or Usage(since, end)
    held = settings_held(all_settings(pipeline), change_records, (used.start, used.end))
    priced = Priced(pipeline, used, by_lever, () if usage is None else held)
    found = items(priced)
    levers = dict.fromkeys(each.lever for each in found if each.lever is not None)
    advised = tuple(str(lever) for lever in levers if not _has_owner(spec, lever))
    compared = () if usage is None else modes(priced)
    return Bill(spec.name, usage, found, compared, advised)


def _minutes(
    wanted: Sequence[Metric], metrics: Metrics, since: datetime, end: datetime
) -> dict[Metric, Window]:
    """The minutes from the first hour on that has any, a day at a time: two weeks of a new
    pipeline are mostly nothing, and asked for at once they are more than one answer holds."""
    hourly = [replace(each, period_seconds=3600) for each in wanted]
    seen = read_all(metrics, hourly, since, end).values()
    firsts = [at for window in seen for at, _ in islice(window.points(), 1)]
    start = max(since, min(firsts, default=end - timedelta(hours=1)))
    found: dict[Metric, Window] = {}
    at = start
    while at < end:
        until = min(end, at + timedelta(days=1))
        for metric, window in read_all(metrics, wanted, at, until).items():
            before = found.get(metric, Window(metric, window.start, ()))
            found[metric] = replace(before, samples=before.samples + window.samples)
        at = until
    return found


def _has_owner(spec: PipelineSpec, lever: Lever) -> bool:
    said = lever_spec(spec, lever)
    return said is not None and said.owner is not None


def costs_as_json(bills: Sequence[Bill]) -> dict[str, Any]:
    """One object; money in US dollars a month."""
    return {"prices": list_of(), "pipelines": [_bill(each) for each in bills]}


def _bill(each: Bill) -> dict[str, Any]:
    usage = each.usage
    measured = None
    if usage is not None:
        start, end = usage.start.isoformat(), usage.end.isoformat()
        measured = {"start": start, "end": end, "hours": usage.hours}
    return {
        "name": each.pipeline,
        "measured": measured,
        "usd_per_month": {
            "now": each.now_usd, "measured": each.measured_usd,
            "at_peak": each.at_peak_usd, "followed": each.followed_usd,
        },
        "items": [
            {**asdict(item), "lever": None if item.lever is None else str(item.lever)}
            for item in each.items
        ],
        "modes": [_mode(mode) for mode in each.modes],
        "not_handed_over": list(each.advised),
    }  # fmt: skip


def _mode(mode: Modes) -> dict[str, Any]:
    told = asdict(mode)
    del told["capacity"], told["figures"], told["full_rate"]
    return {**told, **dict.fromkeys(FIGURES), **mode.figures, "full_rate": mode.full_rate}


def show_costs(bills: Sequence[Bill], console: Console) -> None:
    """A table a pipeline, then what it means: what is set now, what the highest peak needs at the
    target utilization, and the mean of what Tidegate would set, following the load."""
    for each in bills:
        console.print(Text(f"{each.pipeline}: US dollars a month", style="bold"))
        console.print(_table(each))
        for words in _sentences(each):
            console.print(Text(words), soft_wrap=not console.is_terminal)
        console.print()
    told = (
        f"Prices: {list_of()}. Lambda as on x86. Not counted: storage of tables, enhanced "
        "fan-out, data transfer, logs and metrics."
    )
    console.print(Text(told), soft_wrap=not console.is_terminal)


def _table(each: Bill) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_footer=True)
    table.add_column("", footer="together", no_wrap=True)
    for title, usd in (
        ("now", each.now_usd),
        ("peak", each.at_peak_usd),
        ("followed", each.followed_usd),
    ):
        table.add_column(title, justify="right", no_wrap=True)
        table.add_column("$", justify="right", footer=f"{usd:,.2f}", no_wrap=True)
    layer = ""
    for item in each.items:
        if item.layer != layer:
            layer = item.layer
            table.add_row(Text(layer, style="bold"))
        table.add_row(
            f"  {item.what}", item.amount, f"{item.now_usd:,.2f}",
            item.at_peak, f"{item.at_peak_usd:,.2f}" if item.at_peak else "",
            item.followed, f"{item.followed_usd:,.2f}" if item.followed else "",
        )  # fmt: skip
    return table


def _sentences(each: Bill) -> Iterator[str]:
    if each.usage is None:
        yield "No metrics in this period: current settings are priced, and nothing is compared."
        return
    usage = each.usage
    short = "" if usage.hours >= WEEK_HOURS else " Less than a week: a whole month may differ."
    yield (
        f"Measured over {_span(usage.hours)}, {usage.start:%Y-%m-%d %H:%M} to "
        f"{usage.end:%Y-%m-%d %H:%M} UTC.{short}"
    )
    if each.was_changed:
        yield (
            f"At what was set minute by minute, this time came to ${each.measured_usd:,.2f} a "
            f"month; as it is set now it is ${each.now_usd:,.2f}."
        )
    for item in each.too_small:
        yield f"Too small for the peak: {item.lever} is {item.amount}, but needs {item.at_peak}."
    yield _saving(each)
    if each.advised:
        yield f"This assumes that Tidegate may change {', '.join(each.advised)}."
    for mode in each.modes:
        yield from _mode_words(mode)


def _span(hours: float) -> str:
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.1f} hours"


def _saving(each: Bill) -> str:
    saved = each.now_usd - each.followed_usd
    share = abs(saved) / each.now_usd if each.now_usd else 0.0
    if saved >= 0:
        return f"Following the load, Tidegate would save ${saved:,.2f} a month ({share:.0%})."
    return (
        f"Following the load, Tidegate would spend ${-saved:,.2f} a month more ({share:.0%}), to "
        "keep the objective."
    )


def _mode_words(mode: Modes) -> Iterator[str]:
    now = "on demand now" if mode.is_on_demand else "provisioned now"
    have = "" if mode.provisioned_usd is None else f"${mode.provisioned_usd:,.2f} as it is set, "
    yield (
        f"{mode.layer}, {now}: provisioned {have}${mode.followed_usd:,.2f} following the load; on "
        f"demand ${mode.on_demand_usd:,.2f}."
    )
    yield f"  {_even_words(mode)} Used on average: {_share_words(mode, mode.load_share)}."


def _even_words(mode: Modes) -> str:
    if mode.even_share is None:
        return "The break-even point is unknown without records and their size."
    if not mode.even_share:
        layer = mode.layer.partition(" ")[0]
        return f"An on-demand {layer} never costs less than {mode.capacity}."
    return f"Both cost the same at {_share_words(mode, mode.even_share)}."


def _share_words(mode: Modes, share: float) -> str:
    words = f"{share:.1%} of {mode.capacity}"
    if mode.full_rate is None:
        return words
    return f"{share * mode.full_rate:,.0f} records/s, {words}"
