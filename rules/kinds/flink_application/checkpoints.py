"""Checkpoints of a Flink application that fail, time after time."""

from collections.abc import Iterator
from math import ceil

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.flink_application import words
from tidegate.rules.kinds.flink_application.series import ApplicationSeries
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals, increase
from tidegate.rules.window import LOOK_BACK

__all__ = [
    "checkpoint_size",
    "checkpoint_trouble",
    "failed_checkpoints",
    "judged_seconds",
    "too_many_failures",
]

FAILED_CHECKPOINTS_SECONDS = 1800


def judged_seconds(application: FlinkApplication) -> int:
    """The newest time that tells whether checkpoints fail: half an hour, or longer where a second
    one may not begin in it."""
    both = 2 * application.checkpoint_interval_milliseconds // 1000
    return min(int(LOOK_BACK.total_seconds()), max(FAILED_CHECKPOINTS_SECONDS, both))


def too_many_failures(application: FlinkApplication, threshold: float) -> int:
    """How many failures in that time are not tolerable: as many as the threshold says of half an
    hour, or all where fewer checkpoints are due."""
    half_hour = FAILED_CHECKPOINTS_SECONDS * 1000
    due = half_hour // max(1, application.checkpoint_interval_milliseconds)
    return max(1, min(ceil(threshold), due))


def failed_checkpoints(signals: Signals, application: FlinkApplication) -> int:
    """How many checkpoints failed in that time; 0 where so few did that it is tolerable."""
    failed = int(increase(signals.of(application).failed_checkpoints, judged_seconds(application)))
    least = too_many_failures(application, signals.thresholds["checkpoint-failures"])
    return failed if failed >= least else 0


def checkpoint_size(series: ApplicationSeries) -> str:
    """The size of the last checkpoint in words."""
    size = series.checkpoint_bytes.latest
    return "an unknown size" if size is None else f"{size / 1e6:,.0f} MB"


def checkpoint_trouble(signals: Signals, application: FlinkApplication) -> Iterator[Diagnosis]:
    """That checkpoints fail, where they do."""
    failed = failed_checkpoints(signals, application)
    if not failed:
        return
    series = signals.of(application)
    taken = (series.checkpoint_milliseconds.latest or 0.0) / 1000
    yield Diagnosis(
        Cause.CHECKPOINT_TROUBLE,
        application.name,
        (
            words.CHECKPOINTS_FAILED(
                failed=failed,
                plural="s"[: failed > 1],
                name=application.name,
                minutes=judged_seconds(application) // 60,
            ),
            words.LAST_CHECKPOINT(
                checkpoint_size=checkpoint_size(series),
                taken_seconds=taken,
                interval_seconds=application.checkpoint_interval_milliseconds / 1000,
            ),
            words.FAILURE_READS_AGAIN(),
        ),
        advice=(
            "make the state smaller (a time to live, narrower windows) or its checkpoints lighter "
            "(RocksDB with incremental checkpoints, a longer interval); the log names the reason"
        ),
    )
