"""The health of each reader: what of a pipeline's incident is about it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tidegate.rules.cause import Cause
from tidegate.rules.diagnosis.contradicted import firing_critical
from tidegate.rules.flow import ReaderHealth
from tidegate.rules.graph import Pipeline, Resource
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.rule import Finding, Rule
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.look import Look

__all__ = ["reader_verdicts"]


def reader_verdicts(
    look: Look, readers: Sequence[ReaderHealth], findings: Sequence[Finding], health: Health
) -> tuple[Health, ...]:
    """Healthy is only who has a grade and reads in time, in whom no cause is found, and for whom
    no critical rule fires; who is not, is healing while its pipeline is."""
    rules = [each.rule for each in firing_critical(findings)]
    are_all_shown = all(each.grade is not None for each in readers)
    found = []
    for reader in readers:
        doubted = health is Health.UNKNOWN and are_all_shown and not _is_by_itself(look, reader)
        is_shown = reader.grade is not None and not doubted
        ill = _illness(look, reader, health)
        if any(_concerns(rule, look.signals, reader) for rule in rules) or ill is Health.SICK:
            found.append(Health.HEALING if health is Health.HEALING else Health.SICK)
        else:
            found.append(ill or (Health.HEALTHY if is_shown else Health.UNKNOWN))
    return tuple(found)


def _is_by_itself(look: Look, reader: ReaderHealth) -> bool:
    """Whether it is shown to be well by what it tells itself, though nobody knows whose the age of
    the source is."""
    series = look.signals.series
    return reader.keeps_up and series.judged_until is not None and not series.unread


def _illness(look: Look, reader: ReaderHealth, health: Health) -> Health | None:
    """By what is found in it or in what it writes to, or by what it reads too late. A sink may have
    the name of the source, or of the pipeline: what is found there is not taken for the sink's."""
    signals, pipeline = look.signals, look.signals.pipeline
    names = _names(pipeline, reader) - {pipeline.source.name, pipeline.name} | {reader.name}
    found = {each.cause for each in look.diagnoses if each.where in names}
    causes = found - {Cause.HEALTHY, Cause.OVERSIZED}
    own = reader.own_age_seconds
    late = signals.is_out_of_objective if own is None else own > signals.iterator_age_max_seconds
    if causes - {Cause.UNKNOWN} or (late and health in (Health.HEALING, Health.SICK)):
        return Health.SICK
    return Health.UNKNOWN if causes else None


def _concerns(rule: Rule, signals: Signals, reader: ReaderHealth) -> bool:
    """Whether a rule that fires may be about a reader: not if it judges another one, or what only
    others write to; nor if it judges the age of the reader furthest behind, and this one reads in
    time by its own."""
    pipeline, own_age = signals.pipeline, reader.own_age_seconds
    ages = (metric for kind in pipeline.kinds.signals for metric in kind.shared_ages(pipeline))
    if any(replace(rule.metric, statistic=age.statistic) == age for age in ages):
        return own_age is None or own_age > signals.iterator_age_max_seconds
    judged = {rule.where, *(value for _, value in rule.metric.dimensions)}
    own = {pipeline.source.name, *_names(pipeline, reader)}
    others = {name for each in pipeline.processors for name in _reaches(each)}
    return not judged.isdisjoint(own) or judged.isdisjoint(others)


def _names(pipeline: Pipeline, reader: ReaderHealth) -> set[str]:
    readers = (each for each in pipeline.processors if each.name == reader.name)
    return {name for each in readers for name in _reaches(each)}


def _reaches(reader: Resource) -> Iterator[str]:
    """The names of a reader and of what it writes to."""
    yield reader.name
    yield from (sink.name for sink in reader.writes)
