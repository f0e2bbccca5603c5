"""What is under way that heals a pipeline, and until when that may take.

Past that moment it is sick: healing is no word for waiting.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tidegate.rules.diagnosis.contradicted import contradicted, firing_critical
from tidegate.rules.graph import Role
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason
from tidegate.rules.rule import Finding
from tidegate.scaling.config.levers import resource_of
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.effect import is_take_back
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.reason import UNDER_WAY
from tidegate.scaling.model.recommendation import BURST_COVERS, COOLDOWN
from tidegate.scaling.model.resource_type import types_of
from tidegate.scaling.model.roles import planning_of, role_of, source_of
from tidegate.scaling.report import words
from tidegate.scaling.report.sweep_report import Change, Healing

__all__ = ["healing_of", "held_against_rules", "is_passing", "waits_for_change"]

_SET_GOING = (Outcome.BEGUN, Outcome.DONE, Outcome.UNKNOWN)


def healing_of(
    look: Look, decisions: Sequence[Decision] = (), changes: Sequence[Change] = ()
) -> Healing | None:
    """The one that may take longest; None where nothing is under way or passing by itself, or its
    time is over."""
    found = [
        *_made_now(look, changes),
        *(healing for _, healing in _made_before(look)),
        *_passing(look),
        *_borne(look, decisions),
    ]
    on_time = [each for each in found if each.until > look.now]
    return max(on_time, key=lambda each: each.until, default=None)


def is_passing(look: Look) -> bool:
    """Whether what is late or refused is so no longer than it takes to pass."""
    signals = look.signals
    late = signals.is_out_of_objective or signals.is_restarting or signals.refusals_fall
    return late and healing_of(look) is not None


def held_against_rules(look: Look, findings: Sequence[Finding]) -> Look:
    """The same look where no critical rule fires; else contradicted, with diagnoses as the rules
    leave them, or what keeps a backlog from draining in time. What is passing explains the rules of
    packs, such as on a backlog that drains; it doesn't explain those of the pipeline file."""
    fires = firing_critical(findings)
    if not fires:
        return look
    passes = is_passing(look)
    if passes:
        fires = tuple(each for each in fires if each.rule.name not in look.signals.thresholds)
    found = contradicted(look.diagnoses, fires)
    if found != look.diagnoses and not passes:
        kinds = look.signals.pipeline.kinds.signals
        slow = tuple(each for kind in kinds for each in kind.slow_to_drain(look.signals))
        found = slow or found
    return replace(look, diagnoses=found, signals=replace(look.signals, is_contradicted=True))


def waits_for_change(look: Look, decision: Decision) -> bool:
    """Whether nothing but earlier changes holds a decision back: each still to take effect or to be
    judged, and within its time."""
    under_way = {
        resource_of(record.lever)
        for record, healing in _made_before(look)
        if healing.until > look.now
    }
    waits = [
        reason.kind in UNDER_WAY and resource_of(_raised(reason, decision)) in under_way
        for reason in decision.held_by
    ]
    return bool(waits) and all(waits)


def _raised(reason: Reason, decision: Decision) -> Lever:
    """The lever whose change is to end or to be judged: of several that give one quantity together,
    it may be another."""
    named = dict(reason.numbers).get("lever")
    return named if isinstance(named, Lever) else decision.lever


def _made_now(look: Look, changes: Sequence[Change]) -> Iterator[Healing]:
    for change in changes:
        if change.outcome in _SET_GOING:
            for each in change.decisions:
                adds = _adds_capacity(look, each.lever, each.current, each.allowed)
                if adds and not is_take_back(each):
                    yield _by_change(look, each.lever, look.now)


def _made_before(look: Look) -> Iterator[tuple[ChangeRecord, Healing]]:
    for each in _records(look):
        if each.outcome in _SET_GOING and _adds_capacity(
            look, each.lever, each.from_capacity, each.to_capacity
        ):
            yield each, _by_change(look, each.lever, each.begun_at)


def _records(look: Look) -> Iterator[ChangeRecord]:
    """What was taken back since it did not help heals nothing, nor does what someone else undid."""
    known, undone = (*look.history.change_records, *look.history.others), _undone(look.history)
    return (
        each
        for each in known
        if each.lever.is_known and not each.takes_back and each.entry_id not in undone
    )


