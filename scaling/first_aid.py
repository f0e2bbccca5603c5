"""First aid: keep records longer when they would expire before they are read."""

from rules.diagnosis import LeverKind
from rules.readings import Readings
from scaling.history import History
from scaling.limits import RETENTION_HOURS_MAX
from scaling.record import Lever
from scaling.wish import Wish

__all__ = ["records_will_expire", "retention_wish"]

NEAR_SHARE = 0.5
"""The iterator age should not exceed half of the retention (AWS blog, Alleycat)."""

FORECAST_SECONDS = 4 * 3600
"""Time to wake a person and to cure the cause."""

OVER_SHARE = 0.05


def records_will_expire(readings: Readings) -> bool:
    """Whether the age is past half of the retention and not falling, or reaches all of it within
    four hours at its present growth."""
    age = readings.age_seconds
    if readings.pipeline.stream.is_topic:
        return False
    if age is None or age <= readings.iterator_age_max_seconds:
        return False
    retention = readings.pipeline.stream.retention_hours * 3600
    # At a standstill the age grows by 1; more is a jump, such as a job that reads again.
    growth = min(readings.age_growth, 1.0)
    if growth > 0 and (retention - age) / growth < FORECAST_SECONDS:
        return True
    return age > NEAR_SHARE * retention and growth > -0.05


def retention_wish(readings: Readings, history: History) -> Wish:
    """Double the retention while records are in danger; back to what it was when the age is
    down to a twentieth of that.

    Raising does not bring expired records back (IncreaseStreamRetentionPeriod), so it comes first.
    """
    stream = readings.pipeline.stream
    current = stream.retention_hours
    lever = Lever.of(LeverKind.RETENTION_HOURS, stream.name)
    age = readings.age_seconds
    if records_will_expire(readings):
        because = (
            f"{readings.age_name} {(age or 0) / 3600:.1f} h of {current} h retention, growing by "
            f"{readings.age_growth * 60:.0f} s a minute: unread records would expire"
        )
        return Wish(lever, current, min(RETENTION_HOURS_MAX, current * 2), because)
    before = history.retention_before_first_aid(stream.name)
    if before is not None and age is not None and age < OVER_SHARE * before * 3600:
        return Wish(lever, current, before, f"the danger is over: {readings.age_name} {age:.0f} s")
    return Wish(lever, current, current, "")
