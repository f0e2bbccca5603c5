from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.change_records import change
from tidegate.rules.cause import LeverKind
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.effect import IN_VAIN, in_vain, mean_before, mean_of, mean_since

LEVER = Lever.of(LeverKind.SHARD_COUNT, "racers")


def window(*samples: float | None, statistic: str = "Average") -> Window:
    """The minutes that end at noon."""
    metric = Metric("AWS/Any", "Any", (), statistic)
    return Window(metric, NOON - timedelta(minutes=len(samples)), samples)


@pytest.mark.parametrize(
    ("values", "statistic", "mean"),
    [([120.0], "Sum", None), ([60.0, 180.0], "Sum", 2.0), ([1.0, 3.0, 8.0], "Average", 4.0)],
    ids=["too-few", "sums-as-a-rate", "average"],
)
def test_the_mean_of_two_minutes_or_more_is_a_rate_where_they_are_sums(
    values: list[float], statistic: str, mean: float | None
) -> None:
    assert mean_of(values, window(statistic=statistic)) == mean


@pytest.mark.parametrize(
    ("seconds", "mean"),
    [(0, 5.0), (30, 5.5), (60, 6.0), (61, 6.5), (180, 8.0), (240, 8.5), (241, None)],
)
def test_before_a_moment_are_the_whole_minutes_of_the_three_before_it(
    seconds: int, mean: float | None
) -> None:
    seen = window(1, 2, 3, 4, 5, 6, 7, 8, 9)
    assert mean_before(seen, NOON - timedelta(minutes=3) + timedelta(seconds=seconds)) == mean


@pytest.mark.parametrize(("minutes", "mean"), [(9, 8.0), (3, 8.0), (2, 8.5), (1, None)])
def test_since_a_moment_are_the_newest_three_minutes_of_those_after_it(
    minutes: int, mean: float | None
) -> None:
    seen = window(1, 2, 3, 4, 5, 6, 7, 8, 9)
    assert mean_since(seen, NOON - timedelta(minutes=minutes)) == mean
    assert mean_since(window(7, None, 9, None), NOON - timedelta(minutes=4)) == 8.0


@pytest.mark.parametrize(
    ("after", "holds"),
    [((100.0, 100.0), True), ((104.9, 104.9), True), ((105.0, 105.0), False), ((50.0,), False)],
    ids=["none", "less-than-a-twentieth", "a-twentieth", "not-told"],
)
def test_a_raise_that_brought_less_than_a_twentieth_was_in_vain(
    after: tuple[float, ...], holds: bool
) -> None:
    raised = change(LEVER, 2, 4, minutes_ago=4)
    seen = window(100, 100, 100, 100, None, None, *after)
    start = NOON - timedelta(minutes=len(after) + 6)
    seen = Window(seen.metric, start, seen.samples)
    raised = change(LEVER, 2, 4, minutes_ago=len(after) + 2)
    since = raised.begun_at + timedelta(minutes=2)
    reason = IN_VAIN(
        lever=LEVER, from_=2, to=4, begun_at=raised.begun_at, before=100.0, what="records/s",
        since=after[0], newest_at=NOON - timedelta(minutes=1),
    )  # fmt: skip
    assert list(in_vain(raised, seen, "records/s", since)) == [reason] * holds