def _undone(history: History) -> frozenset[str]:
    """Changes of Tidegate's after which someone else moved the lever the other way, and theirs."""
    found: set[str] = set()
    for own in history.change_records:
        for theirs in history.others:
            is_later = theirs.lever == own.lever and theirs.begun_at >= own.begun_at
            if is_later and _step(own) * _step(theirs) < 0:
                found |= {own.entry_id, theirs.entry_id}
    return frozenset(found)


def _step(record: ChangeRecord) -> int:
    return record.to_capacity - record.from_capacity


def _adds_capacity(look: Look, lever: Lever, before: int, after: int) -> bool:
    """A raise, or a change that a cause of now is cured by: fewer subtasks for each KPU are one."""
    latency = {kind for each in types_of(look.signals.pipeline) for kind in each.latency_levers}
    cured = {kind for diagnosis in look.diagnoses for kind in diagnosis.cured_by}
    return lever.kind in cured or (after > before and lever.kind not in latency)


def _by_change(look: Look, lever: Lever, begun_at: datetime) -> Healing:
    """It has to take effect, to show in the metrics, and to catch up."""
    until = begun_at + _takes(look, lever) + COOLDOWN + _catch_up(look)
    return Healing(words.CHANGED_AT(lever=lever, begun_at=begun_at), until)


def _takes(look: Look, lever: Lever) -> timedelta:
    pipeline = look.signals.pipeline
    source, role = source_of(pipeline), role_of(lever, pipeline)
    if role is Role.SOURCE and source is not None:
        return timedelta(seconds=source.change_takes_seconds)
    return timedelta() if role is None else planning_of(lever, pipeline).in_effect_after


def _catch_up(look: Look) -> timedelta:
    return timedelta(seconds=look.said.catch_up_seconds)


def _passing(look: Look) -> Iterator[Healing]:
    """What passes without a change: a backlog that drains, refusals that get fewer, a start."""
    signals = look.signals
    if signals.is_out_of_objective and signals.age_falls:
        yield _drain(look)
    if signals.refusals_fall:
        yield Healing(words.REFUSED_LESS(), signals.refusals_fall_until + COOLDOWN)
    catching_up = (kind.is_catching_up(signals) for kind in signals.pipeline.kinds.signals)
    if signals.is_restarting or any(catching_up):
        yield Healing(words.STARTS(), look.now + COOLDOWN + _catch_up(look))
    changed = None if _heals_nothing(look) else signals.changed_at
    if changed is not None and signals.changed_within(RECENT_SECONDS):
        yield Healing(words.NOT_SHOWN_YET(changed_at=changed), changed + COOLDOWN)


def _heals_nothing(look: Look) -> bool:
    """Whether the newest change took a raise back that did not help, or undid one: what it shows
    heals nothing either."""
    changed, undone = look.signals.changed_at, _undone(look.history)
    known = (*look.history.change_records, *look.history.others)
    return any(
        each.begun_at == changed and (each.takes_back or each.entry_id in undone) for each in known
    )


def _drain(look: Look) -> Healing:
    """In time where it will be gone within the time to catch up at its speed, or since it was at
    its highest."""
    signals = look.signals
    over = (signals.age_seconds or 0.0) - signals.iterator_age_max_seconds
    left = timedelta(seconds=over / -signals.age_growth)
    told = words.DRAINS(age_seconds=signals.age_seconds or 0.0, age_name=signals.age_name)
    if left <= _catch_up(look):
        return Healing(told, look.now + left + COOLDOWN)
    return Healing(told, _highest_at(signals) + COOLDOWN + _catch_up(look))


def _highest_at(signals: Signals) -> datetime:
    return max(signals.ages, key=lambda age: (age.seconds, age.at)).at


def _borne(look: Look, decisions: Sequence[Decision]) -> Iterator[Healing]:
    """Burst credits of a table that cover a spike are gone by then, or the spike is."""
    for each in decisions:
        if each.because.kind == BURST_COVERS.kind:
            yield Healing(each.because, look.now + _catch_up(look))
