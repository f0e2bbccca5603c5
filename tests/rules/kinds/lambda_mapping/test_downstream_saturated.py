"""A service that is full is told by a change of concurrency that brought nothing, to the edges."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOON, Reading, a_pipeline, newest, signals, the_consumer
from tests.rules.kinds.lambda_mapping.late import a_mapping, causes
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.lambda_mapping.downstream_saturated import downstream_saturated
from tidegate.rules.kinds.signals import Signals

SATURATED = [Cause.DOWNSTREAM_SATURATED]
Phase = tuple[int, float, float]
"""Minutes, executions busy in them, records/s read."""


def late(
    *phases: Phase, modified: int | None = None, changed: int | None = None, age: float = 120,
    factor: int = 8,
) -> Signals:  # fmt: skip
    """Phases up to noon, in which records wait; the mapping, or a lever, changed minutes ago."""
    at = None if modified is None else (NOON - timedelta(minutes=modified)).isoformat()
    pipeline = a_mapping(a_pipeline(factor=factor), modified=at or "")
    minutes = [(busy, read) for count, busy, read in phases for _ in range(count)]
    ages = [(age + n) * 1000 for n in range(len(minutes))]
    seen = newest(
        signals(pipeline),
        read_records=[read * 60 for _, read in minutes],
        iterator_age_milliseconds=ages,
    )
    seen = newest(seen, "scorer", duration_sum_milliseconds=[busy * 60_000 for busy, _ in minutes])
    moment: datetime | None = None if changed is None else NOON - timedelta(minutes=changed)
    return replace(seen, changed_at=moment)


def told(of: Signals) -> list[Diagnosis]:
    return list(downstream_saturated(of, the_consumer(of.pipeline)))


def found(of: Signals) -> list[Cause]:
    return [each.cause for each in told(of)]


DOUBLED: tuple[Phase, Phase] = ((4, 4, 300), (5, 8, 300))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (late(*DOUBLED, modified=5), SATURATED),
        (late(*DOUBLED, changed=5), SATURATED),
        (late(*DOUBLED), []),
        (late((4, 4, 300), (5, 5, 300), modified=5), SATURATED),
        (late((4, 4, 300), (5, 4.99, 300), modified=5), []),
        (late((4, 4, 300), (5, 8, 329), modified=5), SATURATED),
        (late((4, 4, 300), (5, 8, 330), modified=5), []),
        (late((4, 8, 300), (5, 4, 300), modified=5), SATURATED),
        (late((4, 8, 330), (5, 4, 300), modified=5), []),
        (late((1, 4, 300), (5, 8, 300), modified=5), []),
        (late((2, 4, 300), (5, 8, 300), modified=5), SATURATED),
        (late((4, 4, 300), (4, 8, 300), modified=4), []),
        (late((4, 4, 300), (2, 8, 900), (3, 8, 300), modified=5), SATURATED),
    ],
    ids=["by a change of the mapping", "by another lever", "without a change", "a quarter more",
         "fewer more", "hardly more records", "a tenth more records", "fewer executions",
         "fewer executions and records", "one minute before", "two minutes before",
         "too few minutes in effect", "before it was in effect"],
)  # fmt: skip
def test_more_executions_without_more_records_are_a_full_service(
    seen: Signals, expected: list[Cause]
) -> None:
    assert found(seen) == expected


def test_what_was_before_is_a_quarter_of_an_hour_at_most() -> None:
    assert found(late((2, 4, 300), (13, 8, 300), (5, 8, 300), modified=5)) == []
    long_ago = late((3, 4, 300), (13, 8, 300), (5, 8, 300), modified=18)
    assert found(long_ago) == SATURATED


@pytest.mark.parametrize(
    ("ages", "expected"),
    [([15.01] * 4 + [120 + n for n in range(5)], SATURATED),
     ([15] * 4 + [120 + n for n in range(5)], [])],
    ids=["records waited", "they did not"],
)  # fmt: skip
def test_minutes_in_which_no_record_waits_are_those_of_the_load(
    ages: list[float], expected: list[Cause]
) -> None:
    seen = late(*DOUBLED, modified=5)
    seen = newest(seen, iterator_age_milliseconds=[each * 1000 for each in ages])
    assert found(seen) == expected


def test_it_is_told_while_the_age_is_sick_and_of_the_functions_own_work() -> None:
    falling = newest(
        late(*DOUBLED, modified=5),
        iterator_age_milliseconds=[1000 * (300 - 30 * n) for n in range(9)],
    )
    assert found(falling) == []
    seen = late(*DOUBLED, modified=5)
    consumer = the_consumer(seen.pipeline)
    mapping = replace(consumer.mapping, reading=Reading(other_sources=("queue",)))
    assert list(downstream_saturated(seen, replace(consumer, mapping=mapping))) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [([40] * 4, [80] * 5, []), ([40] * 4, [44] * 5, []), ([40] * 4, [43] * 5, SATURATED),
     ([40] * 4, [30] * 5, SATURATED)],
    ids=["twice its batches", "a tenth more", "hardly more", "fewer"],
)  # fmt: skip
def test_a_function_that_takes_more_batches_itself_is_not_held_up(
    before: list[float], after: list[float], expected: list[Cause]
) -> None:
    """Another reader of the stream has caught up meanwhile: all of them together read no more."""
    seen = newest(late(*DOUBLED, modified=5), "scorer", invocations=[*before, *after])
    assert found(seen) == expected
    assert causes(seen) == (expected or [Cause.CONSUMER_TOO_SLOW])


def test_it_stands_for_a_slow_consumer_and_holds_raises() -> None:
    seen = late(*DOUBLED, modified=5)
    assert causes(seen) == SATURATED
    assert told(seen)[0].holds_raises
    assert causes(late(*DOUBLED)) == [Cause.CONSUMER_TOO_SLOW]


def test_both_concurrencies_are_said_and_the_lower_one_advised() -> None:
    (only,) = told(late(*DOUBLED, modified=5))
    assert only.because == (
        "since the change of 11:55 8.0 executions of scorer are busy where 4.0 were, and read 300 "
        "records/s where they read 300: each record takes 2.0 times as long; no table of scorer is "
        "throttled, so that it waits for something else that it calls"
    )
    assert only.advice == (
        "lower the factor of scorer from 8 to 4, which reads as much for 50% less of its duration; "
        "raise what scorer calls; more executions of it add nothing"
    )


def test_how_much_longer_each_record_takes_is_said_where_a_few_more_are_read() -> None:
    """8 executions for 320 records/s, where 4 read 300."""
    (only,) = told(late((4, 4, 300), (5, 8, 320), modified=5))
    assert "each record takes 1.9 times as long" in only.because
    assert "which reads as much for 47% less of its duration" in (only.advice or "")


@pytest.mark.parametrize(
    ("modified", "changed"), [(10, 5), (5, 10)], ids=["a lever was newest", "the mapping was"]
)
def test_of_two_changes_in_vain_the_newest_is_told(modified: int, changed: int) -> None:
    phases = ((4, 2, 300), (5, 4, 300), (5, 8, 300))
    (only,) = told(late(*phases, modified=modified, changed=changed))
    assert only.because.startswith("since the change of 11:55 8.0 executions")


@pytest.mark.parametrize(
    ("busy", "factor", "advised"),
    [
        (7.9, 8, "lower the factor of scorer from 8 to 7"),
        (8, 8, "reserve a concurrency of 8 for scorer"),
        (0.5, 8, "lower the factor of scorer from 8 to 1"),
        (0.5, 1, "reserve a concurrency of 1 for scorer"),
    ],
    ids=["lower", "as low already", "one at least", "one already"],
)
def test_where_the_factor_is_as_low_already_a_reservation_is_advised(
    busy: float, factor: int, advised: str
) -> None:
    """Of one shard."""
    (only,) = told(late((4, busy, 300), (5, 2 * busy, 300), modified=5, factor=factor))
    assert (only.advice or "").startswith(f"{advised}, which reads as much for 50% less")


def test_after_executions_were_lowered_nothing_more_is_lowered() -> None:
    (only,) = told(late((4, 8, 300), (5, 4, 300), modified=5))
    assert only.advice == "raise what scorer calls; more executions of it add nothing"
