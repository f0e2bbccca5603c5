"""A look over an account for `tidegate init`: what is there, what is proposed for it, what was left
out. Reads only."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from tidegate.rules.graph import Pipeline
from tidegate.rules.scalable_targets import ScalableTargets
from tidegate.rules.window import Metric, Window
from tidegate.scaling.aws.discovery import Discovery
from tidegate.scaling.config.specification import ConsumerSpec, PipelineSpec, TableSpec
from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.model.errors import Denied, ResourceMissing
from tidegate.scaling.model.proposal import Proposal
from tidegate.scaling.model.read_all import read_all
from tidegate.scaling.onboarding.event_sources import Source, function_name, sorted_out
from tidegate.scaling.onboarding.iam_write_access import Candidate, Sinks, gone, written
from tidegate.scaling.onboarding.proposal import LOOK_BACK, proposal_metrics, propose
from tidegate.scaling.ports import Metrics

__all__ = ["Ask", "Drafted", "Survey", "survey"]

Ask = Callable[[str, tuple[Candidate, ...]], tuple[str, ...] | None]
"""Which of the tables a function writes, when nothing but a wildcard tells; None when there is
nobody to ask."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Drafted:
    """A pipeline as found, with what is proposed for it. Both mappings are by function: tables with
    the reason why they are taken for its own, and those that a person must decide on."""

    pipeline: Pipeline
    proposal: Proposal
    tables: Mapping[str, tuple[Candidate, ...]]
    undecided: Mapping[str, tuple[Candidate, ...]]


@dataclass(frozen=True, slots=True)
class Survey:
    """All that was found in a region. ``left_out`` can't be looked after; ``unread`` tells of what
    couldn't be read, so that the draft is poorer for it; ``scaled`` are the capacities that
    DynamoDB's own auto scaling sets."""

    region: str
    at: datetime
    drafted: tuple[Drafted, ...]
    left_out: tuple[str, ...]
    unread: tuple[str, ...]
    scaled: ScalableTargets


@dataclass(slots=True)
class _Found:
    spec: PipelineSpec
    tables: dict[str, tuple[Candidate, ...]]
    undecided: dict[str, tuple[Candidate, ...]]


@dataclass(slots=True)
class _Surveyor:
    discovery: Discovery
    ask: Ask
    left_out: list[str] = field(default_factory=list)
    unread: dict[str, None] = field(default_factory=dict)
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def allowed(self, read: Callable[[], Answer], otherwise: Answer) -> Answer:
        """What is read, or the other answer where a permission is missing."""
        try:
            return read()
        except Denied as error:
            self.unread[str(error)] = None
            return otherwise

    def found(self, source: Source) -> _Found | None:
        """A stream's consumers with their tables; None where none is left."""
        found = _Found(PipelineSpec(source.stream, source.stream, []), {}, {})
        for arn in source.function_arns:
            try:
                self._consumer(arn, source, found)
            except (ResourceMissing, Denied) as error:
                self.left_out.append(f"{function_name(arn)} reading {source.stream}: {error}")
        return found if found.spec.consumers else None

    def _consumer(self, arn: str, source: Source, found: _Found) -> None:
        name = function_name(arn)
        access = self.discovery.access(arn)
        policies = self.allowed(lambda: self.discovery.policies(access.role_name), None)
        candidates: list[Candidate] = []
        for sinks in self._sinks(source.arn):
            candidates += written(policies, access.environment, sinks)
            for arn_gone in gone(policies or (), sinks):
                self.left_out.append(
                    f"{arn_gone}: {name} may write to this table, but the table does not exist"
                )
        open_ones = tuple(each for each in candidates if not each.is_sure)
        chosen = self.ask(name, open_ones) if open_ones else ()
        found.tables[name] = tuple(
            each for each in candidates if each.is_sure or each.table in (chosen or ())
        )
        found.undecided[name] = open_ones if chosen is None else ()
        tables = [TableSpec(each.table) for each in found.tables[name]]
        found.spec.consumers.append(ConsumerSpec(name, list(tables)))

    def _sinks(self, source_arn: str) -> Iterator[Sinks]:
        """Those of the source's own account and region."""
        for resource_type in TYPES:
            access = resource_type.operations.write_access
            if access is not None:
                names = self.known.get(access.service, ())
                yield Sinks(names, access.arn_prefix(source_arn), access.actions)

    def described(self, found: _Found) -> Pipeline | None:
        """What is configured; None where something is gone or may not be read."""
        try:
            return self.discovery.describe(found.spec)
        except (ResourceMissing, Denied) as error:
            self.left_out.append(f"{found.spec.stream}: {error}")
            return None


def survey(discovery: Discovery, metrics: Metrics, now: datetime, ask: Ask) -> Survey:
    """Look at a whole region. Raises CloudError where the mappings can't be listed; what else may
    not be read is told in ``unread``."""
    sources, left_out = sorted_out(discovery.mappings())
    surveyor = _Surveyor(discovery, ask, list(left_out))
    pairs: list[tuple[_Found, Pipeline]] = []
    if sources:
        surveyor.known = surveyor.allowed(discovery.sinks, {})
        pairs = list(_pairs(surveyor, sources))
    scaled = ScalableTargets()
    windows: Mapping[Metric, Window] = {}
    if pairs:
        scaled = ScalableTargets(surveyor.allowed(discovery.scalable_targets, ()))
        wanted = [metric for _, pipeline in pairs for metric in proposal_metrics(pipeline)]
        windows = surveyor.allowed(lambda: read_all(metrics, wanted, now - LOOK_BACK, now), windows)
    drafted = tuple(
        Drafted(pipeline, propose(pipeline, windows), found.tables, found.undecided)
        for found, pipeline in pairs
    )
    return Survey(
        discovery.region, now, drafted, tuple(surveyor.left_out), tuple(surveyor.unread), scaled
    )


def _pairs(surveyor: _Surveyor, sources: tuple[Source, ...]) -> Iterator[tuple[_Found, Pipeline]]:
    for source in sources:
        found = surveyor.found(source)
        pipeline = None if found is None else surveyor.described(found)
        if found is not None and pipeline is not None:
            yield found, pipeline
