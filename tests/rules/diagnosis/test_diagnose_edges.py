"""What is told where no cause is found, or not everything is known."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from tests.builders import (
    NOON,
    Reading,
    Samples,
    a_pipeline,
    a_table,
    newest,
    signals,
    source_series,
    table_metric,
    the_consumer,
    with_consumers,
    with_mapping,
)
from tests.flink_builders import JobMinute, a_flink_pipeline, an_application, job_signals
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis.diagnose import are_readers_shown, diagnose
from tidegate.rules.graph import Pipeline, Resource, Role
from tidegate.rules.kinds.signal_series import series_from
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window


def aged(*seconds: float | None, of: Pipeline | None = None) -> Signals:
    seen = signals(of or a_pipeline(factor=2))
    return newest(seen, iterator_age_milliseconds=[each and each * 1000 for each in seconds])


def the_one(of: Signals) -> Diagnosis:
    (told,) = diagnose(of)
    return told


def kinds(of: Diagnosis) -> list[str]:
    return [each.kind for each in of.evidence]


GROWS = ["age-grows", "nothing-at-a-limit", "executions-busy"]


@pytest.mark.parametrize(
    ("seconds", "cause", "why"),
    [
        ((1, 1, 1), Cause.HEALTHY, ["in-order", "invoked-for-records"]),
        ((100, 90, 80), Cause.HEALTHY, ["backlog-drains"]),
        ((20, 24, 28), Cause.UNKNOWN, None),
        ((50, 60, 70), Cause.UNKNOWN, GROWS),
        ((1, 1, 100), Cause.HEALTHY, ["in-order", "invoked-for-records", "unconfirmed-age"]),
    ],
    ids=["in order", "drains", "on the way", "over and grows", "not confirmed"],
)
def test_an_age_that_nothing_explains_is_unknown_once_it_is_over_the_objective(
    seconds: tuple[float, ...], cause: Cause, why: list[str] | None
) -> None:
    told = the_one(aged(*seconds))
    if why is None:
        # On the way there, and not there yet.
        assert (told.cause, kinds(told)) == (Cause.HEALTHY, ["in-order", "invoked-for-records"])
        return
    assert (told.cause, kinds(told)) == (cause, why)
    assert (told.advice is None) == (cause is Cause.HEALTHY)


def test_an_age_that_is_not_confirmed_is_told_in_seconds() -> None:
    *_, unconfirmed = the_one(aged(1, 1, 100)).evidence
    assert dict(unconfirmed.numbers)["newest_seconds"] == 100


@pytest.mark.parametrize(("seconds_ago", "is_settling"), [(179, True), (180, False)])
def test_a_change_that_does_not_show_yet_is_waited_for(seconds_ago: int, is_settling: bool) -> None:
    of = replace(aged(50, 60, 70), changed_at=NOON - timedelta(seconds=seconds_ago))
    told = the_one(of)
    assert (told.cause, kinds(told)) == (
        (Cause.HEALTHY, ["settling"]) if is_settling else (Cause.UNKNOWN, GROWS)
    )


@pytest.mark.parametrize(
    ("busy", "words"),
    [(0.9, "find the most frequent key"), (0.89, "the last processing result of the event source")],
)
def test_where_to_look_follows_from_whether_an_execution_is_busy_all_the_time(
    busy: float, words: str
) -> None:
    of = newest(aged(50, 60, 70), "scorer", duration_sum_milliseconds=[0, busy * 60_000, 0])
    assert words in (the_one(of).advice or "")


# ---- what shows health


def quiet(reading: Reading, **of: Samples) -> Signals:
    """No invocation for five minutes, in which nothing came in and nothing was read."""
    seen = signals(with_mapping(a_pipeline(factor=2), reading=reading))
    silent: Samples = [0] * 5
    seen = newest(seen, incoming_records=silent, read_records=silent, **of)
    return newest(seen, "scorer", invocations=silent)


def test_health_is_named_with_its_grade_for_every_reader() -> None:
    idle = the_one(quiet(Reading()))
    assert (idle.cause, kinds(idle)) == (Cause.HEALTHY, ["in-order", "reader-idle"])
    failed = the_one(quiet(Reading(last_result="PROBLEM: no key")))
    assert failed.cause is Cause.NOT_READING


@pytest.mark.parametrize(
    ("of_function", "came", "cause", "kind"),
    [
        ([900] * 3, [60] * 5, Cause.HEALTHY, "in-order"),
        ([60_000] * 3, [60] * 5, Cause.HEALTHY, "in-order"),
        ([60_001] * 3, [60] * 5, Cause.UNKNOWN, "age-grows"),
        ([None] * 3, [60] * 5, Cause.UNKNOWN, "age-unknown"),
        ([None] * 3, [0] * 5, Cause.HEALTHY, "age-unknown"),
        ([None] * 3, [60, 60, 0, 0, 0], Cause.HEALTHY, "age-unknown"),
        ([None] * 3, [None] * 5, Cause.UNKNOWN, "age-unknown"),
    ],
    ids=["its own age", "at the objective", "over it", "no age", "nothing comes in",
         "nothing lately", "not known"],
)  # fmt: skip
def test_where_the_stream_tells_no_age_the_functions_or_the_arrivals_do(
    of_function: Samples, came: Samples, cause: Cause, kind: str
) -> None:
    of = newest(signals(a_pipeline(factor=2)), iterator_age_milliseconds=[None] * 5)
    of = newest(of, incoming_records=came)
    of = newest(of, "scorer", iterator_age_milliseconds=of_function)
    of = replace(of, series=series_from(of.pipeline, of.series.windows, NOON))
    told = diagnose(of)[0]
    assert (told.cause, kinds(told)[0]) == (cause, kind)
    assert ("not-shown" in kinds(told)) is (cause is Cause.UNKNOWN and kind == "age-unknown")


# ---- what could not be read, or was never told


def unread(of: Signals, *names: str) -> Signals:
    start = source_series(of).incoming_records.start
    windows = tuple(
        Window(table_metric("other", None, name, "Sum"), start, (), unread="throttled")
        for name in names
    )
    return replace(of, series=replace(of.series, unread=windows))


def test_what_could_not_be_read_is_told_beside_what_is_known() -> None:
    (told,) = diagnose(unread(signals(a_pipeline(factor=2)), "A"))
    assert (told.cause, told.where) == (Cause.UNKNOWN, "race")
    assert told.because.startswith("CloudWatch could not read A of other (throttled)")
    assert [kinds(each) for each in diagnose(unread(aged(1), *"ABCD"))] == [
        ["not-read", "not-read", "not-read", "not-read-is-not-zero"]
    ]
    slow = newest(aged(60, 110, 160), "scorer", duration_sum_milliseconds=[120_000] * 3)
    assert [each.cause for each in diagnose(unread(slow, "A"))] == [
        Cause.CONSUMER_TOO_SLOW,
        Cause.UNKNOWN,
    ]


def test_in_silence_only_what_needs_no_metric_is_known() -> None:
    silent: list[None] = [None] * 10
    gone = signals(a_pipeline(table=replace(a_table(), status="ARCHIVED")), *silent)
    assert [each.cause for each in diagnose(gone)] == [Cause.TABLE_UNAVAILABLE]
    nothing = signals(a_pipeline(), *silent)
    assert [kinds(each) for each in diagnose(nothing)] == [
        ["silent-since", "silence-is-no-low-load"],
        ["layers-silent-at-once"],
    ]
    assert [kinds(each) for each in diagnose(unread(nothing, "A"))] == [
        ["not-read", "not-read-is-not-zero"]
    ]


def test_a_table_that_is_gone_is_no_consumers_fault() -> None:
    gone = a_pipeline(factor=2, table=replace(a_table(), status="DELETING"))
    of = newest(aged(60, 110, 160, of=gone), "scorer", errors=[60] * 3)
    assert [each.cause for each in diagnose(of)] == [Cause.TABLE_UNAVAILABLE]
    consumer = the_consumer(gone)
    other = replace(consumer, function=replace(consumer.function, name="other"), writes=())
    both = aged(60, 110, 160, of=with_consumers(gone, consumer, other))
    both = newest(both, "scorer", errors=[60] * 3)
    both = newest(both, "other", errors=[60] * 3, invocations=[120] * 90)
    assert [(each.cause, each.where) for each in diagnose(both)] == [
        (Cause.TABLE_UNAVAILABLE, "scores"),
        (Cause.POISON_BATCH, "other"),
    ]


# ---- applications


def job(status: str = "RUNNING", **of: Samples) -> Signals:
    pipeline = a_flink_pipeline(an_application(4, status=status))
    growing = [JobMinute(behind_seconds=20 + 30.0 * at) for at in range(6)]
    return newest(job_signals(pipeline, *growing), "counter", **of)


@pytest.mark.parametrize(("seconds_ago", "cause"), [(599, Cause.HEALTHY), (600, Cause.UNKNOWN)])
def test_after_a_reshard_an_application_may_read_the_parents_for_ten_minutes(
    seconds_ago: int, cause: Cause
) -> None:
    of = replace(job(), changed_at=NOON - timedelta(seconds=seconds_ago))
    assert the_one(of).cause is cause


def test_an_application_that_catches_up_is_settling() -> None:
    updating = the_one(job("UPDATING"))
    assert (updating.cause, kinds(updating)) == (Cause.HEALTHY, ["settling"])
    assert "UPDATING" in updating.because
    young = the_one(job(uptime_milliseconds=[60_000]))
    assert "RUNNING again" in young.because


def test_where_busy_times_are_published_the_dashboard_is_enough() -> None:
    assert "set the metrics level" not in (the_one(job()).advice or "")
    told = the_one(job(busy=[None] * 90, cpu_percent=[40] * 3))
    assert (told.advice or "").endswith(
        "set the metrics level to TASK to see how busy each task is"
    )


@pytest.mark.parametrize("name", ["scorer", "racers"])
def test_a_table_is_not_explained_away_by_what_has_the_same_name(name: str) -> None:
    """A function or a stream may be called like the table that can't be written."""
    own = a_table()
    gone = replace(own, name=name, status="ARCHIVED", capacity=replace(own.capacity, table=name))
    pipeline = a_pipeline()
    writer = replace(the_consumer(pipeline), writes=(gone,))
    told = diagnose(newest(signals(with_consumers(pipeline, writer)), "scorer", errors=[60] * 3))
    assert [(each.cause, each.where) for each in told] == [(Cause.TABLE_UNAVAILABLE, name)]


def test_how_fast_an_age_grows_is_told_by_the_minute() -> None:
    grows, *_ = the_one(aged(50, 60, 70)).evidence
    assert dict(grows.numbers)["seconds_per_minute"] == pytest.approx(10)


# ---- every reader has to be shown


@dataclass(frozen=True)
class Untold:
    """A reader of a kind that tells nothing of it."""

    name: str = "untold"
    roles: tuple[Role, ...] = (Role.PROCESSOR,)
    writes: tuple[Resource, ...] = ()


def test_a_reader_of_which_nothing_is_told_is_not_called_healthy() -> None:
    of = signals(a_pipeline())
    assert are_readers_shown(of)
    more = replace(of.pipeline, resources=(*of.pipeline.resources, Untold()))
    beside = replace(of, pipeline=more)
    assert not are_readers_shown(beside)
    assert [each.cause for each in diagnose(beside)] == [Cause.UNKNOWN]
