"""Checkpoints that fail, time after time."""

import pytest

from tests.builders import Samples, newest
from tests.flink_builders import a_flink_pipeline, an_application, job_signals
from tidegate.rules.cause import Cause
from tidegate.rules.kinds.flink_application.checkpoints import (
    checkpoint_size,
    checkpoint_trouble,
    failed_checkpoints,
)
from tidegate.rules.kinds.signals import Signals


def seen(**of: Samples) -> Signals:
    return newest(job_signals(a_flink_pipeline()), "counter", **of)


@pytest.mark.parametrize(
    ("failed", "told"),
    [
        ((1, 1, 1), 0),
        ((1, 2, 2), 2),
        ((2, *[2] * 28), 2),
        ((2, *[2] * 29), 0),
        ((1, 0, 1), 2),
        ((None, 3, None), 3),
    ],
    ids=["one", "two", "in half an hour", "longer ago", "counted anew", "with gaps"],
)
def test_two_failures_in_half_an_hour_are_no_accident(failed: Samples, told: int) -> None:
    of = seen(failed_checkpoints=failed)
    assert failed_checkpoints(of, an_application()) == told
    assert [each.cause for each in checkpoint_trouble(of, an_application())] == [
        Cause.CHECKPOINT_TROUBLE
    ] * bool(told)


@pytest.mark.parametrize(
    ("interval_minutes", "minutes_ago", "told", "words"),
    [
        (10, (12, 2), 2, "2 checkpoints of counter failed in 30 min"),
        (15, (20,), 0, ""),
        (15, (20, 5), 2, "2 checkpoints of counter failed in 30 min"),
        (20, (25,), 1, "1 checkpoint of counter failed in 40 min"),
        (30, (50,), 1, "1 checkpoint of counter failed in 60 min"),
        (30, (70,), 0, ""),
        (30, (55, 25), 2, "2 checkpoints of counter failed in 60 min"),
        (120, (80,), 1, "1 checkpoint of counter failed in 90 min"),
    ],
)
def test_checkpoints_that_begin_seldom_are_judged_by_longer_than_half_an_hour(
    interval_minutes: int, minutes_ago: tuple[int, ...], told: int, words: str
) -> None:
    """Where no second one is due in it, one that failed is all of them."""
    application = an_application(checkpoint_interval_milliseconds=interval_minutes * 60_000)
    counts = [float(sum(back < ago for ago in minutes_ago)) for back in range(90, 0, -1)]
    of = seen(failed_checkpoints=counts)
    assert failed_checkpoints(of, application) == told
    assert "".join(each.because for each in checkpoint_trouble(of, application)).startswith(words)


@pytest.mark.parametrize(
    ("size", "words"), [(1_234e6, "1,234 MB"), (0.0, "0 MB"), (None, "an unknown size")]
)
def test_the_size_of_a_checkpoint_is_in_megabytes(size: float | None, words: str) -> None:
    series = seen(checkpoint_bytes=[size] * 90).of(an_application())
    assert checkpoint_size(series) == words


@pytest.mark.parametrize(("taken", "words"), [(45_000, "took 45 s"), (None, "took 0 s")])
def test_failures_and_the_last_success_are_said(taken: float | None, words: str) -> None:
    of = seen(failed_checkpoints=[1, 2, 3], checkpoint_milliseconds=[taken] * 90)
    (told,) = checkpoint_trouble(of, an_application(checkpoint_interval_milliseconds=90_000))
    assert told.because == (
        f"3 checkpoints of counter failed in 30 min; the last successful checkpoint has 100 MB and "
        f"{words}, with a checkpoint interval of 90 s; a failure now would make the job read again "
        "from the last successful checkpoint, and an update may not start"
    )
    numbers = dict(told.evidence[1].numbers)
    assert (numbers["taken_seconds"], numbers["interval_seconds"]) == ((taken or 0) / 1000, 90)
    assert "make the state smaller" in (told.advice or "")
