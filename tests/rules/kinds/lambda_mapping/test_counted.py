"""A mapping's own counts, held against what came in."""

import pytest

from tests.builders import Samples, a_pipeline, newest, signals, the_consumer, with_mapping
from tidegate.rules.kinds.lambda_mapping.counted import Counts, counts, polled_lately
from tidegate.rules.kinds.signals import Signals


def counting(**events: Samples) -> Signals:
    return newest(signals(with_mapping(a_pipeline(), counts_events=True)), "scorer", **events)


def told(seen: Signals) -> Counts | None:
    return counts(seen, the_consumer(seen.pipeline))


def some(**changes: float) -> Counts:
    """A hundred records, of which forty are filtered out, and five may be on their way."""
    whole = {"incoming": 100.0, "polled": 100.0, "filtered": 40.0, "invoked": 60.0, "failed": 0.0,
             "discarded": 0.0, "on_the_way": 5.0}  # fmt: skip
    return Counts(seconds=60, **(whole | changes))


@pytest.mark.parametrize(
    ("found", "unpolled", "not_handed_on", "succeeded", "all_done"),
    [
        (some(), 0, 0, 60, True),
        (some(polled=95, invoked=55), 0, 0, 55, True),
        (some(polled=94, invoked=54), 1, 0, 54, False),
        (some(polled=110, invoked=70), 0, 0, 70, True),
        (some(invoked=55), 0, 0, 55, True),
        (some(invoked=54), 0, 1, 54, False),
        (some(polled=94, invoked=48), 1, 1, 48, False),
        (some(invoked=54, discarded=6), 0, 0, 54, False),
        (some(invoked=65), 0, 0, 60, True),
        (some(invoked=66), 0, 0, 60, False),
        (some(failed=1), 0, 0, 59, False),
        (some(failed=70), 0, 0, 0, False),
    ],
    ids=["all", "on their way in", "one not read", "read twice", "on their way to the function",
         "one not handed on",
         "one not read and one not handed on", "discarded", "hardly retried", "retried", "failed", "all failed"],
)  # fmt: skip
def test_each_record_is_accounted_for_or_missed(
    found: Counts, unpolled: float, not_handed_on: float, succeeded: float, all_done: bool
) -> None:
    assert (found.unpolled, found.not_handed_on) == (unpolled, not_handed_on)
    assert (found.succeeded, found.is_every_record_done) == (succeeded, all_done)


def test_counts_reach_back_to_the_first_that_was_told_and_no_further_than_half_an_hour() -> None:
    short = told(counting(polled_events=[600.0] * 4, kept_events=[1.0], dropped_events=[2.0]))
    assert short is not None
    assert (short.seconds, short.polled, short.incoming, short.discarded) == (240, 2400, 24_000, 3)
    long = told(counting(polled_events=[600.0] * 90))
    assert long is not None
    assert (long.seconds, long.polled, long.invoked) == (1800, 18_000, 0)


def test_without_counts_lately_nothing_is_told() -> None:
    assert told(signals(a_pipeline())) is None
    assert told(counting(polled_events=[600.0] * 9 + [None] * 3)) is None
    seen = counting(polled_events=[0.0, None, None])
    assert polled_lately(seen.of(the_consumer(seen.pipeline).function))


def test_on_their_way_are_those_that_wait_for_a_batch_its_end_and_the_end_of_a_minute() -> None:
    alone = told(counting(polled_events=[600.0] * 30))
    batched = with_mapping(a_pipeline(), counts_events=True, batching_window_seconds=120)
    waits = told(newest(signals(batched), "scorer", polled_events=[600.0] * 30))
    assert alone is not None
    assert waits is not None
    assert (alone.on_the_way, waits.on_the_way) == (12_000, 24_000)


@pytest.mark.parametrize(("longest_milliseconds", "minutes"), [(None, 1), (60_000, 2), (61_000, 3)])
def test_on_their_way_are_those_of_the_longest_invocation(
    longest_milliseconds: float | None, minutes: int
) -> None:
    """Beside the minute that begins at an edge; 6,000 records come in a minute."""
    durations: Samples = [longest_milliseconds] * 30
    of = counting(polled_events=[600.0] * 30, duration_maximum_milliseconds=durations)
    found = told(newest(of, iterator_age_milliseconds=[0.0] * 30))
    assert found is not None
    assert found.on_the_way == 6000 * minutes
