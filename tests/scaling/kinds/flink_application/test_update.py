"""What has to be so before an application is updated, and what a person must do until it is."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, Samples, newest
from tests.flink_builders import (
    FLINK_SPEC,
    a_flink_pipeline,
    an_application,
    job_signals,
)
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import (
    ApplicationSpec,
    Levers,
    LeverSpec,
    PipelineSpec,
)
from tidegate.scaling.kinds.flink_application.update import (
    update_advice,
    update_constraints,
)
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look, Situation
from tidegate.scaling.model.plan import Prohibition, Range
from tidegate.scaling.model.recommendation import Recommendation

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
PER_KPU = Lever.of(LeverKind.PARALLELISM_PER_KPU, "counter")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
WHY = Reason.of("seen", "as seen")
NOTHING = History(())


def said(**of: Any) -> PipelineSpec:
    return replace(FLINK_SPEC, applications=[ApplicationSpec("counter", **of)])


def constraints(
    application: FlinkApplication,
    spec: PipelineSpec = FLINK_SPEC,
    *,
    lever: Lever = PARALLELISM,
    current: int = 2,
    **of: Samples,
) -> list[str]:
    """But for Flink's own default where nobody names a maximum."""
    seen = job_signals(a_flink_pipeline(application))
    seen = newest(seen, "counter", **of) if of else seen
    recommendation = Recommendation(lever, current, current + 1, WHY)
    situation = Situation(seen, NOTHING, NOON, in_file(spec))
    found = []
    for each in update_constraints(situation, recommendation):
        assert isinstance(each, Prohibition) or (isinstance(each, Range) and each.lower == 1)
        upper = f"{each.upper}: " if isinstance(each, Range) else ""
        found.append(f"{upper}{each.reason}")
    return [each for each in found if not each.startswith("128: nobody has named")]


@pytest.mark.parametrize(
    ("parallelism", "most"), [(2, 128), (85, 128), (128, 128), (129, 256), (172, 256), (257, 512)]
)
def test_a_maximum_that_nobody_names_is_flinks_own_default(parallelism: int, most: int) -> None:
    application = an_application(parallelism)
    recommendation = Recommendation(PARALLELISM, parallelism, 600, WHY)
    seen = job_signals(a_flink_pipeline(application))
    (found,) = update_constraints(
        Situation(seen, NOTHING, NOON, in_file(FLINK_SPEC)), recommendation
    )
    assert isinstance(found, Range)
    assert found.upper == most
    assert "set max_parallelism in the pipeline file" in str(found.reason)


ROLLBACK = "system rollback of counter is off: an update that fails would stop the job"
SNAPSHOTS = "snapshots of counter are off: an update would lose the job's state"


@pytest.mark.parametrize(
    ("application", "spec", "words"),
    [
        (an_application(), FLINK_SPEC, []),
        (an_application(rollback_enabled=False), FLINK_SPEC, [ROLLBACK]),
        (an_application(rollback_enabled=False), said(allow_without_rollback=True), []),
        (an_application(snapshots_enabled=False), FLINK_SPEC, [SNAPSHOTS]),
        (an_application(snapshots_enabled=False), said(allow_without_snapshots=True), []),
        (an_application(rollback_enabled=False, snapshots_enabled=False),
         said(allow_without_snapshots=True), [ROLLBACK]),
        (an_application(rollback_enabled=False, snapshots_enabled=False), FLINK_SPEC,
         [ROLLBACK, SNAPSHOTS]),
    ],
    ids=["safe", "no way back", "allowed", "no snapshot", "no state", "one of two", "neither"],
)  # fmt: skip
def test_no_update_without_a_way_back_and_a_snapshot_unless_the_file_allows_it(
    application: FlinkApplication, spec: PipelineSpec, words: list[str]
) -> None:
    for lever in (PARALLELISM, PER_KPU):
        assert constraints(application, spec, lever=lever) == words
    assert constraints(application, spec, lever=SHARDS) == []


