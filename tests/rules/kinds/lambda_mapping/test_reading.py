"""Whether a consumer is seen to read."""

from dataclasses import replace

import pytest

from tests.builders import Minute, a_pipeline, signals, with_consumers
from tidegate.rules.cause import Cause
from tidegate.rules.kinds.lambda_mapping.reading import not_reading, reading_shown
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.signals import Signals

UNREAD = Minute(batch=0)
"""Records come in and the function is not invoked."""


def seen(*minutes: Minute, window_seconds: int = 0) -> Signals:
    pipeline = a_pipeline()
    (consumer,) = consumers_of(pipeline)
    mapping = replace(consumer.mapping, batching_window_seconds=window_seconds)
    return signals(with_consumers(pipeline, replace(consumer, mapping=mapping)), *minutes)


@pytest.mark.parametrize(
    ("minutes", "window_seconds", "cause"),
    [
        pytest.param(0, 0, None, id="invoked"),
        pytest.param(3, 0, None, id="within lateness and timeout"),
        pytest.param(4, 0, Cause.UNKNOWN, id="the stream is read and the table written"),
        pytest.param(4, 120, None, id="within the batching window"),
        pytest.param(6, 120, Cause.UNKNOWN, id="beyond the batching window"),
    ],
)
def test_records_may_wait_for_a_while(
    minutes: int, window_seconds: int, cause: Cause | None
) -> None:
    looked = seen(*[UNREAD] * minutes, window_seconds=window_seconds)
    found = not_reading(looked, consumers_of(looked.pipeline)[0])
    assert (None if found is None else found.cause) is cause


def test_invocations_show_that_a_consumer_reads() -> None:
    looked = seen(Minute())
    shown = reading_shown(looked, consumers_of(looked.pipeline)[0])
    assert shown is not None
    assert shown.kind == "invoked-for-records"


def test_nothing_shows_it_where_records_wait() -> None:
    looked = seen(*[UNREAD] * 6)
    assert reading_shown(looked, consumers_of(looked.pipeline)[0]) is None
