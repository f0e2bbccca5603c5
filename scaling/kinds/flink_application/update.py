"""What has to be so before a Flink application is updated, and what a person must do until it is.

Every update stops the job and starts it anew. One that does not come up must not leave it stopped,
and none may lose its state: there is no way back from either.
"""

import json
from collections.abc import Iterable, Iterator

from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.kinds.flink_application.checkpoints import (
    failed_checkpoints,
    judged_seconds,
)
from tidegate.rules.kinds.flink_application.metrics import METRICS_PER_TASK
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.in_file import ApplicationEntry, entry_of
from tidegate.scaling.kinds.flink_application.parts import (
    default_max_parallelism,
    max_parallelism_named,
)
from tidegate.scaling.kinds.flink_application.start_again import last_start, starts_again
from tidegate.scaling.kinds.flink_application.state import LEVERS, application_of
from tidegate.scaling.kinds.flink_application.stopped_by import last_update, made_the_failed_one
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.look import Look, Situation
from tidegate.scaling.model.monthly_price import about, read_monthly_usd
from tidegate.scaling.model.plan import Constraint, Prohibition, Range
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["update_advice", "update_constraints"]

_NO_ROLLBACK = "an update that fails would stop the job"
_NO_SNAPSHOTS = "an update would lose the job's state"


def update_constraints(
    situation: Situation, recommendation: Recommendation
) -> Iterator[Constraint]:
    """What keeps an application from UpdateApplication now: no way back, no snapshot to come up
    from, or more subtasks than the job can ever have.

    Where nobody has named the job's maximum parallelism it is taken for Flink's default: with
    another one the file says so, and an update above it would restart the job twice for nothing.
    """
    application = application_of(situation.pipeline, recommendation.lever)
    if application is None:
        return
    name, entry = application.name, entry_of(situation.said, application.name)
    if _lacks_rollback(application, entry):
        yield Prohibition(words.ROLLBACK_OFF(name=name, risk=_NO_ROLLBACK))
    if _lacks_snapshots(application, entry):
        yield Prohibition(words.SNAPSHOTS_OFF(name=name, risk=_NO_SNAPSHOTS))
    failed = failed_checkpoints(situation.signals, application)
    if failed:
        minutes = judged_seconds(application) // 60
        plural = "s"[: failed > 1]
        yield Prohibition(
            words.CHECKPOINTS_FAIL(failed=failed, plural=plural, name=name, minutes=minutes),
        )
    if recommendation.lever.kind is LeverKind.PARALLELISM:
        yield from _at_most(application, entry, recommendation.current)


def _at_most(
    application: FlinkApplication, entry: ApplicationEntry | None, current: int
) -> Iterator[Constraint]:
    name, named = application.name, max_parallelism_named(application, entry)
    if named is None:
        least = default_max_parallelism(application.parallelism)
        yield Range(1, least, words.DEFAULT_MAX_PARALLELISM(name=name, limit_parallelism=least))
    elif current <= named:  # A job that runs with more has been given another maximum since.
        yield Range(1, named, words.MAX_PARALLELISM(name=name, limit_parallelism=named))


def _at_most_advice(look: Look, application: FlinkApplication) -> Iterator[str]:
    """Flink keeps a job's maximum parallelism with its keyed state (its guide, "Parallel
    Execution": it can't be changed for a state that is restored)."""
    most = max_parallelism_named(application, entry_of(look.said, application.name))
    is_too_low = any(
        each.cause is Cause.PARALLELISM_TOO_LOW and each.where == application.name
        for each in look.diagnoses
    )
    if is_too_low and most == application.parallelism:
        yield (
            f"{application.name}: it runs with the maximum parallelism of its job, {most:,}: set a "
            "larger maxParallelism in the job, and start it without its snapshot, since Flink "
            "restores no keyed state with another one"
        )


def _lacks_rollback(application: FlinkApplication, entry: ApplicationEntry | None) -> bool:
    allowed = entry is not None and entry.allow_without_rollback
    return not (application.rollback_enabled or allowed)


def _lacks_snapshots(application: FlinkApplication, entry: ApplicationEntry | None) -> bool:
    allowed = entry is not None and entry.allow_without_snapshots
    return not (application.snapshots_enabled or allowed)


