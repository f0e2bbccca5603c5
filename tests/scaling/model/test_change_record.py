from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tests.change_records import change
from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import (
    DesiredCapacity,
    Lever,
    Outcome,
    moment_in,
    outcome_in,
    refused_by_limit,
    refused_by_rate,
    revision,
)

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
COUNTS = st.integers(0, 10**9)
MOMENTS = st.datetimes(timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("word", "spoken", "amount"),
    [
        ("shard_count", "shard count", "1,200"),
        ("parallelization_factor", "parallelization factor", "1,200"),
        ("batching_window_seconds", "batching window", "1,200 s"),
        ("parallelism_per_kpu", "parallelism per KPU", "1,200"),
        ("write_capacity", "write capacity", "1,200 WCU"),
        ("read_capacity", "read capacity", "1,200 RCU"),
        ("retention_hours", "retention period", "1,200 h"),
    ],
)
def test_a_lever_is_said_in_words_and_written_as_in_the_file(
    word: str, spoken: str, amount: str
) -> None:
    lever = Lever(word, "here")
    assert (str(lever), f"{lever:words}") == (f"{word} of here", f"{spoken} of here")
    assert lever.amount(1200) == amount
    assert lever.change(1000, 1200) == f"{spoken} of here from 1,000 to {amount}"
    assert f"{lever:>40}" == f"{word} of here".rjust(40)


def test_a_lever_of_another_version_is_kept_and_has_no_kind() -> None:
    unknown = Lever("consumers_of_tomorrow", "queue")
    assert (unknown.is_known, SHARDS.is_known) == (False, True)
    assert SHARDS.kind is LeverKind.SHARD_COUNT
    with pytest.raises(ValueError, match="'consumers_of_tomorrow' is no lever of this version"):
        _ = unknown.kind


@pytest.mark.parametrize(
    ("outcome", "detail", "refusal", "throttled"),
    [
        (Outcome.FAILED, refused_by_limit("ten a day"), "ten a day", False),
        (Outcome.FAILED, refused_by_rate("slow down"), None, True),
        (Outcome.FAILED, "ten a day", None, False),
        (Outcome.FAILED, None, None, False),
        (Outcome.UNKNOWN, refused_by_limit("ten a day"), None, False),
        (Outcome.UNKNOWN, refused_by_rate("slow down"), None, False),
    ],
    ids=["limit", "rate", "other", "untold", "limit-not-failed", "rate-not-failed"],
)
def test_a_failed_change_says_whether_a_limit_or_a_rate_was_the_reason(
    outcome: Outcome, detail: str | None, refusal: str | None, throttled: bool
) -> None:
    record = change(SHARDS, 1, 2, outcome=outcome, detail=detail)
    assert (record.refusal, record.was_throttled) == (refusal, throttled)


@given(
    st.builds(
        DesiredCapacity, COUNTS, MOMENTS, st.text(), st.none() | COUNTS, st.none() | st.text(),
        st.none() | COUNTS, st.lists(st.text(), max_size=3).map(tuple),
    )
)  # fmt: skip
def test_a_desired_capacity_is_read_as_it_was_written(desired: DesiredCapacity) -> None:
    assert DesiredCapacity.from_text(desired.to_text()) == desired


def test_a_desired_capacity_of_another_version_is_read_as_far_as_it_is_known() -> None:
    later = '{"at": "2026-01-05T12:00:00+00:00", "capacity": 7, "invented": [1]}'
    assert DesiredCapacity.from_text(later) == DesiredCapacity(7, NOON)


def test_different_desired_capacities_have_different_texts() -> None:
    desired = DesiredCapacity(7, NOON)
    for other in (
        replace(desired, capacity=8), replace(desired, at=NOON + timedelta(microseconds=1)),
        replace(desired, start=0), replace(desired, marks=("",)),
    ):  # fmt: skip
        assert other.to_text() != desired.to_text()


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_is_read_as_it_was_written(outcome: Outcome) -> None:
    assert outcome_in(outcome.value, "why") == (outcome, "why")
    assert revision("entry", outcome) == f"entry {outcome.value}"


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        (None, "its outcome is 'halved', which another version of Tidegate wrote"),
        ("why", "its outcome is 'halved', which another version of Tidegate wrote: why"),
    ],
)
def test_an_outcome_of_another_version_counts_as_a_call_that_was_made(
    detail: str | None, told: str
) -> None:
    assert outcome_in("halved", detail) == (Outcome.BEGUN, told)


def test_a_moment_without_a_zone_is_in_utc() -> None:
    assert moment_in("2026-01-05T12:00:00") == NOON
    elsewhere = moment_in("2026-01-05T13:00:00+01:00")
    assert elsewhere == datetime(2026, 1, 5, 13, tzinfo=timezone(timedelta(hours=1)))
    assert elsewhere.utcoffset() == timedelta(hours=1)
    with pytest.raises(ValueError, match="Invalid isoformat string"):
        moment_in("noon")
