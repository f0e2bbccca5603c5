"""What has to be so before a Flink application is updated, and what a person must do until it is.

Every update stops the job and starts it anew. One that does not come up must not leave it stopped,
and none may lose its state: there is no way back from either.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.flink_application.checkpoints import (
    FAILED_CHECKPOINTS_SECONDS,
    failed_checkpoints,
)
from tidegate.rules.kinds.flink_application.metrics import failed_checkpoints_metric
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Metric, Window
from tidegate.scaling.config.levers import APPLICATION_LEVERS, lever_spec
from tidegate.scaling.config.specification import ApplicationSpec, Owner, PipelineSpec
from tidegate.scaling.kinds.flink_application import words as application_words
from tidegate.scaling.kinds.flink_application.state import application_of
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.load.read_all import read_all
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint, Prohibition, Range
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.ports import Metrics

__all__ = ["update_advice", "update_constraints", "update_windows"]

_NO_ROLLBACK = "an update that fails would stop the job"
_NO_SNAPSHOTS = "an update would lose the job's state"


def update_constraints(
    recommendation: Recommendation, signals: Signals, spec: PipelineSpec
) -> Iterator[Constraint]:
    """What keeps an application from UpdateApplication now: no way back, no snapshot to come up
    from, or more subtasks than the job can ever have.

    Where nobody has named the job's maximum parallelism there is no bound: Flink's default is 128
    or more, but a job may set any, and rollback takes back what was too much.
    """
    application = application_of(signals.pipeline, recommendation.lever)
    if application is None:
        return
    name, said = application.name, _said(spec, application)
    if _lacks_rollback(application, said):
        yield Prohibition(application_words.ROLLBACK_OFF(name=name, risk=_NO_ROLLBACK))
    if _lacks_snapshots(application, said):
        yield Prohibition(application_words.SNAPSHOTS_OFF(name=name, risk=_NO_SNAPSHOTS))
    failed = failed_checkpoints(signals, application)
    if failed:
        minutes = FAILED_CHECKPOINTS_SECONDS // 60
        yield Prohibition(
            application_words.CHECKPOINTS_FAIL(failed=failed, name=name, minutes=minutes),
        )
    most = _max_parallelism(application, said)
    # A job that runs with more has been given another maximum since.
    if (
        recommendation.lever.kind is LeverKind.PARALLELISM
        and most is not None
        and recommendation.current <= most
    ):
        yield Range(
            1,
            most,
            application_words.MAX_PARALLELISM(name=name, limit_parallelism=most),
        )


def update_windows(pipeline: Pipeline, metrics: Metrics, now: datetime) -> Mapping[Metric, Window]:
    """The windows that ``update_constraints`` needs, for who reads no other metric; none where
    there is no application."""
    wanted = tuple(map(failed_checkpoints_metric, applications_of(pipeline)))
    end = now.replace(second=0, microsecond=0)
    start = end - timedelta(seconds=FAILED_CHECKPOINTS_SECONDS)
    return read_all(metrics, wanted, start, end) if wanted else {}


def _said(spec: PipelineSpec, application: FlinkApplication) -> ApplicationSpec:
    return next(each for each in spec.applications if each.application == application.name)


def _lacks_rollback(application: FlinkApplication, said: ApplicationSpec) -> bool:
    return not application.rollback_enabled and not said.allow_without_rollback


def _lacks_snapshots(application: FlinkApplication, said: ApplicationSpec) -> bool:
    return not application.snapshots_enabled and not said.allow_without_snapshots


def _max_parallelism(application: FlinkApplication, said: ApplicationSpec) -> int | None:
    """The file's, but never more than the newest update failed of; without the file what any
    earlier one failed of."""
    named, of_file = application.max_parallelism, said.max_parallelism
    if of_file is None or named is None:
        return named if of_file is None else of_file
    return of_file if application.failure is None else min(of_file, named)


def update_advice(signals: Signals, spec: PipelineSpec, history: History) -> tuple[str, ...]:
    """What a person must do of each application before its levers can be moved, or again after an
    update has stopped it."""
    found: list[str] = []
    for application in applications_of(signals.pipeline):
        said = _said(spec, application)
        if any(_owners(spec, application)):
            found += _settings_advice(application, said)
        found += _after_a_stop(application, history)
        found += _busy_time_advice(signals, application, spec)
    return tuple(found)


def _owners(spec: PipelineSpec, application: FlinkApplication) -> Iterator[Owner | None]:
    for kind in APPLICATION_LEVERS:
        said = lever_spec(spec, Lever.of(kind, application.name))
        yield None if said is None else said.owner


def _settings_advice(application: FlinkApplication, said: ApplicationSpec) -> Iterator[str]:
    name = application.name
    if _lacks_rollback(application, said):
        yield (
            f"{name}: switch system rollback on. System rollback is off, and {_NO_ROLLBACK}, so "
            f"Tidegate updates nothing. {_call(name, 'SystemRollback', 'RollbackEnabled')}. To "
            "allow updates without "
            "rollback, set allow_without_rollback: true in the pipeline file"
        )
    if _lacks_snapshots(application, said):
        yield (
            f"{name}: switch snapshots on. Snapshots are off, and {_NO_SNAPSHOTS}, so Tidegate "
            f"updates nothing. {_call(name, 'Snapshot', 'SnapshotsEnabled')}. For a job without "
            "state, "
            "set allow_without_snapshots: true in the pipeline file"
        )


def _call(name: str, what: str, setting: str) -> str:
    update = json.dumps({f"Application{what}ConfigurationUpdate": {f"{setting}Update": True}})
    return (
        f"Call: aws kinesisanalyticsv2 update-application --application-name {name} "
        "--current-application-version-id VERSION --application-configuration-update "
        f"'{update}'"
    )


def _after_a_stop(application: FlinkApplication, history: History) -> Iterator[str]:
    """What it ran with before Tidegate's last update, where an update has stopped it."""
    if application.failure is None or application.is_running or application.is_changing:
        return
    for kind in APPLICATION_LEVERS:
        last = history.last_change_record(Lever.of(kind, application.name))
        if last is not None:
            yield (
                f"{application.name}: the last update by Tidegate, at {last.begun_at:%H:%M} UTC, "
                f"changed {kind.value} from {last.from_capacity:,}, with which the application "
                f"ran, to {last.to_capacity:,}. Set {kind.value} back to "
                f"{last.from_capacity:,}, and start the application from its latest snapshot"
            )


def _busy_time_advice(
    signals: Signals, application: FlinkApplication, spec: PipelineSpec
) -> Iterator[str]:
    """What Tidegate lacks to lower the parallelism, where that is its own and may be lowered."""
    said = lever_spec(spec, Lever.of(LeverKind.PARALLELISM, application.name))
    if said is None or said.owner != "tidegate" or application.parallelism <= said.min:
        return
    series = signals.application(application)
    hour = (series.records_per_second, series.busy)
    records, busy = (each.last(HOUR_SECONDS).present for each in hour)
    if records and not busy:
        yield (
            f"{application.name}: set the metrics level (MetricsLevel) to TASK, so that Tidegate "
            "can lower the parallelism when it is too large. At the level APPLICATION no "
            "busyTimeMsPerSecond is published, and CPU does not show how long subtasks wait, so "
            "Tidegate only raises the parallelism"
        )
