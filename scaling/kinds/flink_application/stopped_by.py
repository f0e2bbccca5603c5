"""Whose update it was that failed, by the ledger and the service."""

from dataclasses import replace
from datetime import timedelta

from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.scaling.kinds.flink_application.actions import START_APPLICATION
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.history import History

__all__ = ["BEGUN_AFTER", "last_update", "made_the_failed_one"]

BEGUN_AFTER = timedelta(minutes=2)
"""AWS's clock and ours may differ by so much, and the call takes its time. An update that began
later than that after Tidegate's last call is somebody else's."""


def last_update(history: History, lever: Lever) -> ChangeRecord | None:
    """The newest change of a lever that restarted a job that ran: no start after a failure."""
    updates = (each for each in history.change_records if each.operation != START_APPLICATION)
    return replace(history, change_records=tuple(updates)).last_change_record(lever)


def made_the_failed_one(last: ChangeRecord, application: FlinkApplication) -> bool:
    """Whether a change is not well older than the update that failed: else the job ran with it."""
    failed_at = application.failed_at
    return failed_at is None or failed_at - last.begun_at <= BEGUN_AFTER
