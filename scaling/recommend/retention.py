"""First aid: keep records longer when they would expire before they are read."""

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.readings import RECENT_SECONDS, Readings
from tidegate.rules.reason import Reason
from tidegate.scaling.model.aws_limits import RETENTION_HOURS_MAX
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.recommendation import UNCHANGED, Wish

__all__ = ["records_will_expire", "retention_wish"]


def records_will_expire(readings: Readings) -> bool:
    """Whether the age is near the retention, as its rule has it, and not falling."""
    age = readings.age_seconds
    if readings.pipeline.stream.is_topic or age is None:
        return False
    retention = readings.pipeline.stream.retention_hours * 3600
    near = readings.thresholds["iterator-age-near-retention"] * retention
    return age > max(near, readings.iterator_age_max_seconds) and not readings.age_falls


def retention_wish(readings: Readings, history: History) -> Wish:
    """Double the retention while records are in danger; back to what it was when the age is
    far below that.

    Raising does not bring expired records back (IncreaseStreamRetentionPeriod), so it comes first.
    """
    stream = readings.pipeline.stream
    current = stream.retention_hours
    lever = Lever.of(LeverKind.RETENTION_HOURS, stream.name)
    age = readings.age_seconds
    if records_will_expire(readings):
        because = Reason.of(
            "records-will-expire",
            "{age_name} {age:.1f} h of {current} h retention, growing by {age_growth:.0f} "
            "s a minute: unread records would expire",
            age_name=readings.age_name,
            age=(age or 0) / 3600,
            current=current,
            age_growth=readings.age_growth * 60,
        )
        return Wish(lever, current, min(RETENTION_HOURS_MAX, current * 2), because)
    before = history.retention_before_first_aid(stream.name)
    share = readings.thresholds["retention-no-longer-needed"]
    if before is not None and _is_over(readings, share * before * 3600):
        return Wish(
            lever,
            current,
            before,
            Reason.of(
                "danger-is-over",
                "the danger is over: {age_name} {age:.0f} s",
                age_name=readings.age_name,
                age=age or 0,
            ),
        )
    return Wish(lever, current, current, UNCHANGED)


def _is_over(readings: Readings, limit_seconds: float) -> bool:
    """Whether each of the newest minutes, and more than one, told a lower age."""
    seen = readings.vitals.stream.iterator_age_milliseconds.last(RECENT_SECONDS).present
    return len(seen) > 1 and max(seen) < limit_seconds * 1000
