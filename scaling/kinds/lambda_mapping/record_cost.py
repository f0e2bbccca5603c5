"""What a record that a function reads costs its tables."""

from collections.abc import Iterator

from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.lambda_mapping.sizing import CHANGED_RATIO, throttled_minutes
from tidegate.scaling.load.base_load import (
    RecordCost,
    Used,
    UseMinute,
    constant_cost,
    cost_of_records,
    held_against,
    ratio_cost,
    within_refusals,
)

__all__ = ["record_cost"]

MINUTES_SHOWN = 5
"""The newest, throttled or not: their median is no odd minute."""


def _done_again(signals: Signals, consumer: Consumer) -> list[bool]:
    """Per minute, whether so many batches were done again as tells of a fault: their invocations
    failed; or they failed in part, which counts as a success. While records wait each batch is
    full, and invocations with more records than were read had some of them before."""
    series, mapping = signals.of(consumer.function), consumer.mapping
    share, well = signals.thresholds["function-failing"], signals.age_well_seconds * 1000
    in_part = mapping.report_batch_item_failures and not mapping.reading.other_sources
    found: list[bool] = []
    for invocations, errors, read, age in zip(
        series.invocations.samples,
        series.errors.samples,
        signals.reads_of_each.samples,
        signals.series.source.iterator_age_milliseconds.samples,
        strict=True,
    ):
        asked, records = invocations or 0.0, len(consumer.mappings) * (read or 0.0)
        failed = bool(errors) and (errors or 0.0) >= share * asked
        waits = in_part and (age or 0.0) > well
        found += [failed or (waits and mapping.batch_size * asked > CHANGED_RATIO * records)]
    return found


def _minutes_of_use(
    used: Used, signals: Signals, consumer: Consumer
) -> Iterator[tuple[UseMinute, bool, bool]]:
    """Each with whether it is clean, and whether batches were done again with nothing throttled."""
    source, seconds = signals.series.source, used.consumed.metric.period_seconds
    stretched, well = throttled_minutes(signals, consumer), signals.age_well_seconds * 1000
    none = (None,) * len(stretched)
    for units, refused, came, own, age, dirty, again in zip(
        used.consumed.samples,
        none if used.refused is None else used.refused.samples,
        source.incoming_records.samples,
        signals.reads_of_each.samples,
        source.iterator_age_milliseconds.samples,
        stretched,
        _done_again(signals, consumer),
        strict=True,
    ):
        if units is None or own is None:
            continue
        arrived = came or 0.0
        # Where nothing waits nobody reads more than comes in: another reader has just come.
        if arrived and own > CHANGED_RATIO * arrived and (age or 0.0) <= well:
            own = arrived
        wanted = (refused or 0.0) * used.units_per_request
        minute = UseMinute(*(each / seconds for each in (arrived, own, units, wanted)))
        is_clean = not (dirty or used.is_censored(units / seconds))
        yield minute, is_clean, again and not dirty


def record_cost(signals: Signals, consumer: Consumer, used: Used) -> RecordCost | None:
    """Capacity units that a record costs, and those that others use; None when no minute tells.

    Minutes with throttling count only where there are no others, since batches that are done
    again write again; so do those at the limit of what is written to, and those in which the
    function fails: what it wrote before it failed it writes once more with each retry. Where the
    load has not varied, writes are taken for the consumer's, which is said to write to the table,
    as far as what is refused allows, and reads for those of others, since nothing says that it
    reads.
    """
    told = list(_minutes_of_use(used, signals, consumer))
    told = [each for each in told if not each[2]] or told
    every = [minute for minute, _, _ in told]
    clean = [minute for minute, is_clean, _ in told if is_clean]
    found = cost_of_records(clean)
    if found is not None:
        return held_against(found, clean, every[-MINUTES_SHOWN:])
    if used.of_reads:
        return cost_of_records(every) or constant_cost(clean or every)
    newest = every[-MINUTES_SHOWN:]
    return within_refusals(clean, newest, used.units_per_request) or ratio_cost(every)
