"""One sweep: observe, judge, diagnose, recommend, constrain, plan, execute, record, notify."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.evaluate import evaluate, judged
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.packs import in_force
from tidegate.rules.kinds.signal_series import series_from, series_metrics
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.rule import Rule
from tidegate.rules.window import LOOK_BACK, Metric, Window
from tidegate.scaling.autoscaling_api.carry_on import carry_on
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.config.user_rules import rules_of
from tidegate.scaling.constraints.changed_by_others import changed_by_others
from tidegate.scaling.constraints.owners_asked import OwnersAsked
from tidegate.scaling.execute.observe import Observed, as_of, observe, with_settled
from tidegate.scaling.ledger.seen_levers import with_others
from tidegate.scaling.load.horizons import ForecastHorizons, forecast_horizons, past_metric
from tidegate.scaling.load.load_history import PAST
from tidegate.scaling.model.effect import is_take_back
from tidegate.scaling.model.errors import OutOfTime, as_known
from tidegate.scaling.model.known_steps import setting_steps
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Plan
from tidegate.scaling.model.read_all import read_all
from tidegate.scaling.model.resource_type import types_of
from tidegate.scaling.model.roles import lever_monthly_usd, plannings, source_of
from tidegate.scaling.notify.follow_up import follow_up, keep
from tidegate.scaling.notify.silent_places import waiting_once
from tidegate.scaling.plan.decide import decide
from tidegate.scaling.ports import Cloud, Edges, Metrics
from tidegate.scaling.report.advice_price import with_prices
from tidegate.scaling.report.healing import held_against_rules
from tidegate.scaling.report.report_of import report_of
from tidegate.scaling.report.snapshot import of_unreached
from tidegate.scaling.report.summary import advice_of, left_out
from tidegate.scaling.report.sweep_report import Change, PipelineReport, SweepReport, Unreached

__all__ = ["sweep"]


def sweep(
    specs: Sequence[PipelineSpec],
    edges: Edges,
    now: datetime,
    *,
    holder: str,
    dry_run: bool = False,
) -> SweepReport:
    """Look at every pipeline and change what is needed; with ``dry_run`` nothing is changed.
    Levers of Application Auto Scaling are moved towards what it asked for.

    One pipeline's error, of whatever type, never stops another: it is reported as unreached, and
    so is every pipeline that there is no time left for. ``holder`` must differ between sweeps
    that may overlap.
    """
    edges = replace(edges, cloud=OwnersAsked(edges.cloud), notices=waiting_once(edges))
    reports: list[PipelineReport] = []
    unreached: list[Unreached] = []
    behind = () if dry_run else carry_on(specs, edges, now, holder)
    for spec in specs:
        if edges.is_late():
            unreached.append(Unreached(spec.name, OutOfTime("the sweep ran out of time")))
            continue
        found = _found(spec, edges, now, holder, dry_run)
        if isinstance(found, PipelineReport):
            reports.append(found)
            continue
        unreached.append(found)
        if not dry_run:
            # The ledger may be what can't be reached; the report has the error either way.
            with suppress(Exception):
                keep(of_unreached(found, now), edges.ledger)
    told = {each.name for each in unreached}
    unreached += [each for each in behind if each.name not in told]
    return SweepReport(now, tuple(reports), tuple(unreached))


def _found(
    spec: PipelineSpec, edges: Edges, now: datetime, holder: str, dry_run: bool
) -> PipelineReport | Unreached:
    """What became of one pipeline: its boundary to the others."""
    try:
        return _sweep_one(spec, edges, now, holder, dry_run)
    except Exception as error:
        return Unreached(spec.name, as_known(error))


def _sweep_one(
    spec: PipelineSpec, edges: Edges, now: datetime, holder: str, dry_run: bool
) -> PipelineReport | Unreached:
    seen = observe(spec, edges, now)
    seen = as_of(seen, now) if dry_run else with_settled(seen, edges, now)
    pipeline, looked_at = seen.pipeline, seen.looked_at
    history = with_others(seen.history, pipeline, edges.ledger, looked_at, keep=not dry_run)
    steps = setting_steps(history, now - LOOK_BACK)
    rules = rules_of(pipeline, spec, steps)
    windows = _read(edges.metrics, pipeline, rules, now)
    signals = Signals(
        pipeline,
        series_from(pipeline, windows, now),
        spec.objective.iterator_age_max_seconds,
        history.last_change_of_any(but=_latency_levers(pipeline)),
        thresholds=in_force(spec.thresholds, pipeline.kinds.signals),
        steps=steps,
    )
    signals, unseen = _looked_closer(signals, edges.cloud, now)
    findings = tuple(evaluate(rule, judged(rule, windows), now) for rule in rules)
    past, unforeseen = _load_history(signals, edges.metrics, now)
    signals = replace(signals, load_history=past)
    expected = _expected(signals, spec, now)
    look = Look(signals, diagnose(signals), in_file(spec), history, now)
    look = with_prices(held_against_rules(look, findings))
    look, plan, unsure = _decided(look, expected, edges.cloud)
    look = replace(look, diagnoses=_oversized(look, plan))
    owners = (*_kinds_advice(look), *changed_by_others(look, spec, looked_at))
    changes = _carried_out(plan, seen, edges, now, None if dry_run else holder)
    try:
        report = report_of(look, windows, findings, plan, changes)
        price = partial(lever_monthly_usd, signals)
        advice = advice_of(look.diagnoses, plan, price, owners)
        report = replace(report, advice=advice + unseen + unsure + unforeseen + left_out(windows))
    except Exception as error:
        return Unreached(spec.name, as_known(error), changes)
    return report if dry_run else follow_up(report, spec, edges, holder)


def _decided(
    look: Look, expected: ForecastHorizons | None, cloud: Cloud
) -> tuple[Look, Plan, tuple[str, ...]]:
    """The plan, made anew where a closer look doesn't bear out the first one; with that look, and
    why it failed where it did."""
    plan, signals = decide(look, expected), look.signals
    unsure: tuple[str, ...] = ()
    for planning in plannings(look.signals.pipeline):
        signals, failed = planning.look_before(signals, plan, cloud, look.now)
        unsure += failed
    if signals is look.signals:
        return look, plan, unsure
    look = replace(look, signals=signals)
    return look, decide(look, expected), unsure


def _carried_out(
    plan: Plan, seen: Observed, edges: Edges, now: datetime, holder: str | None
) -> tuple[Change, ...]:
    """What became of the plan; without a holder it is only shown."""
    if not plan.actions:
        return ()
    # Imported here: most sweeps change nothing, and a cold start is shorter without it.
    from tidegate.scaling.execute.executor import Executor, shown

    return shown(plan) if holder is None else Executor(edges, holder, now, seen).act(plan)


def _read(
    metrics: Metrics, pipeline: Pipeline, rules: tuple[Rule, ...], now: datetime
) -> dict[Metric, Window]:
    judged_by = (metric for rule in rules for metric in (rule.metric, *rule.among))
    wanted = dict.fromkeys([*series_metrics(pipeline), *judged_by])
    end = now.replace(second=0, microsecond=0)
    return dict(metrics.read(tuple(wanted), end - LOOK_BACK, end))


def _load_history(
    signals: Signals, metrics: Metrics, now: datetime
) -> tuple[Window | None, tuple[str, ...]]:
    """What came in for days, by what CloudWatch has kept, and why that isn't known; it keeps
    nothing of what comes into a topic."""
    if source_of(signals.pipeline) is None:
        return None, ()
    metric = past_metric(signals)
    try:
        return read_all(metrics, (metric,), now - PAST, now)[metric], ()
    except Exception as error:
        # A sick pipeline is cured without a forecast, as one is whose past isn't known yet.
        return None, (f"the load of {signals.pipeline.name} has no forecast: {as_known(error)}",)


def _expected(signals: Signals, spec: PipelineSpec, now: datetime) -> ForecastHorizons | None:
    source, past = source_of(signals.pipeline), signals.load_history
    if source is None or past is None:
        return None
    catch_up, lasts = spec.objective.catch_up_seconds, source.change_lasts_seconds
    return forecast_horizons(signals, past, catch_up, lasts, now)


def _looked_closer(
    signals: Signals, cloud: Cloud, now: datetime
) -> tuple[Signals, tuple[str, ...]]:
    """With what kinds look into beyond their metrics, and why that failed where it did."""
    unseen: tuple[str, ...] = ()
    for planning in plannings(signals.pipeline):
        signals, failed = planning.look_closer(signals, cloud, now)
        unseen += failed
    return signals, unseen


def _kinds_advice(look: Look) -> Iterator[str]:
    """Of each kind of resource, upstream first."""
    for planning in reversed(plannings(look.signals.pipeline)):
        yield from planning.advice(look)


def _latency_levers(pipeline: Pipeline) -> frozenset[LeverKind]:
    return frozenset([kind for each in types_of(pipeline) for kind in each.latency_levers])


def _oversized(look: Look, plan: Plan) -> tuple[Diagnosis, ...]:
    diagnoses, latency = look.diagnoses, _latency_levers(look.signals.pipeline)
    decisions = (each for each in plan.decisions if each.lever.kind not in latency)
    lower = [e for e in decisions if e.wanted < e.current and not is_take_back(e)]
    if not lower or any(each.cause is not Cause.HEALTHY for each in diagnoses):
        return diagnoses
    evidence = tuple(
        Reason.of(
            "oversized",
            "the {lever:words} is {amount}, more than needed: {because}",
            lever=each.lever,
            current=each.current,
            amount=each.lever.amount(each.current),
            because=each.because,
        )
        for each in lower
    )
    kinds = tuple(dict.fromkeys(each.lever.kind for each in lower))
    return (Diagnosis(Cause.OVERSIZED, lower[0].lever.where, evidence, cured_by=kinds),)
