"""What diagnosis asks of a kind of resource."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tidegate.rules.graph import Pipeline, Resource
from tidegate.rules.kinds.source import Cut, SourceSeries
from tidegate.rules.setting_steps import EarlierUnits, Setting
from tidegate.rules.window import Metric, Window

if TYPE_CHECKING:
    from tidegate.rules.cause import Diagnosis
    from tidegate.rules.flow import ReaderHealth
    from tidegate.rules.kinds.signals import Signals
    from tidegate.rules.reason import Reason

__all__ = ["Place", "SignalKind", "rule_file"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where rules apply: those of ``scope``, to metrics of a namespace with these dimensions, with
    thresholds relative to these quantities. ``set_by`` are the settings that a quantity is
    proportional to, where a sweep knows their changes."""

    scope: str
    namespace: str
    where: str
    dimensions: tuple[tuple[str, str], ...]
    quantities: Mapping[str, float]
    set_by: Mapping[str, tuple[Setting, ...]] = field(default_factory=dict)


def rule_file(kind: str, name: str = "rules.yaml") -> str:
    """The text of a file beside the rules of a built-in kind: the rules themselves, or their
    tests. Where it was deployed it is JSON, which YAML includes."""
    # Imported here: the endpoint reads no rules, and its cold start is shorter without.
    from importlib.resources import files

    place = files("tidegate.rules.kinds").joinpath(kind)
    compiled = place.joinpath(name.removesuffix("yaml") + "json")
    found = compiled if compiled.is_file() else place.joinpath(name)
    return found.read_text(encoding="utf-8")


class SignalKind:
    """One kind of resource as diagnosis sees it; ``rules/kinds/registry.py`` has one line for each.
    A kind says more of these than nothing. ``name`` is that of its package, ``pack`` what its rules
    are called after."""

    name = ""
    pack = ""
    fails_with_its_sinks = False
    """Whether a sink that can't be written explains all that is found in its processors: then every
    batch fails, and it is no batch's fault."""

    def rules(self) -> str:
        """Its rules, as YAML or as JSON: thresholds with their sources."""
        return rule_file(self.name)

    def metrics(self, pipeline: Pipeline) -> Iterable[Metric]:
        """Every metric that its series are made of."""
        return ()

    def heartbeats(self, pipeline: Pipeline) -> Iterable[Metric]:
        """Those that are published whenever the resource does anything."""
        return ()

    def series(self, pipeline: Pipeline, cut: Cut) -> Mapping[str, Any]:
        """The series of each of its resources, by name."""
        return {}

    def source(self, pipeline: Pipeline, cut: Cut) -> SourceSeries | None:
        """The pipeline's source, where it is of this kind and has metrics of its own."""
        return None

    def flow(self, pipeline: Pipeline) -> tuple[Metric, Metric, int] | None:
        """Of the pipeline's source the records that came in, those that several readers together
        read, and how many these are at least; None where it is none of this kind, or publishes
        neither."""
        return None

    def ages(self, series: Mapping[str, Any]) -> Iterable[Window]:
        """How old what its processors read is, in milliseconds, where they publish it."""
        return ()

    def more_reads(self, pipeline: Pipeline) -> int:
        """How many more times than once each its processors read every record of the source, with
        the throughput that all share."""
        return 0

    def shared_ages(self, pipeline: Pipeline) -> Iterable[Metric]:
        """What tells of its sources the age of the reader furthest behind, whose ever it is."""
        return ()

    def waits_seconds(self, pipeline: Pipeline) -> Iterable[float]:
        """How long each of its processors may wait for records until its batch is full."""
        return ()

    def age_name(self, pipeline: Pipeline) -> str | None:
        """What AWS calls the age of what its processors read; None without one."""
        return None

    def places(self, pipeline: Pipeline, iterator_age_max_seconds: float) -> Iterator[Place]:
        """Where its rules apply."""
        yield from ()

    def causes(self, signals: "Signals") -> Iterable["Diagnosis"]:
        """What is wrong with its resources."""
        return ()

    def causes_without_metrics(self, signals: "Signals") -> Iterable["Diagnosis"]:
        """What is wrong with them by their description alone."""
        return ()

    def is_restarting(self, signals: "Signals") -> bool:
        """Whether one of its processors is being changed, is down, or began too recently."""
        return False

    def is_saturated(self, signals: "Signals") -> bool:
        """Whether one of its processors, or a part of it, is at its end."""
        return False

    def is_throttled(self, signals: "Signals", sink: Resource) -> bool:
        """Whether a sink, where it is of this kind, lately throttled who writes to it."""
        return False

    def written(self, signals: "Signals", sink: Resource) -> Window | None:
        """What was written to a sink, in its own units, where it is of this kind; None of another
        kind."""
        return None

    def refused_writes(self, signals: "Signals", sink: Resource) -> Iterable[Window]:
        """The writes that a sink refused, where it is of this kind, and each part of it."""
        return ()

    def refused_reads(self, signals: "Signals", sink: Resource) -> Iterable[Window]:
        """The reads that it refused."""
        return ()

    def idles(self, signals: "Signals") -> Iterable[bool]:
        """Of each of its processors whether it has something to spare and nothing delays it."""
        return ()

    def readers(self, signals: "Signals") -> "Iterable[ReaderHealth]":
        """Of each of its processors what became of the records, and what shows that it is well."""
        return ()

    def settling(self, signals: "Signals") -> "Reason | None":
        """Which of its processors is being changed or has just started, None where none is."""
        return None

    def is_catching_up(self, signals: "Signals") -> bool:
        """Whether its processors may still be working off what an earlier change left them."""
        return False

    def earlier_units(self, signals: "Signals") -> EarlierUnits | None:
        """The units of its source from before a change, where these are read for longer than the
        change alone explains; None else."""
        return None

    def slow_to_drain(self, signals: "Signals") -> Iterable["Diagnosis"]:
        """Why its processors take longer than they may to work off a backlog that gets less."""
        return ()

    def where_to_look(self, signals: "Signals") -> str | None:
        """What a person should check where records wait and nothing is found to be at a limit;
        None where it has no processor."""
        return None

    def in_use(self, signals: "Signals") -> Iterable["Reason"]:
        """How much of each of its processors is in use."""
        return ()
