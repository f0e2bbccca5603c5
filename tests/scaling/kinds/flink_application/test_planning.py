"""Applications in a plan: what their limits read, what a person must do, and a source wide enough."""

from dataclasses import replace

import pytest

from tests.builders import NOON, Samples, newest
from tests.change_records import change, history
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
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signal_series import series_metrics
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.config.specification import ApplicationSpec
from tidegate.scaling.kinds.flink_application.planning import ApplicationPlanning
from tidegate.scaling.kinds.flink_application.reader import ApplicationReader
from tidegate.scaling.kinds.flink_application.resource import FlinkResource
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.roles import source_of

WHY = Reason.told("test", "subtasks wait")


def planning_of(application: FlinkApplication) -> ApplicationPlanning:
    return ApplicationPlanning((application,), a_flink_pipeline(application))


def too_narrow(*cures: LeverKind) -> Diagnosis:
    return Diagnosis(Cause.SOURCE_TOO_NARROW, "racers", (WHY,), cured_by=cures)


def demanded(subtasks: int, shards: int, *diagnoses: Diagnosis) -> Demand | None:
    application = an_application(subtasks)
    source = source_of(a_flink_pipeline(application, shards=shards))
    assert source is not None
    return planning_of(application).source_demand(diagnoses, source)


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


def test_limits_read_as_much_as_a_sweep_does_failed_checkpoints_among_it() -> None:
    both = (an_application(2), an_application(2, name="sorter"))
    pipeline = with_applications(a_flink_pipeline(), *both)
    metrics = ApplicationPlanning(both, pipeline).limit_metrics
    assert set(metrics.values()) == {5400}
    assert set(metrics) == set(series_metrics(pipeline))
    for name in ("counter", "sorter"):
        assert application_metric(name, "numberOfFailedCheckpoints", "Maximum") in metrics


def test_both_levers_of_an_application_have_one_price() -> None:
    planning = planning_of(an_application(2))
    assert set(planning.unpriced) == {LeverKind.PARALLELISM_PER_KPU}


def test_what_keeps_updates_back_is_told_before_two_owners_of_a_parallelism() -> None:
    application = an_application(2, autoscaling_enabled=True, rollback_enabled=False)
    seen = job_signals(a_flink_pipeline(application), JobMinute())
    spec = replace(FLINK_SPEC, applications=[ApplicationSpec("counter")])
    look = Look(seen, (), in_file(spec), history(), NOON)
    update, owners = planning_of(application).advice(look)
    assert "switch system rollback on" in update
    assert "automatic scaling is on" in owners


STARTED: Samples = [60_000.0 * at for at in range(1, 19)]
"""A job that started 18 minutes ago."""

PARALLELISM, DENSITY = (
    Lever.of(kind, "counter") for kind in (LeverKind.PARALLELISM, LeverKind.PARALLELISM_PER_KPU)
)


def held(lever: Lever, *, for_heap: bool = False, **of: Samples) -> list[str]:
    """After the subtasks were doubled 20 minutes ago, while the age grows."""
    minutes = [JobMinute(behind_seconds=100 + 30.0 * at) for at in range(90)]
    seen = job_signals(a_flink_pipeline(an_application(4)), *minutes)
    seen = newest(seen, "counter", uptime_milliseconds=STARTED, **of)
    past = history(change(PARALLELISM, 2, 4, minutes_ago=20))
    raises = Raises(seen, past, NOON, current_capacities(seen.pipeline))
    recommendation = Recommendation(lever, 4, 8, WHY, for_heap=for_heap)
    planning = planning_of(an_application(4))
    return [str(each.reason) for each in planning.why_ineffective(raises, recommendation)]


def test_subtasks_are_judged_by_records_and_their_density_by_nothing() -> None:
    same = [1000.0] * 40 + [None] * 2 + [1000.0] * 18
    (told,) = held(PARALLELISM, records_per_second=same)
    assert "records/s processed" in told
    assert held(DENSITY, records_per_second=same) == []


def test_a_raise_for_the_heap_is_judged_by_the_heap_alone() -> None:
    (told,) = held(PARALLELISM, for_heap=True, heap_percent=[90.0] * 60)
    assert "the heap was 90% full before and 90% full after" in told
    emptied = [90.0] * 40 + [40.0] * 20
    assert held(PARALLELISM, for_heap=True, heap_percent=emptied) == []


@pytest.mark.parametrize(("subtasks", "shards", "units"), [(8, 4, 4), (3, 4, 3)])
def test_each_subtask_uses_a_shard_as_far_as_there_are_any(
    subtasks: int, shards: int, units: int
) -> None:
    application = an_application(subtasks)
    seen = job_signals(a_flink_pipeline(application, shards=shards), JobMinute())
    planning = planning_of(application)
    assert list(planning.units_in_use(seen, in_file(FLINK_SPEC))) == [units]
    assert list(planning.readers(seen, history())) == [ApplicationReader(seen, application)]
    assert planning.roles == {}
