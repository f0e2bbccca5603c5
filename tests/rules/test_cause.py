"""Causes come downstream first, and a diagnosis tells its evidence in one sentence."""

import pytest

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
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


@pytest.mark.parametrize(
    ("advice", "holds_raises", "blocks"),
    [("correct it", True, True), ("correct it", False, False), (None, True, False)],
    ids=["nothing helps before", "beside what capacity cures", "capacity cures it"],
)
def test_what_a_person_cures_blocks_capacity_unless_it_says_otherwise(
    advice: str | None, holds_raises: bool, blocks: bool
) -> None:
    found = Diagnosis(Cause.UNKNOWN, "race", (), advice=advice, holds_raises=holds_raises)
    assert found.blocks_capacity is blocks


def test_a_lever_is_known_by_the_word_that_a_pipeline_file_uses() -> None:
    assert LeverKind("batching_window_seconds") is LeverKind.BATCHING_WINDOW
