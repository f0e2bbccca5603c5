"""What CloudWatch answers does not depend on what it was asked before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.simulator.archive import Archive
from tidegate.simulator.publisher import Key, Publisher
from tidegate.simulator.scenario import Traffic

KEY: Key = ("AWS/Kinesis", "IncomingRecords", (("StreamName", "racers"),))
TRAFFIC = Traffic(points=((-3600.0, 10.0), (0.0, 20.0)))


@given(
    st.lists(st.floats(0, 1000), min_size=15, max_size=15),
    st.sampled_from((1, 5)),
    st.none() | st.tuples(st.integers(0, 14), st.integers(60, 600)),
    st.integers(0, 2**16),
)
def test_a_period_asked_for_each_minute_is_told_as_if_for_the_first_time(
    sums: list[float], step: int, outage: tuple[int, int] | None, seed: int
) -> None:
    publisher = Publisher(seed)
    asked_before = Archive(publisher)
    starts = range(-10, 15, step)
    for minute, total in enumerate(sums):
        if outage is not None and outage[0] == minute:
            publisher.silences.append((60.0 * minute, 60.0 * minute + outage[1]))
        publisher.add(KEY, total)
        publisher.close_minute()
        now = 60.0 * (minute + 1)
        told = asked_before.values(KEY, "Sum", starts, TRAFFIC, now)
        assert told == Archive(publisher).values(KEY, "Sum", starts, TRAFFIC, now)
    at_last = asked_before.values(KEY, "Sum", starts, TRAFFIC, 60.0 * 15 + 720)
    assert at_last[-1] == pytest.approx(sum(sums[-step:]))
