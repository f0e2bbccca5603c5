"""First aid: keep records longer when they would expire before they are read."""

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.state import has_stream, stream_of
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.scaling.kinds.kinesis_stream import words
from tidegate.scaling.kinds.kinesis_stream.limits import RETENTION_HOURS_MAX
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation

__all__ = ["records_will_expire", "retention_recommendation"]


def records_will_expire(signals: Signals) -> bool:
    """Whether the age is near the retention, as its rule has it, and not falling."""
    age = signals.age_seconds
    if not has_stream(signals.pipeline) or age is None:
        return False
    retention = stream_of(signals.pipeline).retention_hours * 3600
    near = signals.thresholds["iterator-age-near-retention"] * retention
    return age > max(near, signals.iterator_age_max_seconds) and not signals.age_falls


def retention_recommendation(signals: Signals, history: History) -> Recommendation:
    """Double the retention while records are in danger; back to what it was when the age is
    far below that.

    Raising does not bring expired records back (IncreaseStreamRetentionPeriod), so it comes first.
    """
    stream = stream_of(signals.pipeline)
    current = stream.retention_hours
    lever = Lever.of(LeverKind.RETENTION_HOURS, stream.name)
    age = signals.age_seconds
    if records_will_expire(signals):
        because = words.RECORDS_WILL_EXPIRE(
            age_name=signals.age_name,
            age_hours=(age or 0) / 3600,
            retention_hours=current,
            seconds_per_minute=signals.age_growth * 60,
        )
        return Recommendation(lever, current, min(RETENTION_HOURS_MAX, current * 2), because)
    before = history.before_raises(lever)
    share = signals.thresholds["retention-no-longer-needed"]
    if before is not None and _is_over(signals, share * before * 3600):
        return Recommendation(
            lever,
            current,
            before,
            words.DANGER_IS_OVER(age_name=signals.age_name, age_seconds=age or 0),
        )
    return Recommendation(lever, current, current, UNCHANGED)


def _is_over(signals: Signals, limit_seconds: float) -> bool:
    """Whether each of the newest minutes, and more than one, has a lower age."""
    seen = signals.series.source.iterator_age_milliseconds.last(RECENT_SECONDS).present
    return len(seen) > 1 and max(seen) < limit_seconds * 1000
