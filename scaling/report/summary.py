"""The summary of a sweep: health, advice for a person, and what constraints held back."""

from collections.abc import Callable, Iterator, Mapping

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis.contradicted import firing_critical, is_by_rule
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.rule import Finding
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.change_record import Lever, Outcome
from tidegate.scaling.model.effect import is_take_back
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.monthly_price import Price
from tidegate.scaling.model.plan import Decision, Plan
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.snapshot import Held
from tidegate.scaling.report import words
from tidegate.scaling.report.healing import healing_of, waits_for_change
from tidegate.scaling.report.sweep_report import Change, Healing

__all__ = [
    "advice_of",
    "change_verb",
    "change_words",
    "health_of",
    "held_of",
    "held_words",
    "is_silent",
    "left_out",
]

_FOREIGN = (ReasonKind.NO_OWNER, ReasonKind.OTHER_OWNER, ReasonKind.SECOND_OWNER)
_WELL = (Cause.HEALTHY, Cause.OVERSIZED)


def health_of(
    look: Look, plan: Plan, changes: tuple[Change, ...], findings: tuple[Finding, ...]
) -> tuple[Health, Healing | None]:
    """Sick when something is left that this sweep neither cured nor set going; what makes it well,
    with its deadline, while it is healing."""
    diagnoses = look.diagnoses
    causes = {diagnosis.cause for diagnosis in diagnoses}
    if Cause.UNKNOWN in causes:
        by_rule = all(map(is_by_rule, diagnoses))
        return Health.SICK if by_rule else Health.UNKNOWN, None
    if causes.issubset(_WELL) and not _is_late(look.signals):
        return Health.SICK if firing_critical(findings) else Health.HEALTHY, None
    # A change that is only shown, in a dry run, sets nothing going.
    failed = any(change.outcome in (None, Outcome.FAILED) for change in changes)
    undone = any(_is_undone(each, look) for each in plan.decisions)
    is_ill = not causes.issubset(_WELL)
    if is_ill and (failed or undone or any(diagnosis.advice for diagnosis in diagnoses)):
        return Health.SICK, None
    healing = healing_of(look, plan.decisions, changes)
    return Health.SICK if healing is None else Health.HEALING, healing


def _is_late(signals: Signals) -> bool:
    """Whether records are late or refused though no cause is there for more of that."""
    return signals.is_out_of_objective or signals.is_restarting or signals.refusals_fall


def is_silent(signals: Signals, diagnoses: tuple[Diagnosis, ...]) -> bool:
    """Whether CloudWatch tells nothing fresh, or fails to tell a part and the rest is in order."""
    causes = {diagnosis.cause for diagnosis in diagnoses}
    only_unread = bool(signals.series.unread) and causes == {Cause.UNKNOWN}
    return signals.series.judged_until is None or (only_unread and len(diagnoses) == 1)


def _is_undone(decision: Decision, look: Look) -> bool:
    """Whether nothing is done, or under way, of a raise, or of what else cures an incident: fewer
    subtasks a KPU give each of them more. What is taken back cures nothing."""
    if is_take_back(decision):
        return True
    cures = any(decision.lever.kind in diagnosis.cured_by for diagnosis in look.diagnoses)
    is_needed = decision.wanted > decision.current or (
        cures and decision.wanted != decision.current
    )
    is_held = decision.allowed == decision.current
    return is_needed and is_held and not waits_for_change(look, decision)


