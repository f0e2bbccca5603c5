"""What a pipeline needed hour by hour, and what following that comes to: pure functions.

The sizes are those that a sweep asks for; the replay keeps to the budgets that a sweep keeps to.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from statistics import fmean

from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.levers import lever_spec
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.constraints.operator import constrain
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.model.bill import Need
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.recommendation import BLIND_SHARE
from tidegate.scaling.model.roles import executions_of, plannings, source_of, units_of
from tidegate.scaling.model.sized import SourceUnits
from tidegate.scaling.recommend.learned import learn
from tidegate.scaling.recommend.sizing import CAPACITY_USE, size

__all__ = ["needs"]

HOUR = 60
"""Minutes of a step of the replay: a scale-in waits for the trailing hour's peak."""


def needs(signals: Signals, spec: PipelineSpec) -> tuple[Need, ...]:
    """The needs of the source and of every capacity of a sink, from all of the windows that there
    are.

    An hour that no metric tells of needs what the one before it did: silence is never low. A lever
    that no hour tells of is left out.
    """
    hours = _sized_by_hour(signals, spec)
    source = source_of(signals.pipeline)
    found = [] if source is None else [*_of_source(source, hours, signals, spec)]
    for planning in plannings(signals.pipeline):
        for lever, consumed in planning.consumption(signals):
            found += _of_sink(lever, consumed, hours, spec)
    return tuple(found)


Sized = dict[Lever, int]


def _sized_by_hour(signals: Signals, spec: PipelineSpec) -> list[Sized | None]:
    """What a sweep would ask for at the peak of each hour; None for an hour without a load."""
    stream = signals.series.source
    model, said = learn(signals), in_file(spec)
    units = units_of(signals.pipeline)
    sized: list[Sized | None] = []
    for records, bytes_in in zip(
        _peaks(stream.incoming_records), _peaks(stream.incoming_bytes), strict=True
    ):
        if records is None:
            sized.append(None)
            continue
        demands = size(model, Load(records, bytes_in or 0.0), said, units)
        sized.append({each.lever: each.capacity for each in demands})
    return sized


def _peaks(window: Window) -> list[float | None]:
    """The largest minute of each hour as a rate per second, None for an hour without any."""
    hours = [window.samples[at : at + HOUR] for at in range(0, len(window.samples), HOUR)]
    highest = [max((each for each in hour if each is not None), default=None) for hour in hours]
    return [None if each is None else each / window.metric.period_seconds for each in highest]


def _for_executions(signals: Signals, spec: PipelineSpec) -> list[int]:
    """Units for the executions that were really busy in the busiest minute of each hour, with as
    many for each as the file lets be set."""
    by_processor = [
        [executions.units_for((busy or 0.0) / 1000) for busy in _peaks(executions.durations)]
        for executions in executions_of(signals, in_file(spec))
    ]
    none = [1] * len(_peaks(signals.series.source.incoming_records))
    return [max(hour) for hour in zip(none, *by_processor, strict=True)]


def _of_source(
    source: SourceUnits, sized: Sequence[Sized | None], signals: Signals, spec: PipelineSpec
) -> Iterator[Need]:
    """By the load, and never fewer than the executions that were really busy need."""
    wanted = [
        None if hour is None else max(hour[source.lever], least)
        for hour, least in zip(sized, _for_executions(signals, spec), strict=True)
    ]
    hours = _known(wanted, source.lever, spec)
    if hours:
        start = signals.series.source.incoming_records.start
        followed = fmean(_source_followed(source, hours, spec, start))
        yield Need(source.lever, max(hours), followed)


def _of_sink(
    lever: Lever, consumed: Window, sized: Sequence[Sized | None], spec: PipelineSpec
) -> Iterator[Need]:
    """By the load, which throttling does not hide, and never less than what was consumed."""
    use = spec.target_utilization.capacity or CAPACITY_USE
    wanted = [
        None if units is None else max(ceil(units / use), (hour or {}).get(lever, 1))
        for hour, units in zip(sized, _peaks(consumed), strict=True)
    ]
    hours = _known(wanted, lever, spec)
    if hours:
        yield Need(lever, max(hours), fmean(_followed(hours)))


def _known(hours: Sequence[int | None], lever: Lever, spec: PipelineSpec) -> list[int]:
    """Each hour within the file's bounds, those without data like the hour before."""
    said = lever_spec(spec, lever)
    last = next((each for each in hours if each is not None), None)
    known: list[int] = []
    for each in hours:
        last = last if each is None else each
        if last is not None:
            known.append(last if said is None else min(max(last, said.min), said.max))
    return known


def _followed(hours: Sequence[int]) -> Iterator[int]:
    """Up at once, down to the trailing hour's need. One decrease an hour is always within
    DynamoDB's budget (27 a day)."""
    current = hours[0]
    yield current
    for before, need in pairwise(hours):
        current = _wanted(current, before, need)
        yield current


def _wanted(current: int, before: int, need: int) -> int:
    if need > current:
        return need
    floor = max(before, need)
    return floor if current - floor >= BLIND_SHARE * current else current


def _source_followed(
    source: SourceUnits, hours: Sequence[int], spec: PipelineSpec, start: datetime
) -> Iterator[int]:
    """The same within what calls the source takes: so many a day, each by so much."""
    said = lever_spec(spec, source.lever)
    most = max(hours) if said is None else said.max
    current, change_records = hours[0], list[ChangeRecord]()
    yield current
    for at, (before, need) in enumerate(pairwise(hours), start=1):
        now = start + at * timedelta(hours=1)
        wanted = _wanted(current, before, need)
        while wanted != current:
            history = History(tuple(change_records))
            bounds = source.call_constraints(current, wanted, most, history, now)
            allowed, _ = constrain(current, wanted, bounds)
            if allowed == current:
                break
            change_records.append(_update(source, current, allowed, now))
            current = allowed
        change_records = [
            each for each in change_records if now - each.begun_at < timedelta(hours=25)
        ]
        yield current


def _update(source: SourceUnits, current: int, allowed: int, now: datetime) -> ChangeRecord:
    name = f"replay/{now.isoformat()}/{current}"
    call = source.operation
    return ChangeRecord(name, "replay", source.lever, call, current, allowed, "", now, Outcome.DONE)