def test_no_update_while_checkpoints_fail() -> None:
    assert constraints(an_application(), failed_checkpoints=[1, 2, 3]) == [
        "3 checkpoints of counter failed in 30 min, and the snapshot of an update would fail in the "
        "same way"
    ]
    assert constraints(an_application(), failed_checkpoints=[1, 1, 1]) == []


@pytest.mark.parametrize(
    ("known", "failure", "of_file", "most"),
    [
        (None, None, None, None),
        (None, None, 40, 40),
        (30, None, None, 30),
        (30, "above", None, 30),
        (30, None, 40, 40),
        (30, "above", 40, 30),
        (50, "above", 40, 40),
    ],
    ids=["nobody knows", "the file's", "an earlier failure's", "the newest failure's",
         "the file's after an earlier failure", "never more than the newest failed of",
         "nor than the file's"],
)  # fmt: skip
def test_subtasks_are_bounded_by_the_jobs_maximum_as_far_as_it_is_known(
    known: int | None, failure: str | None, of_file: int | None, most: int | None
) -> None:
    application = an_application(max_parallelism=known, failure=failure)
    spec = said(max_parallelism=of_file)
    words = f"{most}: the maximum parallelism of the job of counter is {most}"
    expected = [] if most is None else [words]
    assert constraints(application, spec) == expected
    assert constraints(application, spec, lever=PER_KPU) == []
    if most is not None:
        assert constraints(application, spec, current=most) == expected
        # A job that runs with more has been given another maximum since.
        assert constraints(application, spec, current=most + 1) == []


# ---- advice


def advice(
    application: FlinkApplication,
    spec: PipelineSpec = FLINK_SPEC,
    history: History = NOTHING,
    **of: Samples,
) -> tuple[str, ...]:
    seen = job_signals(a_flink_pipeline(application))
    seen = newest(seen, "counter", **of) if of else seen
    look = Look(seen, (), in_file(spec), history, NOON)
    return tuple(update_advice(look, applications_of(seen.pipeline)))


@pytest.mark.parametrize(
    ("parallelism", "most", "cause", "is_told"),
    [
        (8, 8, Cause.PARALLELISM_TOO_LOW, True),
        (6, 8, Cause.PARALLELISM_TOO_LOW, False),
        (8, None, Cause.PARALLELISM_TOO_LOW, False),
        (8, 8, Cause.SKEWED_KEY, False),
    ],
)
def test_a_job_that_is_too_small_at_its_maximum_needs_another_one(
    parallelism: int, most: int | None, cause: Cause, is_told: bool
) -> None:
    seen = job_signals(a_flink_pipeline(an_application(parallelism)))
    ill = (Diagnosis(cause, "counter", (WHY,), advice="look"),)
    look = Look(seen, ill, in_file(said(max_parallelism=most)), NOTHING, NOON)
    told = [
        each for each in update_advice(look, applications_of(seen.pipeline)) if "its job" in each
    ]
    assert (
        told
        == [
            "counter: it runs with the maximum parallelism of its job, 8: set a larger maxParallelism "
            "in the job, and start it without its snapshot, since Flink restores no keyed state with "
            "another one"
        ]
        * is_told
    )


def test_what_is_off_is_to_be_switched_on_by_the_call_that_is_said() -> None:
    unsafe = an_application(rollback_enabled=False, snapshots_enabled=False)
    rollback, snapshots = advice(unsafe)
    assert rollback.startswith("counter: switch system rollback on. System rollback is off")
    assert (
        '--application-configuration-update \'{"ApplicationSystemRollbackConfigurationUpdate": '
        '{"RollbackEnabledUpdate": true}}\'' in rollback
    )
    assert snapshots.startswith("counter: switch snapshots on. Snapshots are off")
    assert '{"ApplicationSnapshotConfigurationUpdate": {"SnapshotsEnabledUpdate": true}}' in (
        snapshots
    )
    assert advice(unsafe, said(allow_without_rollback=True)) == (snapshots,)
    assert advice(unsafe, said(allow_without_snapshots=True)) == (rollback,)
    assert advice(an_application()) == ()


