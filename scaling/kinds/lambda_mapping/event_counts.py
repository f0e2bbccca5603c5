"""The offer to have an event source mapping count its events, with what that costs.

Lambda charges nothing for its metrics (Lambda guide, Using CloudWatch metrics with Lambda);
CloudWatch charges for each that is asked for by GetMetricData (CloudWatch pricing).
"""

from collections.abc import Iterable, Iterator

from tidegate.rules.cause import Cause
from tidegate.rules.kinds.lambda_mapping.event_metrics import event_metrics
from tidegate.rules.kinds.lambda_mapping.records_dropped import discards
from tidegate.rules.kinds.lambda_mapping.state import Consumer, EventSourceMapping
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.monthly_price import about, read_monthly_usd

__all__ = ["event_count_advice", "event_count_call", "event_count_monthly_usd"]

_UNSURE = (Cause.UNKNOWN, Cause.RECORDS_DROPPED)
"""What the mapping's own counts tell more of: whether it reads, and how many records it gave up."""


def event_count_call(mapping: EventSourceMapping) -> str:
    """What switches the counts on."""
    return (
        f"aws lambda update-event-source-mapping --uuid {mapping.uuid} "
        "--metrics-config Metrics=EventCount"
    )


def event_count_monthly_usd() -> float:
    """For a sweep a minute to read them."""
    return read_monthly_usd(len(event_metrics("")))


def event_count_advice(look: Look, consumers: Iterable[Consumer]) -> Iterator[str]:
    """For each consumer that counts nothing, where its counts would have told more, or nothing else
    tells of a loss."""
    unsure = {each.where for each in look.diagnoses if each.cause in _UNSURE}
    for consumer in consumers:
        names = {consumer.name, look.signals.pipeline.name}
        told_more = unsure & names or _loses_unseen(consumer.mapping)
        if not consumer.mapping.counts_events and told_more:
            yield (
                f"{consumer.name}: have Lambda count what its mapping reads, filters out and gives "
                f"up: {event_count_call(consumer.mapping)} (free; to read the counts costs "
                f"{about(event_count_monthly_usd())})"
            )


def _loses_unseen(mapping: EventSourceMapping) -> bool:
    """Whether records that it gives up are in no other metric, and kept nowhere: an invocation that
    reports them as failed counts as a success (Lambda guide, partial batch responses)."""
    is_kept = mapping.on_failure_destination is not None
    return mapping.report_batch_item_failures and discards(mapping) and not is_kept
