"""Causes come downstream first, and a diagnosis tells its evidence in one sentence."""

import pytest

from tidegate.rules.cause import LEVER_KINDS, Cause, Diagnosis, LeverKind
from tidegate.rules.reason import Reason

ORDER = list(Cause)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (Cause.INDEX_THROTTLED, Cause.TABLE_THROTTLED),
        (Cause.TABLE_THROTTLED, Cause.CONSUMER_TOO_SLOW),
        (Cause.RECORDS_DROPPED, Cause.POISON_BATCH),
        (Cause.POISON_BATCH, Cause.CONSUMER_TOO_SLOW),
        (Cause.CONSUMER_TOO_SLOW, Cause.STREAM_TOO_NARROW),
        (Cause.HEAP_PRESSURE, Cause.PARALLELISM_TOO_LOW),
        (Cause.STREAM_TOO_NARROW, Cause.UNKNOWN),
    ],
    ids=lambda cause: cause.value,
)
def test_what_explains_another_cause_is_cured_before_it(earlier: Cause, later: Cause) -> None:
    assert ORDER.index(earlier) < ORDER.index(later)


def test_health_is_what_remains() -> None:
    assert ORDER[-2:] == [Cause.OVERSIZED, Cause.HEALTHY]


def test_evidence_is_told_in_its_order() -> None:
    evidence = (Reason.of("age", "age {seconds} s", seconds=70), Reason.told("aws", "ACTIVE"))
    found = Diagnosis(Cause.UNKNOWN, "race", evidence)
    assert found.because == "age 70 s; ACTIVE"
    assert (found.cured_by, found.advice) == ((), None)


def test_a_lever_is_known_by_the_word_that_a_pipeline_file_uses() -> None:
    assert LeverKind("batching_window_seconds") is LeverKind.BATCHING_WINDOW


def test_what_aws_allows_of_shards_and_of_capacity_depends_on_nothing_else() -> None:
    alone = [each for each in LEVER_KINDS.values() if each.is_limited_alone]
    assert alone == [LeverKind.SHARD_COUNT, LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY]
