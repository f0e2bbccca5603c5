"""Old records that are read again, up to the edges."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Samples, a_pipeline, newest, signals, the_consumer
from tests.rules.kinds.lambda_mapping.late import a_mapping, causes
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.lambda_mapping.replay import replay
from tidegate.rules.kinds.signals import Signals

REPLAY = [Cause.REPLAY]
DRAINS: Samples = [7200, 7000, 6800, 6600]


def seconds(ages: Samples) -> Samples:
    return [None if each is None else each * 1000 for each in ages]


def own(*ages: float | None, modified: float | None = None) -> Signals:
    """The function's own age in its newest minutes, 1 s before; its mapping changed minutes ago."""
    at = "" if modified is None else (NOON - timedelta(minutes=modified)).isoformat()
    seen = signals(a_mapping(a_pipeline(factor=8), modified=at))
    before = [1.0] * (90 - len(ages))
    return newest(seen, "scorer", iterator_age_milliseconds=seconds([*before, *ages]))


def told(of: Signals) -> list[Diagnosis]:
    return list(replay(of, the_consumer(of.pipeline)))


def found(of: Signals) -> list[Cause]:
    return [each.cause for each in told(of)]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (own(*DRAINS), REPLAY),
        (own(661, 660, 659), REPLAY),
        (own(660.9, 660, 659), []),
        (own(7200, 7100), []),
        (own(7200, 1, 1), []),
        (own(7200, 7100, 61), REPLAY),
        (own(7200, 7100, 60), []),
        (own(1261, 1261, 1261), REPLAY),
        (own(*[None] * 10, 1261, 1260, 1259), REPLAY),
        (own(*[None] * 10, 1260.9, 1260, 1259), []),
        (own(*[600 + 60 * n for n in range(5)]), []),
        (own(*[1 + 60 * n for n in range(20)]), []),
        (own(7200, 7100, 7000, *[1] * 20), []),
        (own(60, 7200, 7100, 7000), REPLAY),
        (own(61, 7200, 7100, 7000), []),
    ],
    ids=["two hours", "ten minutes", "less than ten", "two minutes", "one odd minute",
         "nearly caught up", "caught up", "no faster", "after ten minutes of silence",
         "that explain it", "a jump of just less", "as fast as time passes", "long over", "up to date before",
         "late before"],
)  # fmt: skip
def test_an_age_that_grows_faster_than_time_passes_is_of_records_read_again(
    seen: Signals, expected: list[Cause]
) -> None:
    assert found(seen) == expected


def test_the_newest_of_several_is_told() -> None:
    (only,) = told(own(*DRAINS, *[1] * 3, 9000, 8900, 8800))
    assert "reads old records since 11:57, the oldest from" in only.because
    assert "from 1 s to 9,000 s" in only.because


def test_what_is_lost_on_the_way_from_the_first_known_minute_is_not_known() -> None:
    """Without a minute before it nothing tells that the records were read already."""
    seen = newest(
        signals(a_mapping()),
        "scorer",
        iterator_age_milliseconds=seconds([*[None] * 87, *[7200] * 3]),
    )
    assert found(seen) == []


def test_of_a_function_without_an_age_of_its_own_the_streams_is_told() -> None:
    silent = own(*[None] * 90)
    assert found(newest(silent, iterator_age_milliseconds=seconds(DRAINS))) == REPLAY


@pytest.mark.parametrize(("stuck", "expected"), [(60, REPLAY), (61, [])])
def test_a_shard_that_was_not_read_for_long_was_late_before(
    stuck: float, expected: list[Cause]
) -> None:
    """No batch of it told its age."""
    seen = newest(own(*DRAINS), iterator_age_milliseconds=seconds([stuck] * 5 + [7000] * 4))
    assert found(seen) == expected


def test_of_a_function_with_other_sources_its_age_may_be_another_streams() -> None:
    seen = own(*DRAINS)
    function = the_consumer(seen.pipeline).function
    series = replace(seen.of(function), is_shared=True)
    of = {**seen.series.of, "lambda_mapping": {function.name: series}}
    shared = replace(seen, series=replace(seen.series, of=of))
    assert found(shared) == []
    assert found(newest(shared, iterator_age_milliseconds=seconds(DRAINS))) == REPLAY


def test_where_others_read_the_stream_its_age_may_be_theirs() -> None:
    silent = newest(own(*[None] * 90), iterator_age_milliseconds=seconds(DRAINS))
    read = signals(a_pipeline()).series.source.incoming_records.samples
    beside = newest(silent, read_records=[2 * (each or 0.0) for each in read])
    assert found(silent) == REPLAY
    assert found(beside) == []


def test_another_readers_replay_is_not_the_functions() -> None:
    seen = newest(own(1, 1, 1, 1), iterator_age_milliseconds=seconds(DRAINS))
    assert found(seen) == []


@pytest.mark.parametrize(
    ("ages", "holds"),
    [((7200, 7100, 7000), True), ((7200, 7300, 7200), True), ((7200, 7250, 7201), False)],
    ids=["falls", "stays", "grows"],
)
def test_raises_are_held_as_long_as_the_age_does_not_grow(
    ages: tuple[float, ...], holds: bool
) -> None:
    (only,) = told(own(*ages))
    assert only.holds_raises is holds


@pytest.mark.parametrize(
    ("modified", "is_said"),
    [(None, False), (4, True), (19, True), (19.1, False), (1, True), (0.9, False)],
    ids=["unknown", "with it", "a quarter before", "longer before", "as late as metrics", "later"],
)
def test_a_change_of_the_mapping_near_it_is_said(modified: float | None, is_said: bool) -> None:
    """It begins at 11:56."""
    (only,) = told(own(*DRAINS, modified=modified))
    assert ("was made or changed at" in only.because) is is_said


def test_the_moment_the_ages_and_the_end_are_said() -> None:
    (only,) = told(own(*DRAINS, modified=5))
    assert only.because == (
        "scorer reads old records since 11:56, the oldest from "
        f"{NOON - timedelta(minutes=124):%m-%d %H:%M}: the age of what it reads went from 1 s to "
        "7,200 s, faster than time passes; the event source mapping of scorer was made or changed at "
        "11:55; as fast as until now it has caught up at 12:32, in 33 min"
    )
    assert "start the mapping of scorer at LATEST" in (only.advice or "")
    assert "written again" in (only.advice or "")


def test_without_progress_no_end_is_said() -> None:
    (only,) = told(own(7200, 7200, 7200))
    assert "caught up" not in only.because


def test_it_goes_before_a_slow_consumer_and_beside_a_throttled_table() -> None:
    busy = newest(own(*DRAINS), "scorer", duration_sum_milliseconds=[16 * 60_000] * 4)
    late = newest(busy, iterator_age_milliseconds=seconds([7000, 7100, 7200]))
    assert causes(late) == REPLAY
    assert causes(newest(late, "scores", write_throttles=[9000] * 3)) == REPLAY
    grows = newest(late, "scorer", iterator_age_milliseconds=seconds([7200, 7250, 7300]))
    assert causes(grows) == [Cause.REPLAY, Cause.CONSUMER_TOO_SLOW]
