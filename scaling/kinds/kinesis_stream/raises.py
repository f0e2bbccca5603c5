"""Whether more shards let more records in, or more of them be read."""

from collections.abc import Iterator

from tidegate.rules.graph import Role
from tidegate.rules.kinds.kinesis_stream.utilization import stream_utilization
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window
from tidegate.scaling.model.change_record import ChangeRecord
from tidegate.scaling.model.effect import EFFECT, in_vain
from tidegate.scaling.model.plan import Constraint, Prohibition, Range
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.roles import role_of

__all__ = ["shards_in_vain"]


def shards_in_vain(raises: Raises, recommendation: Recommendation) -> Iterator[Constraint]:
    """Shards for the records that come in are held only where more of them brought no more records
    in; those for a processor's sake where they, or its executions, let no more be read."""
    signals, shards = raises.signals, recommendation.lever
    for last in raises.last_raise(shards) if signals.producers_throttled else ():
        if not _took_all(signals, last) and not raises.is_after_lowering(last, shards):
            effective = last.begun_at + EFFECT
            yield from map(Prohibition, in_vain(last, *_accepted(signals), effective))
    for lever in raises.capacities:
        if role_of(lever, signals.pipeline) is Role.PROCESSOR:
            for reason in raises.of_executions(lever, shards):
                yield Range(
                    recommendation.current,
                    max(recommendation.current, recommendation.for_arrivals),
                    reason,
                )


def _accepted(signals: Signals) -> tuple[Window, str]:
    """What came in, by the limit of a shard that it is nearer to."""
    by_records, by_bytes = stream_utilization(signals)
    stream = signals.series.source
    if by_bytes > by_records:
        return stream.incoming_bytes, "accepted bytes/s"
    return stream.incoming_records, "accepted records/s"


def _took_all(signals: Signals, last: ChangeRecord) -> bool:
    """Whether a minute since the raise refused nothing: what is refused now came later."""
    refused = signals.series.source.write_throttles.points()
    return any(not count for at, count in refused if at >= last.begun_at + EFFECT)