def advice_of(
    diagnoses: tuple[Diagnosis, ...],
    plan: Plan,
    monthly_usd: Callable[[Lever, int], float],
    conflicts: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """What only a person can do: cures without a lever, levers that aren't Tidegate's, are at the
    file's ``max`` or did not help, and levers that have two owners. ``monthly_usd`` is what a
    setting of a lever costs."""
    cures = [
        f"{diagnosis.where}: {diagnosis.advice}" for diagnosis in diagnoses if diagnosis.advice
    ]
    levers = [_advised(each, monthly_usd) for each in plan.decisions if _is_foreign(each)]
    in_vain = () if cures else _in_vain(plan)
    at_most = [_wider(each, monthly_usd) for each in plan.decisions if _is_at_most(each, diagnoses)]
    return (*cures, *in_vain, *levers, *at_most, *conflicts)


def _in_vain(plan: Plan) -> Iterator[str]:
    """For each lever whose last raise was judged as not having helped."""
    reasons = (reason for each in plan.decisions for reason in (*each.held_by, each.because))
    judged = (each for each in reasons if each.kind == ReasonKind.INEFFECTIVE)
    levers = dict.fromkeys(dict(each.numbers).get("lever") for each in judged)
    for lever in levers:
        if isinstance(lever, Lever):
            yield str(words.IN_VAIN(lever=lever, where=lever.where))


def _is_foreign(decision: Decision) -> bool:
    """Whether a person can set what Tidegate must not. What another owner goes on setting, it would
    set back: there the advice is to let one of the two own it."""
    held = decision.held_by
    return any(each.kind in _FOREIGN for each in held) and not any(map(_is_set_back, held))


def _is_set_back(reason: Reason) -> bool:
    """By bounds of its own, or until a day after its last changes but one."""
    numbers = dict(reason.numbers)
    is_active = {"min", "max"} <= numbers.keys() or "until" in numbers
    return reason.kind is ReasonKind.SECOND_OWNER and is_active


def _is_at_most(decision: Decision, diagnoses: tuple[Diagnosis, ...]) -> bool:
    """Whether only the file's ``max`` keeps a lever from curing anything of an incident."""
    held = decision.held_by
    by_file = bool(held) and all(each.kind is ReasonKind.FILE_RANGE for each in held)
    cures = any(decision.lever.kind in each.cured_by for each in diagnoses)
    return by_file and cures and decision.wanted > decision.current == decision.allowed


def _advised(decision: Decision, monthly_usd: Callable[[Lever, int], float]) -> str:
    before, after = decision.current, decision.wanted
    verb = "raise" if after > before else "lower"
    return f"{verb} {decision.lever.change(before, after)}: {_why(decision, monthly_usd)}"


def _wider(decision: Decision, monthly_usd: Callable[[Lever, int], float]) -> str:
    lever, most = decision.lever, decision.lever.amount(decision.wanted)
    return f"raise max of the {lever:words} in the pipeline file to {most}: " + _why(
        decision, monthly_usd
    )


def _why(decision: Decision, monthly_usd: Callable[[Lever, int], float]) -> str:
    lever, (before, after) = decision.lever, (decision.current, decision.wanted)
    price = Price("the change", monthly_usd(lever, after) - monthly_usd(lever, before))
    beside = f" ({price})" if price.monthly_usd else ""
    return f"{decision.because}{beside}"


def change_words(decision: Decision) -> str:
    """A change as one line, to be read after its verb: what, from, to, why, what limits it."""
    lever, limits = decision.lever, "; ".join(map(str, decision.held_by))
    limited = f" (instead of {lever.amount(decision.wanted)}: {limits})" if limits else ""
    change = lever.change(decision.current, decision.allowed)
    return f"{change}: {decision.because}{limited}"


def change_verb(decision: Decision) -> str:
    """What was done to the lever, in the past tense."""
    return "raised" if decision.allowed > decision.current else "lowered"


def held_words(decision: Decision) -> str:
    """What is recommended, what is allowed, and the constraints."""
    lever, allowed = decision.lever, decision.lever.amount(decision.allowed)
    verb = "stays at" if decision.allowed == decision.current else "is set to"
    return (
        f"{lever:words} {verb} {allowed} instead of {lever.amount(decision.wanted)}: "
        + "; ".join(map(str, decision.held_by))
    )


def held_of(plan: Plan, changes: tuple[Change, ...]) -> tuple[Held, ...]:
    """Every demand not met in full, and every change that did not go through."""
    held = [
        Held(
            str(each.lever),
            each.wanted > each.current,
            tuple(sorted({str(reason.kind) for reason in each.held_by})),
            held_words(each),
        )
        for each in plan.decisions
        if each.held_by
    ]
    failed = [
        Held(
            str(decision.lever),
            decision.allowed > decision.current,
            (change.refusal or change.outcome.value,),
            f"the change of {decision.lever.change(decision.current, decision.allowed)} was not "
            f"made: {change.detail}",
        )
        for change in changes
        if change.outcome is not None and change.outcome is not Outcome.DONE
        for decision in change.decisions
    ]
    return (*held, *failed)


def left_out(windows: Mapping[Metric, Window]) -> tuple[str, ...]:
    """A sentence for every metric with data points that can't have been measured."""
    return tuple(
        f"{metric.name} of {', '.join(value for _, value in metric.dimensions)}: "
        f"{window.unusable} invalid data point{'s'[: window.unusable > 1]} ignored "
        f"({metric.namespace} metrics are never negative, infinite or not a number)"
        for metric, window in windows.items()
        if window.unusable
    )
