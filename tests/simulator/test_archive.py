"""What CloudWatch answers does not depend on what it was asked before."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.simulator.archive import Archive, Past
from tidegate.simulator.publisher import Chosen, Delay, Key, Publisher

KEY: Key = ("AWS/Kinesis", "IncomingRecords", (("StreamName", "racers"),))


def past_of(key: Key) -> Past | None:
    return (lambda minute: 60.0 * minute if minute >= -5 else None) if key == KEY else None


@given(
    sums=st.lists(st.floats(0, 1000), min_size=15, max_size=15),
    step=st.sampled_from((1, 5)),
    outage=st.none() | st.tuples(st.integers(0, 14), st.integers(60, 600)),
    delay=st.none() | st.tuples(st.integers(0, 14), st.integers(1, 5), st.integers(0, 600)),
    seed=st.integers(0, 2**16),
)
def test_a_period_asked_for_each_minute_is_told_as_if_for_the_first_time(
    sums: list[float],
    step: int,
    outage: tuple[int, int] | None,
    delay: tuple[int, int, int] | None,
    seed: int,
) -> None:
    publisher = Publisher(seed)
    if delay is not None:
        at, minutes, seconds = delay
        publisher.delays.append(Delay(Chosen(), 60 * at, 60 * (at + minutes), seconds))
    asked_before = Archive(publisher, past_of)
    starts = range(-10, 15, step)
    for minute, total in enumerate(sums):
        if outage is not None and outage[0] == minute:
            publisher.silences.append((60.0 * minute, 60.0 * minute + outage[1]))
        publisher.add(KEY, total)
        publisher.close_minute()
        now = 60.0 * (minute + 1)
        told = asked_before.values(KEY, "Sum", starts, now)
        assert told == Archive(publisher, past_of).values(KEY, "Sum", starts, now)
    at_last = asked_before.values(KEY, "Sum", starts, 60.0 * 15 + 2000)
    assert at_last[-1] == pytest.approx(sum(sums[-step:]))


def test_points_that_never_come_are_final() -> None:
    publisher = Publisher(1)
    publisher.delays.append(Delay(Chosen(metric="IncomingRecords"), 0, 60, inf))
    archive = Archive(publisher, past_of)
    for _ in range(2):
        publisher.add(KEY, 5.0)
        publisher.close_minute()
    assert archive.values(KEY, "Sum", range(2), 10_000) == [None, 5.0]
    assert publisher.has_delivered(KEY, range(1), 10_000)
