"""Rule packs: rules as YAML data, made concrete for a pipeline."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.registry import SIGNAL_KINDS
from tidegate.rules.kinds.signal_kind import Place, SignalKind
from tidegate.rules.pack_rule import PackRule, SignalRule, Threshold, pack_rule, signal_rule
from tidegate.rules.rule import EarlierThreshold, Rule
from tidegate.rules.setting_steps import SettingStep, earlier_shares
from tidegate.rules.window import Metric

__all__ = ["in_force", "packs", "rules_for", "thresholds"]

Kinds = tuple[SignalKind, ...]


def _said(text: str) -> Mapping[str, Any]:
    """What a pack says. One that was deployed is JSON, read without a library."""
    if text.startswith("{"):
        said: Mapping[str, Any] = json.loads(text)
        return said
    # Imported here: it is not deployed.
    import yaml

    # The loader in C, where it is there, takes a tenth of the time.
    found: Mapping[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


@cache
def _all(kinds: Kinds) -> tuple[tuple[PackRule, ...], tuple[SignalRule, ...]]:
    rules: list[PackRule] = []
    signals: list[SignalRule] = []
    for kind in kinds:
        said = _said(kind.rules())
        rules += (pack_rule(kind.pack, each) for each in said["rules"])
        signals += (signal_rule(kind.pack, each) for each in said.get("signals", ()))
    shares = {each.name: each.share for each in (*rules, *signals)}
    filled = (
        each if each.same_as is None else replace(each, share=shares[each.same_as])
        for each in rules
    )
    return tuple(filled), tuple(signals)


def packs(kinds: Iterable[SignalKind] = SIGNAL_KINDS) -> tuple[PackRule, ...]:
    """Every rule on a metric of the kinds' packs."""
    return _all(tuple(kinds))[0]


def thresholds(kinds: Iterable[SignalKind] = SIGNAL_KINDS) -> tuple[Threshold, ...]:
    """Every rule of the kinds' packs, those on signals included."""
    rules, signals = _all(tuple(kinds))
    return (*rules, *signals)


def in_force(
    changed: Mapping[str, float], kinds: Iterable[SignalKind] = SIGNAL_KINDS
) -> Mapping[str, float]:
    """The threshold of every rule, where ``changed`` has those that a pipeline sets itself."""
    return {
        each.name: changed.get(each.same_as or each.name, each.share) for each in thresholds(kinds)
    }


def _concrete(rule: PackRule, place: Place, share: float, steps: Sequence[SettingStep]) -> Rule:
    quantity = 1.0 if rule.of is None else place.quantities[rule.of]
    threshold = share * quantity
    words = rule.words(share)
    if rule.of is not None:
        words += f" ({threshold:,.0f} {rule.unit})"
    set_by = () if rule.of is None or not quantity else place.set_by.get(rule.of, ())
    metric, *among = (
        Metric(place.namespace, name, place.dimensions, rule.statistic)
        for name in (rule.metric, *rule.among)
    )
    return Rule(
        name=rule.name,
        where=place.where,
        metric=metric,
        comparison=rule.comparison,
        threshold=threshold,
        hold_seconds=rule.hold_seconds,
        severity=rule.severity,
        missing_data=rule.missing_data,
        unit=rule.unit,
        source=rule.source,
        threshold_because=words,
        divisor=rule.divisor,
        trend=rule.trend,
        among=tuple(among),
        earlier=tuple(
            _until(until, threshold * part, rule, share)
            for until, part in earlier_shares(steps, set_by)
        ),
    )


def _until(moment: datetime, threshold: float, rule: PackRule, share: float) -> EarlierThreshold:
    told = f"{rule.words(share)} ({threshold:,.0f} {rule.unit} until {moment:%H:%M})"
    return EarlierThreshold(moment, threshold, told)


def rules_for(
    pipeline: Pipeline,
    iterator_age_max_seconds: float,
    shares: Mapping[str, float],
    steps: Sequence[SettingStep] = (),
) -> tuple[Rule, ...]:
    """The built-in rules of every part of a pipeline, with the thresholds in force, and those that
    were before the ``steps`` of settings.

    A rule relative to something that isn't there (a reservation, the provisioned units of an
    on-demand table) is left out.
    """
    kinds: Kinds = pipeline.kinds.signals
    known = packs(kinds)
    return tuple(
        [
            _concrete(rule, place, shares[rule.name], steps)
            for kind in kinds
            for place in kind.places(pipeline, iterator_age_max_seconds)
            for rule in known
            if rule.scope == place.scope and (rule.of is None or rule.of in place.quantities)
        ]
    )
