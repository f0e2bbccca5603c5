"""What a batching window is worth, and when it is moved, up to the edges."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import (
    NOON,
    OURS,
    SPEC,
    Reading,
    Samples,
    a_pipeline,
    newest,
    signals,
    the_consumer,
    with_consumers,
    with_mapping,
)
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import LeverSpec
from tidegate.scaling.kinds.lambda_mapping.batching_window import (
    Batching,
    batching,
    batching_recommendations,
)
from tidegate.scaling.kinds.lambda_mapping.concurrency import factor_of
from tidegate.scaling.kinds.lambda_mapping.sizing import RateModel, window_at_most
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation

WINDOW = Lever.of(LeverKind.BATCHING_WINDOW, "scorer")
CONSUMER = the_consumer(a_pipeline(shards=2, factor=4))
FACTOR = LeverKind.PARALLELIZATION_FACTOR
NOBODY = History(())


def batches(mean: float = 10, each_second: float = 5) -> Batching:
    """0.1 s an invocation and 10 ms a record; up to 100 records of 5 a second of each execution."""
    return Batching(CONSUMER, RateModel(0.1, 0.01, is_sure=True), mean, each_second, 40)


@pytest.mark.parametrize(
    ("window", "batch"), [(0, 10), (2, 10), (3, 15), (20, 100), (21, 100), (300, 100)]
)
def test_a_window_fills_a_batch_with_what_comes_in_it(window: int, batch: float) -> None:
    found = batches()
    assert found.batch_in(window) == batch
    assert found.seconds_of_batch(window) == pytest.approx(0.1 + 0.01 * batch)
    assert found.saved_share(window) == pytest.approx(1 - (0.1 / batch + 0.01) / (0.1 / 10 + 0.01))


def test_batches_that_are_larger_than_the_window_fills_stay_as_they_are() -> None:
    assert batches(mean=60).batch_in(5) == 60
    assert batches(mean=60).saved_share(5) == 0


def test_a_month_costs_time_and_requests() -> None:
    """40 records/s of 512 MB, 4 invocations/s of 0.2 s; then 0.4 of 1.1 s."""
    seconds, gigabyte_second, request = 730 * 3600, 0.0000166667, 0.0000002
    for window, invocations, duration in ((0, 4, 0.2), (20, 0.4, 1.1)):
        cost = invocations * seconds * (duration * 0.5 * gigabyte_second + request)
        assert batches().monthly_usd(window) == pytest.approx(cost)


@pytest.mark.parametrize(
    ("objective", "well", "window"),
    [(60, 15, 6), (69.9, 17, 6), (70, 17, 7), (9, 2.25, 1), (3.9, 0.975, 0), (4, 1, 1),
     (60, 3.5, 3), (10_000, 2500, 300)],
)  # fmt: skip
def test_a_window_is_a_tenth_of_the_objective_and_never_sick(
    objective: float, well: float, window: int
) -> None:
    assert window_at_most(objective, well) == window


# ---- what is seen of the batches


def seen(minutes: int = 90, *, readers: int = 1, errors: Samples = (0.0,), **how: Any) -> Signals:
    """Two shards of four executions; 40 records/s in batches of 20 and 30 by turns."""
    pipeline = with_mapping(a_pipeline(shards=2, factor=4), **how)
    batch = [20 if at % 2 else 30 for at in range(90)]
    of = newest(signals(pipeline), incoming_records=[2400] * 90, read_records=[2400 * readers] * 90)
    invoked = [2400 / each if 90 - at <= minutes else 0 for at, each in enumerate(batch)]
    busy = [1000 * count * (0.1 + 0.01 * each) for count, each in zip(invoked, batch, strict=True)]
    return newest(
        of, "scorer", invocations=invoked, duration_sum_milliseconds=busy, errors=errors,
        duration_maximum_milliseconds=[400] * 90,
    )  # fmt: skip


def of_the_hour(of: Signals) -> Batching | None:
    return batching(of, the_consumer(of.pipeline))


@pytest.mark.parametrize("others", [0, 1, 3])
def test_batches_hold_its_own_records_beside_others(others: int) -> None:
    """In the newest half hour it reads 30 of the 40 records that come in, in full batches."""
    quiet = [2400 * (1 + others)] * 60
    late = newest(
        seen(readers=1 + others),
        read_records=quiet + [1800 + 2400 * others] * 30,
        iterator_age_milliseconds=[(back + 1) * 15_000 for back in range(30)],
    )
    late = newest(late, "scorer", invocations=[100] * 60 + [18] * 30)
    found = of_the_hour(late)
    assert found is not None
    assert found.mean_batch == pytest.approx(
        (30 * 2400 + 30 * 1800) / (30 * 100 + 30 * 18), rel=0.01
    )
    assert found.records_per_second == pytest.approx(35, rel=0.01)


def test_batches_are_those_of_the_last_hour() -> None:
    found = of_the_hour(seen())
    assert found is not None
    assert found.mean_batch == pytest.approx(24)
    assert (found.records_per_second, found.records_per_execution_second) == (40, 5)
    assert found.rate.seconds_per_invocation == pytest.approx(0.1)
    assert found.rate.is_sure


def test_each_of_several_readers_reads_every_record() -> None:
    found = of_the_hour(seen(readers=2))
    assert found is not None
    assert (found.records_per_second, found.mean_batch) == (40, pytest.approx(24))


@pytest.mark.parametrize(("minutes", "is_known"), [(15, True), (14, False), (0, False)])
def test_a_quarter_of_an_hour_shows_them(minutes: int, is_known: bool) -> None:
    assert (of_the_hour(seen(minutes)) is not None) is is_known


def test_what_may_be_another_sources_or_is_not_sure_shows_nothing() -> None:
    assert of_the_hour(seen(reading=Reading(other_sources=("queue",)))) is None
    assert of_the_hour(seen(errors=[1.0] * 90)) is None


# ---- when it is moved

LONG = (Diagnosis(Cause.BATCHING_WINDOW_TOO_LONG, "scorer", (), (WINDOW.kind,)),)
OTHER = (Diagnosis(Cause.HOT_KEY, "shard-0", (), advice="spread"),)


def put(to: int) -> History:
    at = NOON - timedelta(days=2)
    return History((ChangeRecord("e", "race", WINDOW, "x:Y", 0, to, "", at, Outcome.DONE, at),))


def moved(
    of: Signals,
    ill: tuple[Diagnosis, ...] = (),
    history: History = NOBODY,
    *,
    most: int | None = None,
    changing: frozenset[Lever] = frozenset(),
) -> Recommendation:
    spec = SPEC
    if most is not None:
        window = LeverSpec(min=0, max=most, owner="tidegate")
        spec = replace(SPEC, levers=replace(OURS, batching_window_seconds=window))
    look = Look(of, ill, in_file(spec), history, NOON)
    (found,) = batching_recommendations(look, changing)
    assert found.lever == WINDOW
    return found


@pytest.mark.parametrize(
    ("current", "ill", "history", "most", "wanted"),
    [
        (0, (), NOBODY, None, 6),
        (0, (), NOBODY, 4, 0),
        (0, (), NOBODY, 9, 6),
        (5, (), NOBODY, None, 6),
        (6, (), NOBODY, None, 6),
        (7, (), NOBODY, None, 7),
        (7, (), put(7), None, 6),
        (7, (), put(6), None, 7),
        (7, (), put(7), 3, 3),
        (7, LONG, NOBODY, None, 6),
        (7, OTHER, put(7), None, 6),
        (7, OTHER, NOBODY, None, 7),
        (0, OTHER, NOBODY, None, 0),
        (0, LONG, NOBODY, None, 0),
    ],
    ids=["worth it", "too short to be worth it", "the file says more", "a second more", "as long as may be",
         "someone's", "ours", "someone's since", "ours beside the file", "it is the cause",
         "ours beside another", "someone's beside another", "not in an incident", "nor in its own"],
)  # fmt: skip
def test_a_window_goes_up_in_health_and_down_from_where_tidegate_put_it(
    current: int, ill: tuple[Diagnosis, ...], history: History, most: int | None, wanted: int
) -> None:
    of = seen(batching_window_seconds=current)
    found = moved(of, ill, history, most=most)
    assert (found.current, found.wanted) == (current, wanted)


@pytest.mark.parametrize("ill", [(), LONG], ids=["in health", "it is the cause"])
def test_a_window_that_is_as_long_as_it_may_be_is_not_told_to_be_too_long(
    ill: tuple[Diagnosis, ...],
) -> None:
    found = moved(seen(batching_window_seconds=6), ill, put(6))
    assert (found.wanted, found.because) == (6, UNCHANGED)


def test_a_mapping_that_is_being_changed_waits() -> None:
    changing = frozenset({factor_of(CONSUMER)})
    assert moved(seen(), changing=changing).wanted == 0
    assert moved(seen(batching_window_seconds=7), LONG, changing=changing).wanted == 7
    assert (
        moved(
            seen(), changing=frozenset({Lever.of(LeverKind.PARALLELIZATION_FACTOR, "other")})
        ).wanted
        == 6
    )


def test_a_twentieth_of_the_time_is_worth_a_longer_window() -> None:
    """Of 24 records, 25 at 5 a second: 0.1 / 24 + 0.01 to 0.1 / 25 + 0.01 saves 1 %."""
    of = seen(batch_size=27)
    assert moved(of).wanted == 0
    assert moved(seen(batch_size=30)).wanted == 6


@pytest.mark.parametrize(("timeout", "wanted"), [(1, 0), (2, 12)])
def test_a_filled_batch_stays_far_from_the_timeout(timeout: int, wanted: int) -> None:
    """60 records take 0.7 s: half of a timeout of a second is less, of two seconds more."""
    of = replace(seen(batch_size=60), iterator_age_max_seconds=120)
    consumer = the_consumer(of.pipeline)
    function = replace(consumer.function, timeout_seconds=timeout)
    brief = replace(of, pipeline=with_consumers(of.pipeline, replace(consumer, function=function)))
    brief = newest(brief, "scorer", duration_maximum_milliseconds=[100] * 90)
    assert moved(brief).wanted == wanted


@pytest.mark.parametrize(("more", "wanted"), [(0.0, 6), (-1e-9, 0)], ids=["up to there", "over it"])
def test_a_filled_batch_may_take_five_eighths_of_what_is_near_the_timeout(
    more: float, wanted: int
) -> None:
    of = seen(batch_size=30)
    consumer = the_consumer(of.pipeline)
    batches_seen = batching(of, consumer)
    assert batches_seen is not None
    near = batches_seen.seconds_of_batch(6) / 0.625
    assert 0.625 * near == batches_seen.seconds_of_batch(6)
    share = near / consumer.function.timeout_seconds + more
    allowed = replace(of, thresholds={**of.thresholds, "duration-near-timeout": share})
    assert moved(allowed).wanted == wanted


def test_why_is_said_in_records_and_the_share_of_time() -> None:
    assert str(moved(seen()).because) == (
        "batches hold 24 of 100 records on average; with a batching window of 6 s they hold 30, "
        "which saves 6% of the function's time"
    )
