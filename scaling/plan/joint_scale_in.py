"""Scale-ins decided together: the source's units and what is run for each leave the concurrent
executions needed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.recommendation import COOLDOWN, Recommendation
from tidegate.scaling.model.roles import executions_of, source_of
from tidegate.scaling.model.sized import Executions, SourceUnits

__all__ = ["with_enough_executions"]

Decide = Callable[[Recommendation], Decision]
Decisions = Mapping[Lever, Decision]


def with_enough_executions(
    decisions: Iterable[Decision], signals: Signals, said: InFile, decide: Decide
) -> list[Decision]:
    """The decisions, of which none scales in below the concurrent executions that a processor
    needs.

    Where fewer units of the source need more executions for each, they are raised in the same plan;
    where they can't be, the source stays, and so do executions that would be too few by themselves.
    """
    found = {decision.lever: decision for decision in decisions}
    source, processors = source_of(signals.pipeline), executions_of(signals, said)
    if source is None:
        return list(found.values())
    raised = found | {
        decision.lever: decision
        for each in processors
        for decision in _raised_for_fewer_units(found, source, each, said, decide)
    }
    if not list(_too_few(raised, source, processors)):
        return list(raised.values())
    if source.lever in found and found[source.lever].allowed < found[source.lever].current:
        reasons = (reason for _, reason in _too_few(raised, source, processors))
        found[source.lever] = _stays(found[source.lever], *reasons)
    for lever, reason in _too_few(found, source, processors):
        found[lever] = _stays(found[lever], reason)
    return list(found.values())


def _raised_for_fewer_units(
    decisions: Decisions,
    source: SourceUnits,
    executions: Executions,
    said: InFile,
    decide: Decide,
) -> Iterator[Decision]:
    of_source, of_each = decisions.get(source.lever), decisions[executions.lever]
    if of_source is None:
        return
    bounds = said.bounds(executions.lever)
    # Of a lever that isn't Tidegate's, what is wanted is advice: it goes with that of the source.
    is_advice = bounds is None or bounds.owner != "tidegate"
    count = of_source.wanted if is_advice and not of_source.changes else of_source.allowed
    least = executions.least_setting(count, HOUR_SECONDS)
    if count < of_source.current and of_each.wanted < least:
        because = executions.why_raised(count)
        yield decide(Recommendation(of_each.lever, of_each.current, least, because))


def _too_few(
    decisions: Decisions, source: SourceUnits, processors: Iterable[Executions]
) -> Iterator[tuple[Lever, Reason]]:
    """The processors that a scale-in would leave with fewer concurrent executions than needed."""
    of_source = decisions.get(source.lever)
    count = source.count if of_source is None else of_source.allowed
    narrower = count < source.count
    for executions in processors:
        of_each = decisions[executions.lever]
        if not narrower and of_each.allowed >= of_each.current:
            continue
        # They can be raised again within a minute: what is needed of them is what is busy now.
        seconds = HOUR_SECONDS if narrower else int(COOLDOWN.total_seconds())
        reason = executions.too_few(count, of_each.allowed, seconds)
        if reason is not None:
            yield executions.lever, reason


def _stays(decision: Decision, *reasons: Reason) -> Decision:
    return replace(
        decision,
        allowed=decision.current,
        held_by=(*decision.held_by, *reasons),
        usd_per_month=0.0,
    )
