"""More subtasks are judged by the records that they process."""

from datetime import timedelta

import pytest

from tests.builders import NOON, Samples, newest
from tests.flink_builders import JobMinute, a_flink_pipeline, an_application, job_signals
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.kinds.flink_application.raises import subtasks_in_vain
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.raises import Raises

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")


def record(lever: Lever, minutes_ago: float, before: int = 2, after: int = 4) -> ChangeRecord:
    at = NOON - timedelta(minutes=minutes_ago)
    return ChangeRecord(
        f"{lever} {minutes_ago}", "race", lever, "x:Y", before, after, "", at, Outcome.DONE
    )


def history(*records: ChangeRecord) -> History:
    return History(records)


def reasons(of: Signals, past: History, lever: Lever) -> list[Reason]:
    raises = Raises(of, past, NOON, current_capacities(of.pipeline))
    return list(subtasks_in_vain(raises, lever))


def is_held(of: Signals, past: History, lever: Lever) -> bool:
    return bool(reasons(of, past, lever))


def job(**of: Samples) -> Signals:
    minutes = [JobMinute(behind_seconds=100 + 30.0 * at) for at in range(90)]
    seen = job_signals(a_flink_pipeline(an_application(4)), *minutes)
    return newest(seen, "counter", **of) if of else seen


STARTED: Samples = [60_000.0 * at for at in range(1, 19)]
"""A job that started 18 minutes ago."""


@pytest.mark.parametrize(("since", "held"), [(1049, True), (1050, False)])
def test_subtasks_are_judged_by_the_records_processed(since: float, held: bool) -> None:
    of = job(
        uptime_milliseconds=STARTED, records_per_second=[1000] * 40 + [None] * 2 + [since] * 18
    )
    past = history(record(PARALLELISM, 20))
    assert is_held(of, past, PARALLELISM) is held


@pytest.mark.parametrize(
    ("now", "caught_up", "held"),
    [(1099, True, True), (1100, True, False), (1100, False, True), (5000, False, True)],
)
def test_a_load_that_has_grown_is_another_only_for_a_job_that_had_caught_up(
    now: float, caught_up: bool, held: bool
) -> None:
    """Where records waited ever since, the raise would have shown by any load."""
    well = [1000.0, 1000.0] if caught_up else [100_000.0, 130_000.0]
    behind: Samples = [*well, *(160_000.0 + 30_000 * at for at in range(14))]
    of = newest(job(uptime_milliseconds=STARTED), "counter", behind_milliseconds=behind)
    of = newest(of, incoming_records=[60_000] * 40 + [now * 60] * 20)
    assert is_held(of, history(record(PARALLELISM, 20)), PARALLELISM) is held


def test_subtasks_that_are_not_seen_yet_or_no_longer_are_held_for_a_while() -> None:
    young = job(uptime_milliseconds=[60_000])
    (found,) = reasons(young, history(record(PARALLELISM, 1.5)), PARALLELISM)
    assert "has no visible effect yet" in str(found)
    (again,) = reasons(job(), history(record(PARALLELISM, 89)), PARALLELISM)
    assert "the next increase is allowed at 12:01" in str(again)
    assert reasons(job(), history(record(PARALLELISM, 91)), PARALLELISM) == []


def test_subtasks_are_judged_only_while_the_age_is_sick() -> None:
    calm = job_signals(a_flink_pipeline(an_application(4)))
    assert not is_held(calm, history(record(PARALLELISM, 20)), PARALLELISM)
