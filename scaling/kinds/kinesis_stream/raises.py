"""Whether more shards let more records in, or more of them be read."""

from collections.abc import Iterator
from datetime import timedelta

from tidegate.rules.graph import Role
from tidegate.rules.kinds.kinesis_stream.utilization import stream_utilization
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.kinds.kinesis_stream import words
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.effect import (
    EFFECT,
    HELPED,
    SAMPLES,
    in_vain,
    mean_before,
    mean_of,
    mean_since,
)
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
    current = recommendation.current
    if raises.signals.earlier_units is not None:  # So long nothing tells what the raise did.
        unread = (
            words.PARENTS_UNREAD(lever=shards, begun_at=last.begun_at)
            for last in raises.last_raise(shards)
        )
        reasons = (*unread,)
    else:
        reasons = (*_of_readers(raises, shards), *_of_parents(raises, shards))
    for reason in reasons:
        yield Range(current, max(current, recommendation.for_arrivals), reason)


def _of_readers(raises: Raises, shards: Lever) -> Iterator[Reason]:
    for lever in raises.capacities:
        if role_of(lever, raises.signals.pipeline) is Role.PROCESSOR:
            yield from raises.of_executions(lever, shards)


def _of_parents(raises: Raises, shards: Lever) -> Iterator[Reason]:
    """Why no more shards are asked for where the windows have forgotten what was before their last
    raise, and the load is still the same: what was put before it waits in the parents, which are
    read to the end before the new shards are (Lambda guide, Kinesis). What the raise did shows when
    the parents are read, beside the oldest minutes that are known, in which they were not."""
    read, ages = raises.signals.own_reads, raises.signals.ages
    for last in raises.last_raise(shards) if raises.is_late else ():
        begun_at = last.begun_at
        if mean_before(read, begun_at) is not None or raises.has_grown_since(begun_at):
            continue
        of_parents = [
            age.at for age in ages if age.at > begun_at > age.at - timedelta(seconds=age.seconds)
        ]
        if not of_parents:
            continue
        over_at = max(of_parents) + EFFECT
        since, before = mean_since(read, over_at), mean_of(read.present[:SAMPLES], read)
        if since is None:
            yield words.PARENTS_UNREAD(lever=shards, begun_at=begun_at)
        elif before is not None and since < HELPED * before:
            yield words.IN_VAIN_AFTER_PARENTS(
                lever=shards,
                from_=last.from_capacity,
                to=last.to_capacity,
                begun_at=begun_at,
                before=before,
                what="records/s read",
                since=since,
                newest_at=max(at for at, _ in read.points()),
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
