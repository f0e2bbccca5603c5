"""After a reshard the records of the parent shards are handed on before those of their children
(Lambda guide, Kinesis): until then the executions of the new shards have nothing to do, and how
many are in use does not tell whether the change was enough.
"""

from datetime import datetime, timedelta

from tidegate.rules.kinds.kinesis_stream.state import Stream, shards_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals

__all__ = ["PARENTS_SECONDS", "parents_read_since"]

PARENTS_SECONDS = 600
"""As long as a Flink job is given for it too."""


def parents_read_since(signals: Signals) -> datetime | None:
    """When the shards were last changed, while the readers get on and the newest minutes, by which
    executions are judged, have one whose oldest unread record was put before that change: it was in
    a parent. None else."""
    stream, judged = signals.pipeline.first(Stream), signals.series.judged_until
    if stream is None or judged is None or not consumers_of(signals.pipeline):
        return None
    own = shards_of(stream)
    changed = max((each.at for each in signals.steps if each.is_of(own)), default=None)
    if changed is None or signals.age_growth >= 1:
        return None
    recent = judged - timedelta(seconds=RECENT_SECONDS)
    oldest = (
        each.at - timedelta(seconds=each.seconds) for each in signals.ages if each.at >= recent
    )
    return changed if any(put_at < changed for put_at in oldest) else None
