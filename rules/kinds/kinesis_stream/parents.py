"""After a reshard the records of the parent shards are handed on before those of their children, by
Lambda (Lambda guide, Kinesis), by the KCL, and by Flink's source in its default order: until then
what reads the new shards has nothing to do, and does not tell whether the change was enough.
"""

from datetime import datetime, timedelta

from tidegate.rules.kinds.kinesis_stream.state import PARENTS_SECONDS, Stream, shards_of, stream_of
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.setting_steps import EarlierUnits, setting_at

__all__ = ["parents_read_for_long", "parents_read_since"]


def parents_read_since(signals: Signals) -> datetime | None:
    """When the shards were last changed, while the readers get on and the newest minutes have one
    whose oldest unread record was put before that change: it was in a parent. None else."""
    stream, judged = signals.pipeline.first(Stream), signals.series.judged_until
    if stream is None or judged is None or not signals.pipeline.processors:
        return None
    own = shards_of(stream)
    changed = max((each.at for each in signals.steps if each.is_of(own)), default=None)
    if changed is None or signals.age_growth >= 1:
        return None
    oldest = _oldest_unread(signals, judged)
    return changed if oldest is not None and oldest < changed else None


def _oldest_unread(signals: Signals, judged: datetime) -> datetime | None:
    """When the oldest record was put that the readers had before them in the newest minutes."""
    recent = judged - timedelta(seconds=RECENT_SECONDS)
    put = (each.at - timedelta(seconds=each.seconds) for each in signals.ages if each.at >= recent)
    return min(put, default=None)


def parents_read_for_long(signals: Signals) -> EarlierUnits | None:
    """Those that are read for longer than the change alone explains: what reads them is all that
    gets on. They are the shards of when the oldest unread record was put, which may be several
    changes ago. None else."""
    changed, judged = parents_read_since(signals), signals.series.judged_until
    if changed is None or judged is None or (judged - changed).total_seconds() < PARENTS_SECONDS:
        return None
    own, oldest = shards_of(stream_of(signals.pipeline)), _oldest_unread(signals, judged)
    if oldest is None:
        return None
    first = min(each.at for each in signals.steps if each.is_of(own) and each.at > oldest)
    return EarlierUnits(setting_at(signals.steps, own, oldest), first)
