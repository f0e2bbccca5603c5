"""A job that an update by Tidegate has stopped is started again, once, where the file allows it."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.actions import START_APPLICATION, StartApplication
from tidegate.scaling.kinds.flink_application.in_file import entry_of
from tidegate.scaling.kinds.flink_application.state import LEVERS
from tidegate.scaling.kinds.flink_application.stopped_by import last_update, made_the_failed_one
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.effect import REMEMBERED
from tidegate.scaling.model.history import History
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Prohibition
from tidegate.scaling.model.planning import Instead
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["allows_start", "last_start", "rest_after_a_start", "starts_again"]

REST = REMEMBERED
"""Before an application is updated again that had to be started again, and twice as long after each
further time: every such update is a time without the job."""


def allows_start(said: InFile, application: FlinkApplication) -> bool:
    """Whether the file allows it."""
    entry = entry_of(said, application.name)
    return entry is not None and entry.start_again_after_failed_update


def starts_again(look: Look, application: FlinkApplication) -> Iterator[Instead]:
    """The start of an application, for each lever that the failed update had set. Not where anybody
    has done anything to it since, nor where a start has failed before."""
    if application.status != "READY" or not application.is_as_it_failed:
        return
    if not allows_start(look.said, application):
        return
    made = _failed_update(look.history, application)
    if not made or _was_started(look.history, made):
        return
    before = {kind: record.from_capacity for kind, record in made.items()}
    action = StartApplication(
        application.name,
        application.conditional_token,
        before.get(LeverKind.PARALLELISM, application.configured_parallelism),
        before.get(LeverKind.PARALLELISM_PER_KPU, application.parallelism_per_kpu),
        tuple(made),
        application.snapshots_enabled,
    )
    for record in made.values():
        because = words.STARTED_AGAIN(
            name=application.name,
            begun_at=record.begun_at,
            parallelism=action.to_parallelism,
            per_kpu=action.to_parallelism_per_kpu,
            failure=application.failure,
        )
        wanted = Recommendation(record.lever, record.to_capacity, record.from_capacity, because)
        yield Instead(wanted, action)


def _failed_update(
    history: History, application: FlinkApplication
) -> Mapping[LeverKind, ChangeRecord]:
    """What the update set that failed, where it was Tidegate's and still is what is configured."""
    found = {
        kind: last
        for kind in LEVERS
        for last in [last_update(history, Lever.of(kind, application.name))]
        if last is not None and made_the_failed_one(last, application)
    }
    now = {
        LeverKind.PARALLELISM: application.configured_parallelism,
        LeverKind.PARALLELISM_PER_KPU: application.parallelism_per_kpu,
    }
    stands = all(record.to_capacity == now[kind] for kind, record in found.items())
    return found if stands else {}


def _was_started(history: History, made: Mapping[LeverKind, ChangeRecord]) -> bool:
    """Whether it was tried already. What was throttled, or never reached AWS, was not."""
    began = min(each.begun_at for each in made.values())
    levers = {each.lever for each in made.values()}
    return any(
        each.operation == START_APPLICATION
        and each.lever in levers
        and each.begun_at > began
        and each.outcome is not Outcome.SUPERSEDED
        and not each.was_throttled
        for each in history.change_records
    )


def last_start(history: History, name: str) -> ChangeRecord | None:
    """The newest start of an application by Tidegate."""
    return next(reversed(_starts(history, name)), None)


def _starts(history: History, name: str) -> list[ChangeRecord]:
    """One of each moment, oldest first."""
    levers = [Lever.of(kind, name) for kind in LEVERS]
    found = {
        each.begun_at: each
        for each in history.change_records
        if each.operation == START_APPLICATION
        and each.lever in levers
        and each.outcome is not Outcome.SUPERSEDED
    }
    return [found[at] for at in sorted(found)]


def rest_after_a_start(
    application: FlinkApplication, history: History, now: datetime
) -> Iterator[Prohibition]:
    """No update for a day after one that Tidegate had to start the application again for."""
    starts = _starts(history, application.name)
    if not starts:
        return
    begun_at = starts[-1].begun_at
    again = begun_at + REST * 2 ** (len(starts) - 1)
    if now < again:
        yield Prohibition(
            words.WAS_STARTED_AGAIN(name=application.name, begun_at=begun_at, again=again)
        )
