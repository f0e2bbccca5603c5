"""How many records wait is told by the age and by what was not read, whichever says less."""

from dataclasses import replace

import pytest

from tests.builders import Samples, a_pipeline, newest, signals, the_consumer, with_consumers
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.load.backlog import records_waiting

MINUTE = 6000
"""Records that come in, and are read where nothing else is said."""


def aged(*seconds: float | None, **of: Samples) -> Signals:
    ages = [None if each is None else each * 1000 for each in seconds]
    return newest(signals(a_pipeline(factor=2)), iterator_age_milliseconds=ages, **of)


def test_nothing_waits_where_nothing_tells_of_it() -> None:
    assert records_waiting(aged(0, 0, 0)) == 0
    assert records_waiting(signals(a_pipeline(), *[None] * 90)) == 0


@pytest.mark.parametrize(
    ("age", "came", "records"),
    [
        (30, [MINUTE] * 3, 3000),
        (60, [MINUTE] * 3, 6000),
        (90, [MINUTE] * 3, 9000),
        (90, [18_000, MINUTE, 3000], 3000 + 3000),
        (150, [18_000, MINUTE, 3000], 3000 + 6000 + 9000),
        (90, [MINUTE, None, MINUTE], 6000),
    ],
    ids=["half a minute", "a minute", "one and a half", "of less", "of more", "a gap"],
)
def test_by_the_age_it_is_what_came_in_meanwhile_and_part_of_the_first_minute(
    age: float, came: Samples, records: float
) -> None:
    """All of it was read, as it seems: the reads don't explain the age."""
    seen = aged(age, age, age, incoming_records=came, read_records=came)
    assert records_waiting(seen) == pytest.approx(records)


def test_an_age_that_grows_adds_nothing_that_no_metric_tells() -> None:
    assert records_waiting(aged(540, 570, 600)) == records_waiting(aged(600, 600, 600)) == 60_000


def behind(read: Samples, ages: tuple[float, ...] = (0, 60, 120, 180)) -> Signals:
    return aged(*ages, incoming_records=[MINUTE] * 4, read_records=read)


@pytest.mark.parametrize(
    ("read", "records"),
    [
        ([MINUTE, 0, 0, 0], 18_000),
        ([MINUTE, 5000, 5000, 5000], 3000),
        ([MINUTE, 5000, 5500, MINUTE], 1500),
        ([MINUTE, MINUTE, MINUTE, MINUTE], 18_000),
        ([MINUTE, 9000, 9000, 9000], 18_000),
        ([MINUTE, 5000, None, 5000], 12_000 + 1000),
    ],
    ids=["all shards stand still", "one of six", "and no more", "as if all were read",
         "records read again", "by the age at a gap"],
)  # fmt: skip
def test_no_more_waits_than_was_not_read_since_the_readers_were_least_far_behind(
    read: Samples, records: float
) -> None:
    assert records_waiting(behind(read)) == pytest.approx(records)


def test_what_waited_when_they_were_least_far_behind_waits_still() -> None:
    """10 s of it, and a thousand a minute since."""
    seen = behind([MINUTE, 5000, 5000, 5000], ages=(10, 70, 130, 190))
    always = aged(*[10] * 86, 10, 70, 130, 190, read_records=[MINUTE, 5000, 5000, 5000])
    assert records_waiting(always) == pytest.approx(1000 + 3000)
    assert records_waiting(seen) == pytest.approx(3000 + MINUTE / 60)


def test_an_age_that_falls_was_highest_as_its_minute_began() -> None:
    """Five minutes waited then, and 9,000 of these have been read."""
    seen = aged(400, 350, 300, read_records=[15_000] * 3)
    assert records_waiting(seen) == pytest.approx(30_000 - 9000)
    assert records_waiting(aged(400, 350, 30, read_records=[90_000] * 3)) == 0


def test_a_low_age_counts_before_a_second_minute_confirms_it() -> None:
    assert records_waiting(aged(300, 300, 300, 20)) == pytest.approx(2000)


def test_of_several_readers_it_is_what_the_one_furthest_behind_has_not_read() -> None:
    """One keeps up, the other stands still."""
    pipeline = a_pipeline()
    one = the_consumer(pipeline)
    other = replace(one, function=replace(one.function, name="mailer"))
    both = signals(with_consumers(pipeline, one, other))
    whole = newest(both, read_records=[2 * MINUTE] * 90)
    seen = newest(
        whole,
        iterator_age_milliseconds=[60_000, 120_000, 180_000],
        read_records=[MINUTE, MINUTE, MINUTE],
    )
    assert records_waiting(seen) == pytest.approx(3 * MINUTE)
