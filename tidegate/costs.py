"""The bill of a pipeline: gathered, and as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

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

__all__ = ["Bill", "bill", "costs_as_json"]

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