def update_advice(look: Look, applications: Iterable[FlinkApplication]) -> Iterator[str]:
    """What a person must do of each application before its levers can be moved, or again after an
    update has stopped it."""
    for application in applications:
        if any(_owners(look.said, application)):
            yield from _settings_advice(application, entry_of(look.said, application.name))
        yield from _after_a_stop(look, application)
        yield from _at_most_advice(look, application)
        yield from _busy_time_advice(look.signals, application, look.said)
        yield from _partitions_advice(look.signals, application)


def _owners(said: InFile, application: FlinkApplication) -> Iterator[str | None]:
    for kind in LEVERS:
        bounds = said.bounds(Lever.of(kind, application.name))
        yield None if bounds is None else bounds.owner


def _settings_advice(
    application: FlinkApplication, entry: ApplicationEntry | None
) -> Iterator[str]:
    name = application.name
    if _lacks_rollback(application, entry):
        yield (
            f"{name}: switch system rollback on. System rollback is off, and {_NO_ROLLBACK}, so "
            f"Tidegate updates nothing. {_call(name, 'SystemRollback', 'RollbackEnabled')}. To "
            "allow updates without "
            "rollback, set allow_without_rollback: true in the pipeline file"
        )
    if _lacks_snapshots(application, entry):
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


def _after_a_stop(look: Look, application: FlinkApplication) -> Iterator[str]:
    """What it ran with before Tidegate's last update, where that has stopped it."""
    if application.failure is None or application.is_running or application.is_changing:
        return
    for kind in LEVERS:
        last = last_update(look.history, Lever.of(kind, application.name))
        if last is not None and made_the_failed_one(last, application):
            yield (
                f"{application.name}: the last update by Tidegate, at {last.begun_at:%H:%M} UTC, "
                f"changed {kind.value} from {last.from_capacity:,}, with which the application "
                f"ran, to {last.to_capacity:,}. {_what_next(look, application, last)}"
            )


def _what_next(look: Look, application: FlinkApplication, last: ChangeRecord) -> str:
    """Who starts it: Tidegate tries that once."""
    if next(starts_again(look, application), None) is not None:
        return "Tidegate starts it again as it ran, as soon as a change is allowed"
    by_hand = (
        f"Set {last.lever.kind.value} back to {last.from_capacity:,}, and start the application "
        "from its latest snapshot"
    )
    started = last_start(look.history, application.name)
    if started is None or started.begun_at < last.begun_at:
        return by_hand
    return (
        f"Tidegate started it again at {started.begun_at:%H:%M} UTC, it did not come up, and "
        f"Tidegate does not try that twice. {by_hand}"
    )


def _busy_time_advice(
    signals: Signals, application: FlinkApplication, said: InFile
) -> Iterator[str]:
    """What Tidegate lacks to lower the parallelism, where that is its own and may be lowered."""
    bounds = said.bounds(Lever.of(LeverKind.PARALLELISM, application.name))
    if bounds is None or bounds.owner != "tidegate" or application.parallelism <= bounds.min:
        return
    series = signals.of(application)
    hour = (series.records_per_second, series.busy)
    records, busy = (each.last(HOUR_SECONDS).present for each in hour)
    if records and not busy:
        yield (
            f"{application.name}: set the metrics level (MetricsLevel) to TASK, so that Tidegate "
            "can lower the parallelism when it is too large. At the level APPLICATION no "
            "busyTimeMsPerSecond is published, and CPU does not show how long subtasks wait, so "
            "Tidegate only raises the parallelism (to read it of each task after the first costs "
            f"{about(read_monthly_usd(METRICS_PER_TASK))})"
        )


def _partitions_advice(signals: Signals, application: FlinkApplication) -> Iterator[str]:
    """That the age of what is read of a topic is a guess, where nobody says its partitions."""
    if application.reads_kafka and application.partitions is None:
        yield (
            f"{application.name}: set partitions of {signals.pipeline.source.name} in the pipeline "
            "file. The age is computed from the lag of one partition, and "
            f"{application.parallelism} partitions, one per subtask, are only a guess: with more "
            "of them the application is further behind than reported"
        )
