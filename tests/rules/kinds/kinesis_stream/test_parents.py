"""Until the parents of a reshard are read to their end, nothing tells whether it was enough."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Samples, a_pipeline, newest, signals, with_consumers
from tests.flink_builders import JobMinute, a_flink_pipeline, job_signals
from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.kinesis_stream.parents import parents_read_for_long, parents_read_since
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.setting_steps import EarlierUnits, SettingStep


def late(*ages: float, changed: float = 8, where: str = "racers") -> Signals:
    """Ages of the newest minutes, in seconds; the shards were changed so many minutes ago."""
    seen = newest(
        signals(a_pipeline(shards=2)), iterator_age_milliseconds=[age * 1000 for age in ages]
    )
    at = NOON - timedelta(minutes=changed)
    return replace(seen, steps=(SettingStep(LeverKind.SHARD_COUNT, where, at, 1),))


def slowly_to(seconds: int) -> list[float]:
    """By ten seconds a minute."""
    return [seconds - 10.0 * minutes for minutes in reversed(range(40))]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (late(301, 310, 320), True),
        (late(300, 310, 320, changed=5), True),
        (late(301, 301, 301), True),
        (late(300, 310, 320), False),
        (late(310, 310, 310, where="orders"), False),
        (late(300, 360, 420), False),
        (late(200, 200, 200), False),
    ],
    ids=["of the parents", "well before", "in the first minute", "after it", "another stream",
         "nobody gets on", "of the children"],
)  # fmt: skip
def test_a_record_that_was_put_before_the_change_is_in_a_parent(
    seen: Signals, expected: bool
) -> None:
    changed = seen.steps[-1].at
    assert parents_read_since(seen) == (changed if expected else None)


def test_while_they_are_read_nobody_looks_for_another_cause() -> None:
    seen = late(301, 310, 320)
    (told,) = diagnose(seen)
    assert told.cause is Cause.HEALTHY
    assert "from before the change of the shards at 11:52" in told.because
    (unknown,) = diagnose(replace(seen, steps=()))
    assert unknown.cause is Cause.UNKNOWN


def test_without_a_reader_nothing_is_read() -> None:
    seen = late(301, 310, 320)
    assert parents_read_since(replace(seen, pipeline=with_consumers(seen.pipeline))) is None
    assert parents_read_since(replace(seen, steps=())) is None


@pytest.mark.parametrize(
    ("changed", "to", "is_long"), [(12, 750, True), (9, 600, False), (12, 500, False)]
)
def test_they_are_read_for_long_after_ten_minutes(changed: int, to: int, is_long: bool) -> None:
    told = parents_read_for_long(late(*slowly_to(to), changed=changed))
    assert told == (EarlierUnits(1, NOON - timedelta(minutes=changed)) if is_long else None)


@pytest.mark.parametrize(("to", "count", "minutes"), [(900, 1, 14), (640, 2, 12)])
def test_after_several_changes_they_are_those_of_the_oldest_unread_record(
    to: int, count: int, minutes: int
) -> None:
    """From 1 to 2 shards fourteen minutes ago, to 4 two minutes later."""
    steps = tuple(
        SettingStep(LeverKind.SHARD_COUNT, "racers", NOON - timedelta(minutes=ago), before)
        for ago, before in ((14, 1), (12, 2))
    )
    told = parents_read_for_long(replace(late(*slowly_to(to)), steps=steps))
    assert told == EarlierUnits(count, NOON - timedelta(minutes=minutes))


def test_while_they_take_longer_it_is_told_what_to_wait_for() -> None:
    idle: Samples = [1000.0] * 5
    seen = newest(late(*slowly_to(750), changed=12), "scorer", duration_sum_milliseconds=idle)
    (told,) = diagnose(seen)
    assert told.cause is Cause.HEALTHY
    assert "from before the change of the shards at 11:48" in told.because
    assert told.advice is not None
    assert "wait until readers of racers are past that change" in told.advice
    assert told.holds_raises
    (unknown,) = diagnose(late(*slowly_to(500), changed=12))
    assert unknown.cause is Cause.UNKNOWN


def test_so_it_is_of_a_flink_job() -> None:
    ages: Samples = [1000 * each for each in slowly_to(750)]
    of = job_signals(a_flink_pipeline(), JobMinute())
    seen = newest(
        newest(of, iterator_age_milliseconds=ages), "counter", behind_milliseconds=ages,
        busy=[None] * 90, busiest=[None] * 90, cpu_percent=[20.0] * 90,
    )  # fmt: skip
    assert [each.cause for each in diagnose(seen)] == [Cause.UNKNOWN]
    at = NOON - timedelta(minutes=12)
    (told,) = diagnose(replace(seen, steps=(SettingStep(LeverKind.SHARD_COUNT, "racers", at, 1),)))
    assert told.cause is Cause.HEALTHY
    assert "from before the change of the shards at 11:48" in told.because
    assert told.advice is not None
