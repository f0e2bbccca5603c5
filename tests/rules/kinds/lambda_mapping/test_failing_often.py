"""Batches that fail often and pass at a later attempt are told from one that fails each time."""

from datetime import timedelta

import pytest

from tests.builders import NOON, Samples, newest, the_consumer
from tests.rules.kinds.lambda_mapping.late import a_mapping, causes, growing, the_one
from tests.rules.kinds.lambda_mapping.test_bad_deploy import changed
from tidegate.rules.cause import Cause
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.failing_often import failing_often
from tidegate.rules.kinds.signals import Signals

POISON, OFTEN = [Cause.POISON_BATCH], [Cause.BAD_DEPLOY]
HALF = {"errors": [60] * 3, "invocations": [120] * 3}


def is_told(seen: Signals) -> bool:
    return bool(list(failing_often(seen, the_consumer(seen.pipeline))))


@pytest.mark.parametrize(
    ("per_minute", "expected"), [(20, OFTEN), (56, OFTEN), (57, POISON), (60, POISON)]
)
def test_behind_a_batch_that_fails_each_time_the_age_grows_as_fast_as_time_passes(
    per_minute: float, expected: list[Cause]
) -> None:
    assert causes(growing(a_mapping(), per_minute, **HALF)) == expected


@pytest.mark.parametrize(
    ("ages", "expected"),
    [([5, 60, 75, 140, 170], OFTEN), ([5, 60, 125, 180, 245], POISON)],
    ids=["one batch takes two attempts", "two pauses of different length"],
)
def test_no_minute_alone_tells_whether_a_batch_fails_each_time(
    ages: list[float], expected: list[Cause]
) -> None:
    """The age is compared over all the minutes in which invocations fail, up to five."""
    failing = newest(growing(), "scorer", errors=[0, *[60] * 4], invocations=[120] * 5)
    milliseconds: Samples = [1000 * age for age in ages]
    assert causes(newest(failing, iterator_age_milliseconds=milliseconds)) == expected


def test_a_batch_that_blocks_its_shard_after_an_hour_of_failures_is_one_that_fails_each_time() -> (
    None
):
    """What was before the newest five minutes tells nothing of it."""
    failing = newest(growing(), "scorer", errors=[60] * 60, invocations=[120] * 60)
    ages: Samples = [*[90_000.0] * 56, *[90_000.0 + 60_000 * at for at in range(1, 5)]]
    assert causes(newest(failing, iterator_age_milliseconds=ages)) == POISON


@pytest.mark.parametrize(
    ("errors", "expected"),
    [([0, 6, 6], OFTEN), ([0, 0, 60], POISON), ([0, 5, 6], POISON), ([0, 60, 0], [])],
    ids=["a twentieth", "one minute", "fewer in one", "none any more"],
)
def test_they_fail_for_two_minutes_on_end(errors: Samples, expected: list[Cause]) -> None:
    assert [
        each
        for each in causes(growing(errors=errors, invocations=[120] * 3))
        if each is not Cause.CONSUMER_TOO_SLOW
    ] == expected


def test_where_as_many_failed_before_no_moment_is_named() -> None:
    before = [12] * 86
    seen = growing(errors=[*before, 0, *[60] * 3], invocations=[120] * 90)
    assert not is_told(seen)


def test_where_they_fail_for_longer_than_is_known_the_least_time_is_named() -> None:
    told = the_one(growing(errors=[60] * 90, invocations=[120] * 90))
    assert told.cause is Cause.BAD_DEPLOY
    assert f"fail since {NOON - timedelta(minutes=90):%H:%M} or longer" in told.because


@pytest.mark.parametrize(
    "pipeline", [a_mapping(maximum_retry_attempts=5), a_mapping(maximum_record_age_seconds=600)]
)
def test_a_mapping_that_gives_batches_up_lets_the_age_fall_behind_those_that_always_fail(
    pipeline: Pipeline,
) -> None:
    assert not is_told(growing(pipeline, 20, **HALF))


@pytest.mark.parametrize(("longest", "expected"), [(11.99, True), (12, False)])
def test_what_fails_near_the_timeout_is_the_timeouts(longest: float, expected: bool) -> None:
    longest_milliseconds = [0, 0, longest * 1000]
    seen = growing(a_mapping(), 20, **HALF, duration_maximum_milliseconds=longest_milliseconds)
    assert is_told(seen) is expected


def test_an_age_that_falls_is_no_incident() -> None:
    assert causes(growing(a_mapping(), -20, **HALF)) == []


def test_the_share_that_fails_since_when_and_what_to_look_at_are_told() -> None:
    told = the_one(growing(changed(a_mapping(), 3.5), 20, **HALF))
    since, moment = NOON - timedelta(minutes=3), NOON - timedelta(minutes=3.5)
    assert told.because == (
        f"50% of the invocations of scorer fail since {since:%H:%M}; 0.0% failed in the 87 min "
        "before; no batch fails each time: the iterator age grew by 20 s per minute meanwhile, and "
        "behind a batch that blocks its shard it grows by 60 s; scorer was changed at "
        f"{moment:%H:%M}"
    )
    assert (told.advice or "").startswith(
        f"find what scorer calls that fails since {since:%H:%M}, or roll it back to the version "
        "before that; more capacity does not help what fails; the log of scorer"
    )
    assert told.holds_raises
