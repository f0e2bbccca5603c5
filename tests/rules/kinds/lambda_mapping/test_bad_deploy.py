"""A function that fails, or is slower, from one minute on, up to the edges."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOON, Reading, Samples, a_pipeline, newest, signals, the_consumer
from tests.builders import with_consumers as described
from tests.rules.kinds.lambda_mapping.late import a_mapping, causes
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.bad_deploy import bad_deploy
from tidegate.rules.kinds.signals import Signals

DEPLOYED = [Cause.BAD_DEPLOY]


def changed(pipeline: Pipeline, minutes_ago: float) -> Pipeline:
    """Whose function was changed so long before noon."""
    consumer, at = the_consumer(pipeline), NOON - timedelta(minutes=minutes_ago)
    function = replace(consumer.function, modified=at.isoformat())
    return described(pipeline, replace(consumer, function=function))


def failing(
    errors: Samples, pipeline: Pipeline | None = None, invocations: float | Samples = 120
) -> Signals:
    """Of 120 invocations in each minute so many fail in the newest; none before them."""
    done = [invocations] * len(errors) if isinstance(invocations, int | float) else invocations
    seen = signals(pipeline or a_mapping())
    return newest(seen, "scorer", errors=errors, invocations=done)


def told(of: Signals) -> list[Diagnosis]:
    return list(bad_deploy(of, the_consumer(of.pipeline)))


def found(of: Signals) -> list[Cause]:
    return [each.cause for each in told(of)]


@pytest.mark.parametrize(
    ("errors", "minutes_ago", "expected"),
    [
        ([120] * 2, 3, DEPLOYED),
        ([120] * 2, None, []),
        ([120] * 3, None, DEPLOYED),
        ([120], 2, []),
        ([108] * 3, None, DEPLOYED),
        ([108, 108, 107], None, []),
        ([107, 108, 108], None, []),
        ([120] * 3 + [None], None, DEPLOYED),
        ([120] * 3 + [None] * 2, None, DEPLOYED),
        ([120] * 3 + [None] * 3, None, []),
        ([120] * 3 + [0], None, []),
    ],
    ids=["two minutes after a change", "two alone", "three alone", "one", "nine of ten", "fewer",
         "fewer at first", "one is late", "two are late", "none for long", "not any more"],
)  # fmt: skip
def test_a_function_that_nearly_always_fails_from_one_minute_on_was_deployed_badly(
    errors: Samples, minutes_ago: float | None, expected: list[Cause]
) -> None:
    pipeline = a_mapping() if minutes_ago is None else changed(a_mapping(), minutes_ago)
    assert found(failing(errors, pipeline)) == expected


@pytest.mark.parametrize(
    ("minutes_ago", "fits"),
    [(2.1, True), (17, True), (17.01, False), (1.1, True), (1, False)],
    ids=["with it", "a quarter of an hour before", "longer before", "in that minute", "after it"],
)
def test_a_change_explains_failures_up_to_a_quarter_of_an_hour_after_it(
    minutes_ago: float, fits: bool
) -> None:
    """They begin two minutes ago."""
    seen = failing([120] * 2, changed(a_mapping(), minutes_ago))
    assert found(seen) == DEPLOYED * fits


@pytest.mark.parametrize(
    ("before", "expected"),
    [(5.9, DEPLOYED), (6, [])],
    ids=["fewer than a twentieth", "a twentieth"],
)
def test_what_failed_before_as_well_was_not_deployed_now(
    before: float, expected: list[Cause]
) -> None:
    assert found(failing([*[before] * 87, *[120] * 3])) == expected


@pytest.mark.parametrize(("minutes", "expected"), [(9, []), (10, DEPLOYED)])
def test_ten_minutes_must_be_known_before(minutes: int, expected: list[Cause]) -> None:
    """Minutes without an invocation tell nothing."""
    done: list[float] = [*[0] * (87 - minutes), *[120] * (minutes + 3)]
    assert found(failing([*[0] * 87, *[120] * 3], invocations=done)) == expected


def test_what_fails_for_as_long_as_is_known_is_told_without_a_moment() -> None:
    (only,) = told(failing([120] * 90))
    assert "100% of the invocations of scorer fail since 10:30 or longer" in only.because


@pytest.mark.parametrize(("errors", "expected"), [([1, 1, 2], []), ([1, 2, 2], DEPLOYED)])
def test_five_failures_are_no_chance(errors: list[float], expected: list[Cause]) -> None:
    assert found(failing(errors, invocations=errors)) == expected


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        (a_pipeline(), []),
        (changed(a_pipeline(), 3.5), DEPLOYED),
        (a_mapping(a_pipeline(), maximum_retry_attempts=0), DEPLOYED),
        (a_mapping(reading=Reading(tumbling_window_seconds=60)), []),
    ],
    ids=["one batch at a time", "changed just before", "given up", "a tumbling window"],
)
def test_where_one_bad_record_fails_every_invocation_it_is_no_deploy(
    pipeline: Pipeline, expected: list[Cause]
) -> None:
    assert found(failing([120] * 3, pipeline)) == expected


def test_what_times_out_or_is_throttled_has_that_for_a_cause() -> None:
    near = newest(failing([120] * 3), "scorer", duration_maximum_milliseconds=[12_000] * 3)
    assert found(near) == []
    far = newest(failing([120] * 3), "scorer", duration_maximum_milliseconds=[11_999] * 3)
    assert found(far) == DEPLOYED
    assert found(newest(failing([120] * 3), "scores", write_throttles=[9000] * 3)) == []


def test_it_is_no_poison_batch_and_holds_raises() -> None:
    seen = newest(failing([120] * 3), iterator_age_milliseconds=[60_000, 120_000, 180_000])
    assert causes(seen) == DEPLOYED
    assert told(seen)[0].holds_raises


def test_the_moment_and_the_change_are_said() -> None:
    (only,) = told(failing([120] * 3, changed(a_mapping(), 3.5)))
    assert only.because == (
        "100% of the invocations of scorer fail since 11:57; 0.0% failed in the 87 min before; "
        "scorer was changed at 11:56"
    )
    assert "roll scorer back to the version before 11:57" in (only.advice or "")
    assert "`tidegate memory scorer`" in (only.advice or "")


@pytest.mark.parametrize(
    ("minutes_ago", "is_said"),
    [(18, True), (18.01, False), (1, True)],
    ids=["a quarter of an hour before", "longer before", "meanwhile"],
)
def test_a_change_is_said_that_may_explain_the_failures_or_that_came_later(
    minutes_ago: float, is_said: bool
) -> None:
    """They began three minutes ago."""
    (only,) = told(failing([120] * 3, changed(a_mapping(), minutes_ago)))
    assert ("scorer was changed at" in only.because) is is_said


# ---- slower


def slower(
    milliseconds: float, batches: float, *, minutes: int = 2, at: datetime | None = None
) -> Signals:
    """48,000 ms for 6,000 records in 120 batches are usual; then so many in so many."""
    moment = at or NOON - timedelta(minutes=minutes)
    consumer = the_consumer(a_mapping())
    function = replace(consumer.function, modified=moment.isoformat())
    pipeline = described(a_mapping(), replace(consumer, function=function))
    return newest(
        signals(pipeline),
        "scorer",
        duration_sum_milliseconds=[milliseconds] * minutes,
        invocations=[batches] * minutes,
    )


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (slower(96_000, 120), DEPLOYED),
        (slower(95_999, 120), []),
        (slower(96_000, 121), []),
        (slower(48_000, 60), []),
        (slower(200_000, 120, minutes=1), []),
        (slower(200_000, 120, at=NOON - timedelta(days=1)), []),
        (slower(200_000, 120, at=NOON - timedelta(minutes=80)), []),
        (slower(200_000, 120, minutes=81), []),
        (slower(200_000, 120, minutes=80), DEPLOYED),
    ],
    ids=["twice", "less", "smaller batches", "larger batches", "one minute", "long after the change",
         "later than the change", "too little before", "enough before"],
)  # fmt: skip
def test_a_function_that_takes_twice_as_long_since_it_was_changed_was_deployed_badly(
    seen: Signals, expected: list[Cause]
) -> None:
    assert found(seen) == expected


@pytest.mark.parametrize(
    ("part", "untold"),
    [("stream", "read_records"), ("scorer", "duration_sum_milliseconds")],
    ids=["what was read", "how long it took"],
)
@pytest.mark.parametrize(("minutes", "expected"), [(2, []), (3, DEPLOYED)])
def test_a_minute_that_tells_half_is_none_of_those_since_the_change(
    minutes: int, expected: list[Cause], part: str, untold: str
) -> None:
    seen = slower(96_000, 120, minutes=minutes)
    assert found(newest(seen, part, **{untold: [None]})) == expected


def test_a_slower_function_is_told_with_its_price_and_still_scaled() -> None:
    (only,) = told(slower(192_000, 120))
    assert only.because == (
        "scorer was changed at 11:58, and takes 4.0 times as long for each record since then, for "
        "each batch as well"
    )
    assert "4.0 times as much for each record" in (only.advice or "")
    assert not only.holds_raises


def test_of_a_function_with_other_sources_the_time_of_a_record_is_not_known() -> None:
    seen = slower(192_000, 120)
    consumer = the_consumer(seen.pipeline)
    reading = replace(consumer.mapping.reading, other_sources=("queue",))
    shared = replace(consumer, mapping=replace(consumer.mapping, reading=reading))
    assert list(bad_deploy(seen, shared)) == []
