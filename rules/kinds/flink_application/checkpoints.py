"""Checkpoints of a Flink application that fail, time after time."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.graph import FlinkApplication
from tidegate.rules.kinds.flink_application.metrics import ApplicationVitals
from tidegate.rules.kinds.readings import Readings, increase
from tidegate.rules.reason import Reason

__all__ = [
    "FAILED_CHECKPOINTS_SECONDS",
    "checkpoint_size",
    "checkpoint_trouble",
    "failed_checkpoints",
]

FAILED_CHECKPOINTS_SECONDS = 1800


def failed_checkpoints(readings: Readings, application: FlinkApplication) -> int:
    """How many checkpoints failed in the last half hour; 0 where so few did that it is
    tolerable."""
    window = readings.application(application).failed_checkpoints
    failed = int(increase(window, FAILED_CHECKPOINTS_SECONDS))
    return failed if failed >= readings.thresholds["checkpoint-failures"] else 0


def checkpoint_size(vitals: ApplicationVitals) -> str:
    """The size of the last checkpoint in words."""
    size = vitals.checkpoint_bytes.latest
    return "an unknown size" if size is None else f"{size / 1e6:,.0f} MB"


def checkpoint_trouble(readings: Readings, application: FlinkApplication) -> Iterator[Diagnosis]:
    """That checkpoints fail, where they do."""
    failed = failed_checkpoints(readings, application)
    if not failed:
        return
    vitals = readings.application(application)
    taken = (vitals.checkpoint_milliseconds.latest or 0.0) / 1000
    yield Diagnosis(
        Cause.CHECKPOINT_TROUBLE,
        application.name,
        (
            Reason.of(
                "checkpoints-failed",
                "{failed} checkpoints of {name} failed in {failed_checkpoints_seconds} min",
                failed=failed,
                name=application.name,
                failed_checkpoints_seconds=FAILED_CHECKPOINTS_SECONDS // 60,
            ),
            Reason.of(
                "last-checkpoint",
                "the last that succeeded has {checkpoint_size} and took {taken:.0f} s of an "
                "interval of {checkpoint_interval_milliseconds:.0f} s",
                checkpoint_size=checkpoint_size(vitals),
                taken=taken,
                checkpoint_interval_milliseconds=application.checkpoint_interval_milliseconds
                / 1000,
            ),
            Reason.of(
                "failure-reads-again",
                "a failure now would read again from before it, and an update may not come up",
            ),
        ),
        advice=(
            "make the state smaller (a time to live, narrower windows) or its checkpoints lighter "
            "(RocksDB with incremental checkpoints, a longer interval); see the log for the reason"
        ),
    )
