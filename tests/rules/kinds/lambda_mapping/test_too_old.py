"""What a consumer that is too slow lets get too old, up to the edges."""

from typing import Any

import pytest

from tests.builders import Reading, newest, signals, the_consumer
from tests.rules.kinds.lambda_mapping.late import a_mapping
from tidegate.rules.kinds.lambda_mapping.records_dropped import records_dropped
from tidegate.rules.kinds.lambda_mapping.too_old import discarded_unread
from tidegate.rules.kinds.signals import Signals

A_QUARTER = 900


def slow(ages: list[float], limit: int = 300, /, invocations: float = 60, **more: Any) -> Signals:
    """6,000 records come in each minute, and batches have room for 50 of them each."""
    mapping = a_mapping(maximum_record_age_seconds=limit, batch_size=50, **more)
    seen = newest(signals(mapping), "scorer", invocations=[invocations] * 15)
    return newest(seen, iterator_age_milliseconds=[1000 * age for age in ages])


def lost(seen: Signals) -> tuple[float, int] | None:
    return discarded_unread(seen, the_consumer(seen.pipeline), A_QUARTER)


@pytest.mark.parametrize(
    ("ages", "limit", "invocations", "expected"),
    [
        ([300] * 5, 300, 60, (4 * 3000, 4)),
        ([240, 290, 292, 291], 300, 100, (2 * 1000, 2)),
        ([58] * 16, 60, 0, (15 * 6000, 15)),
        ([86_380] * 3, 86_400, 60, (2 * 3000, 2)),
        ([300] * 5, 300, 120, None),
        ([200] * 5, 300, 60, None),
        ([240, 260, 280, 300], 300, 60, None),
        ([1, 1, 1, 300], 300, 60, None),
        ([*[300] * 5, 1, 1], 300, 60, None),
        ([300] * 5, -1, 60, None),
    ],
    ids=["at the limit", "just below it", "a short limit", "a long limit", "room for all",
         "younger", "the age still grows", "one odd minute", "it is over", "no limit"],
)  # fmt: skip
def test_what_a_slow_consumer_lets_get_too_old_is_lost_though_nothing_fails(
    ages: list[float], limit: int, invocations: float, expected: tuple[float, int] | None
) -> None:
    assert lost(slow(ages, limit, invocations=invocations)) == expected


def test_what_a_filter_leaves_out_is_not_taken_for_lost() -> None:
    assert lost(slow([300] * 5, reading=Reading(has_filter=True))) is None


def test_the_loss_is_told_with_the_limit_to_raise_and_holds_no_raise_back() -> None:
    seen = slow([300] * 5)
    (only,) = records_dropped(seen, the_consumer(seen.pipeline))
    assert "at least 12,000 records were discarded unread in 4 min" in only.because
    assert "raise MaximumRecordAgeInSeconds of the event source mapping of scorer" in str(
        only.advice
    )
    assert not only.holds_raises
