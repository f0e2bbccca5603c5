"""Checkpoints of a Flink application that fail, time after time."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.flink_application import words
from tidegate.rules.kinds.flink_application.series import ApplicationSeries
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals, increase

__all__ = [
    "FAILED_CHECKPOINTS_SECONDS",
    "checkpoint_size",
    "checkpoint_trouble",
    "failed_checkpoints",
]

FAILED_CHECKPOINTS_SECONDS = 1800


def failed_checkpoints(signals: Signals, application: FlinkApplication) -> int:
    """How many checkpoints failed in the last half hour; 0 where so few did that it is
    tolerable."""
    window = signals.of(application).failed_checkpoints
    failed = int(increase(window, FAILED_CHECKPOINTS_SECONDS))
    return failed if failed >= signals.thresholds["checkpoint-failures"] else 0


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
                name=application.name,
                minutes=FAILED_CHECKPOINTS_SECONDS // 60,
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