@pytest.mark.parametrize(
    ("levers", "is_told"),
    [
        (Levers(), False),
        (Levers(parallelism=LeverSpec(max=9)), False),
        (Levers(parallelism=LeverSpec(max=9, owner="application-autoscaling")), True),
        (Levers(parallelism_per_kpu=LeverSpec(max=8, owner="tidegate")), True),
        (Levers(shard_count=LeverSpec(max=8, owner="tidegate")), False),
    ],
)
def test_of_levers_that_nobody_owns_nothing_is_said(levers: Levers, is_told: bool) -> None:
    unsafe = an_application(rollback_enabled=False)
    assert len(advice(unsafe, replace(FLINK_SPEC, levers=levers))) == is_told


MADE = ChangeRecord(
    "e", "clicks", PARALLELISM, "kinesisanalytics:UpdateApplication", 2, 1600, "",
    NOON - timedelta(minutes=7), Outcome.DONE,
)  # fmt: skip


@pytest.mark.parametrize(
    ("status", "failure", "is_told"),
    [("READY", "no such class", True), ("READY", None, False), ("RUNNING", "old", False),
     ("UPDATING", "old", False)],
    ids=["stopped by it", "stopped by a person", "runs", "is changing"],
)  # fmt: skip
def test_what_a_stopped_job_ran_with_before_the_last_update_is_said(
    status: str, failure: str | None, is_told: bool
) -> None:
    stopped = an_application(status=status, failure=failure)
    words = (
        "counter: the last update by Tidegate, at 11:53 UTC, changed parallelism from 2, with which "
        "the application ran, to 1,600. Set parallelism back to 2, and start the application from "
        "its latest snapshot",
    )
    assert advice(stopped, history=History((MADE,))) == (words if is_told else ())
    assert advice(stopped) == ()


@pytest.mark.parametrize(
    ("spec", "parallelism", "records", "busy", "is_told"),
    [
        (FLINK_SPEC, 2, [9] * 60, [None] * 60, True),
        (FLINK_SPEC, 1, [9] * 60, [None] * 60, False),
        (FLINK_SPEC, 2, [None] * 60, [None] * 60, False),
        (FLINK_SPEC, 2, [9] * 60, [1, *[None] * 59], False),
        (FLINK_SPEC, 2, [9] * 60, [1, *[None] * 60], True),
        (replace(FLINK_SPEC, levers=Levers()), 2, [9] * 60, [None] * 60, False),
        (replace(FLINK_SPEC, levers=Levers(
            parallelism=LeverSpec(max=9, owner="application-autoscaling"))),
         2, [9] * 60, [None] * 60, False),
        (replace(FLINK_SPEC, levers=Levers(
            parallelism=LeverSpec(min=2, max=9, owner="tidegate"))),
         2, [9] * 60, [None] * 60, False),
    ],
    ids=["may be lowered", "is at one", "nothing is read", "published", "an hour ago",
         "nobody's", "another's", "at its minimum"],
)  # fmt: skip
def test_busy_time_that_is_not_published_keeps_a_job_from_being_lowered(
    spec: PipelineSpec, parallelism: int, records: Samples, busy: Samples, is_told: bool
) -> None:
    found = advice(an_application(parallelism), spec, records_per_second=records, busy=busy)
    assert len(found) == is_told
    assert all("set the metrics level (MetricsLevel) to TASK" in each for each in found)
    assert all("costs about $1.31 a month)" in each for each in found)  # Three metrics a task.


def test_partitions_that_nobody_says_are_said_to_be_a_guess() -> None:
    for partitions, told in ((None, True), (24, False)):
        application = an_application(4, partitions=partitions)
        seen = job_signals(a_flink_pipeline(application, topic=True))
        look = Look(seen, (), in_file(FLINK_SPEC), NOTHING, NOON)
        found = [
            each
            for each in update_advice(look, applications_of(seen.pipeline))
            if "set partitions of racers" in each
        ]
        assert bool(found) is told
        assert all("4 partitions, one per subtask, are only a guess" in each for each in found)
    assert not any("set partitions" in each for each in advice(an_application(4)))
