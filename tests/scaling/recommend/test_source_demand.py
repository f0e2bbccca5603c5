"""A job whose subtasks have no shard of their own to read."""

import pytest

from tests.flink_builders import JobMinute, a_flink_pipeline, an_application, job_signals
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.recommend.source_demand import source_demand

WHY = Reason.told("test", "subtasks wait")


def too_narrow(*cures: LeverKind) -> Diagnosis:
    return Diagnosis(Cause.SOURCE_TOO_NARROW, "racers", (WHY,), cured_by=cures)


@pytest.mark.parametrize(("shards", "subtasks", "enough"), [(4, 8, 8), (8, 8, 9), (2, 3, 3)])
def test_each_subtask_gets_a_shard_and_one_more_at_least(
    shards: int, subtasks: int, enough: int
) -> None:
    pipeline = a_flink_pipeline(an_application(subtasks), shards=shards)
    seen = job_signals(pipeline, JobMinute())
    found = source_demand(seen, (too_narrow(LeverKind.SHARD_COUNT),))
    assert found is not None
    assert (found.lever.where, found.capacity) == ("racers", enough)
    assert "subtasks wait" in str(found.because)


def test_nothing_is_demanded_where_shards_cure_nothing() -> None:
    seen = job_signals(a_flink_pipeline(), JobMinute())
    assert source_demand(seen, (too_narrow(),)) is None
    other = Diagnosis(Cause.PARALLELISM_TOO_LOW, "counter", (WHY,), (LeverKind.PARALLELISM,))
    assert source_demand(seen, (other,)) is None
