"""Applications in a plan: what their limits read, what a person must do, and a source wide enough."""

from dataclasses import replace

import pytest

from tests.builders import NOON
from tests.change_records import history
from tests.flink_builders import (
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
    with_applications,
)
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.flink_application.metrics import application_metric
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import ApplicationSpec
from tidegate.scaling.kinds.flink_application.planning import ApplicationPlanning
from tidegate.scaling.kinds.flink_application.resource import FlinkResource
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.roles import source_of

WHY = Reason.told("test", "subtasks wait")


def too_narrow(*cures: LeverKind) -> Diagnosis:
    return Diagnosis(Cause.SOURCE_TOO_NARROW, "racers", (WHY,), cured_by=cures)


def demanded(subtasks: int, shards: int, *diagnoses: Diagnosis) -> Demand | None:
    application = an_application(subtasks)
    source = source_of(a_flink_pipeline(application, shards=shards))
    assert source is not None
    return ApplicationPlanning((application,)).source_demand(diagnoses, source)


@pytest.mark.parametrize(("shards", "subtasks", "enough"), [(4, 8, 8), (8, 8, 9), (2, 3, 3)])
def test_each_subtask_gets_a_shard_and_one_more_at_least(
    shards: int, subtasks: int, enough: int
) -> None:
    found = demanded(subtasks, shards, too_narrow(LeverKind.SHARD_COUNT))
    assert found is not None
    assert (found.lever.where, found.capacity) == ("racers", enough)
    assert "subtasks wait" in str(found.because)


def test_nothing_is_demanded_where_shards_cure_nothing() -> None:
    assert demanded(8, 4, too_narrow()) is None
    other = Diagnosis(Cause.PARALLELISM_TOO_LOW, "counter", (WHY,), (LeverKind.PARALLELISM,))
    assert demanded(8, 4, other) is None


def test_a_pipeline_without_applications_has_none_in_its_plan() -> None:
    assert FlinkResource().planning(with_applications(a_flink_pipeline())) is None


def test_limits_read_half_an_hour_of_the_failed_checkpoints_of_each_application() -> None:
    both = (an_application(2), an_application(2, name="sorter"))
    failed = [
        application_metric(name, "numberOfFailedCheckpoints", "Maximum")
        for name in ("counter", "sorter")
    ]
    assert ApplicationPlanning(both).limit_metrics == dict.fromkeys(failed, 1800)


def test_both_levers_of_an_application_have_one_price() -> None:
    planning = ApplicationPlanning((an_application(2),))
    assert set(planning.unpriced) == {LeverKind.PARALLELISM_PER_KPU}


def test_what_keeps_updates_back_is_told_before_two_owners_of_a_parallelism() -> None:
    application = an_application(2, autoscaling_enabled=True, rollback_enabled=False)
    seen = job_signals(a_flink_pipeline(application), JobMinute())
    spec = replace(FLINK_SPEC, applications=[ApplicationSpec("counter")])
    look = Look(seen, (), in_file(spec), history(), NOON)
    update, owners = ApplicationPlanning((application,)).advice(look)
    assert "switch system rollback on" in update
    assert "automatic scaling is on" in owners
