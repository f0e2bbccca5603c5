"""The toy sink as ``rules`` sees it: a shelf that functions write to, with one lever, its slots."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Measured, Pipeline, Resource, Role
from tidegate.rules.kinds.rates import share
from tidegate.rules.kinds.signal_kind import Place, SignalKind
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.kinds.source import Cut
from tidegate.rules.reason import Words
from tidegate.rules.window import Metric, Window

NAMESPACE = "Toy/Shelf"
SLOTS = LeverKind("slots", "shelf")
"""Records that it takes a second."""

RULES = """\
rules:
  - name: shelf-refuses
    scope: shelf
    metric: Refused
    statistic: Sum
    comparison: ">"
    threshold: 0
    unit: records a minute
    hold_seconds: 120
    severity: critical
    missing_data: ok
    source: the toy's own manual
    causes: [downstream-saturated]
signals:
  - name: shelf-full
    signal: share of the records brought that the shelf refuses
    comparison: ">="
    threshold: 0.01
    unit: ""
    most: 1.0
    source: the toy's own manual
    causes: [downstream-saturated]
    levers: [slots]
"""
FULL = Words("shelf-full", "{name} refuses {refused:.0%} of the records, with {slots} slots")


@dataclass(frozen=True, slots=True)
class ShelfSeries:
    """Records written and refused, sums per minute."""

    written: Window
    refused: Window


@dataclass(frozen=True, slots=True)
class Shelf(Measured[ShelfSeries]):
    """What is configured of a shelf."""

    name: str
    arn: str
    slots: int

    @property
    def roles(self) -> tuple[Role, ...]:
        return (Role.SINK,)

    @property
    def writes(self) -> tuple[Resource, ...]:
        return ()

    @property
    def series_key(self) -> tuple[str, str]:
        return "shelf", self.name


def shelves_of(pipeline: Pipeline) -> tuple[Shelf, ...]:
    """Those that are written to, or were described alone."""
    every = [sink for each in pipeline.resources for sink in (each, *each.writes)]
    return tuple({each.name: each for each in every if isinstance(each, Shelf)}.values())


def shelf_metrics(shelf: str) -> tuple[Metric, Metric]:
    own = (("Shelf", shelf),)
    return Metric(NAMESPACE, "Written", own, "Sum"), Metric(NAMESPACE, "Refused", own, "Sum")


class ShelfSignals(SignalKind):
    """Records written and refused."""

    name = "shelf"
    pack = "toy-sink"

    def rules(self) -> str:
        return RULES

    def metrics(self, pipeline: Pipeline) -> Iterable[Metric]:
        return (each for shelf in shelves_of(pipeline) for each in shelf_metrics(shelf.name))

    def heartbeats(self, pipeline: Pipeline) -> Iterable[Metric]:
        return (shelf_metrics(shelf.name)[0] for shelf in shelves_of(pipeline))

    def series(self, pipeline: Pipeline, cut: Cut) -> Mapping[str, ShelfSeries]:
        return {
            shelf.name: ShelfSeries(*map(cut, shelf_metrics(shelf.name)))
            for shelf in shelves_of(pipeline)
        }

    def places(self, pipeline: Pipeline, iterator_age_max_seconds: float) -> Iterator[Place]:
        for shelf in shelves_of(pipeline):
            yield Place("shelf", NAMESPACE, shelf.name, (("Shelf", shelf.name),), {})

    def causes(self, signals: Signals) -> Iterable[Diagnosis]:
        for shelf in shelves_of(signals.pipeline):
            if self.is_throttled(signals, shelf):
                refused = _refused(signals, shelf)
                why = FULL(name=shelf.name, refused=refused, slots=shelf.slots)
                yield Diagnosis(Cause.DOWNSTREAM_SATURATED, shelf.name, (why,), cured_by=(SLOTS,))

    def is_throttled(self, signals: Signals, sink: Resource) -> bool:
        if not isinstance(sink, Shelf):
            return False
        return _refused(signals, sink) >= signals.thresholds["shelf-full"]

    def written(self, signals: Signals, sink: Resource) -> Window | None:
        return signals.of(sink).written if isinstance(sink, Shelf) else None

    def refused_writes(self, signals: Signals, sink: Resource) -> Iterable[Window]:
        return (signals.of(sink).refused,) if isinstance(sink, Shelf) else ()


def _refused(signals: Signals, shelf: Shelf) -> float:
    series = signals.of(shelf)
    return share(series.refused, series.written)
