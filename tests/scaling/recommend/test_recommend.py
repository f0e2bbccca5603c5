"""One recommendation for each lever: raised for the load or ahead of it, lowered after it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import (
    NOON,
    OURS,
    SPEC,
    a_pipeline,
    a_table,
    newest,
    signals,
)
from tests.looks import a_look
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.specification import LeverSpec, PipelineSpec
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.recommend.recommend import recommendations

WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
READS = Lever.of(LeverKind.READ_CAPACITY, "scores")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")


def coming(likely: float, most: float | None = None) -> ForecastHorizons:
    rates = (likely if most is None else most, likely)
    highest, usual = (Load(rate, rate * 300, has_headroom=True) for rate in rates)
    each = Expected(highest, usual, Reason.of("forecast", "as forecast"))
    return ForecastHorizons(
        each, each, each, each, likely, likely, lead_seconds=300, soon_seconds=600
    )


def changed(lever: Lever, seconds_ago: float) -> History:
    at = NOON - timedelta(seconds=seconds_ago)
    return History((ChangeRecord("e", "race", lever, "x:Y", 1, 2, "", at, Outcome.DONE, at),))


def recommended(
    of: Signals,
    *,
    ill: tuple[Diagnosis, ...] | None = None,
    expected: ForecastHorizons | None = None,
    history: History | None = None,
    spec: PipelineSpec = SPEC,
    now: datetime = NOON,
) -> dict[Lever, Recommendation]:
    diagnoses = diagnose(of) if ill is None else ill
    found = recommendations(a_look(of, diagnoses, spec, history or History(()), now), expected)
    assert [each.lever for each in found] == [WRITES, READS, FACTOR, SHARDS]
    return {each.lever: each for each in found}


def wanted(of: Signals, **more: Any) -> tuple[int, int, int, int]:
    found = recommended(of, **more)
    writes, reads, factor, shards = (found[each].wanted for each in (WRITES, READS, FACTOR, SHARDS))
    return writes, reads, factor, shards


def calm(units: int = 150, shards: int = 1, factor: int = 2) -> Signals:
    """100 records a second for an hour and a half, each a unit; 0.8 executions are busy."""
    return signals(a_pipeline(shards=shards, factor=factor, table=a_table(units)))


SLOW = (Diagnosis(Cause.CONSUMER_TOO_SLOW, "scorer", (), (FACTOR.kind, SHARDS.kind)),)
ADVISED = (Diagnosis(Cause.POISON_BATCH, "scorer", (), advice="find the record"),)


def test_what_may_stay_stays() -> None:
    found = recommended(calm())
    assert {lever: (each.current, each.wanted, each.because) for lever, each in found.items()} == {
        WRITES: (150, 150, UNCHANGED), READS: (10, 10, UNCHANGED), FACTOR: (2, 2, UNCHANGED),
        SHARDS: (1, 1, UNCHANGED),
    }  # fmt: skip


def late(minutes_busy: float = 2.0, units: int = 150) -> Signals:
    """The age grows and all executions are busy: 100 records/s come in and wait."""
    of = newest(calm(units), iterator_age_milliseconds=[60_000, 110_000, 160_000])
    return newest(of, "scorer", duration_sum_milliseconds=[minutes_busy * 60_000] * 3)


def test_an_incident_that_capacity_cures_raises_what_the_load_needs() -> None:
    before, after = wanted(calm()), wanted(late())
    assert [each.cause for each in diagnose(late())] == [Cause.CONSUMER_TOO_SLOW]
    assert after[2] > before[2]


def test_in_an_incident_a_table_that_has_no_spike_to_bear_just_stays() -> None:
    found = recommended(calm(), ill=SLOW)[WRITES]
    assert (found.wanted, found.because) == (150, UNCHANGED)


@pytest.mark.parametrize(("seconds_ago", "is_raised"), [(None, True), (180, True), (179, False)])
def test_a_factor_that_was_just_changed_is_raised_only_for_much_more(
    seconds_ago: float | None, is_raised: bool
) -> None:
    """Three executions needed are more than 1.1 times the two that there are, and no more than
    1.5 times as many."""
    history = None if seconds_ago is None else changed(FACTOR, seconds_ago)
    of = newest(calm(factor=2), "scorer", duration_sum_milliseconds=[90_000] * 90)
    assert (wanted(of, ill=SLOW, history=history)[2] == 3) is is_raised


@pytest.mark.parametrize(("units", "is_raised"), [(142, True), (143, False)])
def test_a_table_is_raised_by_no_less_than_a_change_is_worth(units: int, is_raised: bool) -> None:
    """100 records/s at a use of 0.7 need 143 units; a raise is a fifteenth at least."""
    ill = (Diagnosis(Cause.TABLE_THROTTLED, "scores", (), (WRITES.kind,)),)
    found = recommended(calm(units), ill=ill)[WRITES]
    assert (found.current, found.wanted) == (units, 152 if is_raised else units)


@pytest.mark.parametrize(
    ("units", "seconds_ago", "is_raised"),
    [(142, None, True), (142, 30, False), (141, 30, True), (142, 59, False), (142, 60, True)],
)
def test_a_table_whose_change_is_not_in_effect_is_raised_only_for_more_than_it_came_late(
    units: int, seconds_ago: float | None, is_raised: bool
) -> None:
    ill = (Diagnosis(Cause.TABLE_THROTTLED, "scores", (), (WRITES.kind,)),)
    history = None if seconds_ago is None else changed(WRITES, seconds_ago)
    assert (wanted(calm(units), ill=ill, history=history)[0] > units) is is_raised


@pytest.mark.parametrize(("likely", "writes"), [(150, 150), (225, 225), (226, 226), (1000, 1000)])
def test_a_load_that_is_expected_is_met_once_burst_credits_do_not_cover_it(
    likely: float, writes: int
) -> None:
    """300 s of 150 units are 75 a second for ten minutes."""
    found = wanted(calm(), expected=coming(likely))
    assert found[0] == (150 if likely <= 225 else writes)


def test_beside_what_only_a_person_cures_the_shards_alone_are_made_ready() -> None:
    before = wanted(calm(shards=1), expected=coming(3000))
    beside = wanted(calm(shards=1), expected=coming(3000), ill=ADVISED)
    assert before[0] > 150
    assert beside == (150, 10, 2, 4)


def test_in_health_what_is_not_needed_is_lowered() -> None:
    found = wanted(calm(5000, shards=8, factor=10), expected=coming(100))
    # Factor and shards each by itself: the plan lowers them together.
    assert found == (102, 10, 1, 1)


@pytest.mark.parametrize(("records", "shards"), [(2400, 3), (2401, 4)])
def test_a_lever_goes_down_where_it_saves_just_as_much_as_it_must(
    records: float, shards: int
) -> None:
    """A quarter of four shards."""
    of = newest(calm(9000, shards=4), incoming_records=[records * 60] * 90)
    assert wanted(of, expected=coming(records))[3] == shards


def test_what_was_just_changed_or_is_ill_is_not_lowered() -> None:
    of = calm(5000, shards=8, factor=10)
    assert wanted(of, ill=ADVISED) == (5000, 10, 10, 8)
    for lever, at in ((WRITES, 0), (FACTOR, 2), (SHARDS, 3)):
        found = wanted(of, expected=coming(100), history=changed(lever, 200))
        assert found[at] == (5000, 10, 10, 8)[at]


def test_shards_carry_what_the_arrivals_alone_need() -> None:
    found = recommended(newest(calm(), incoming_records=[150_000] * 5))
    assert found[SHARDS].for_arrivals == 4
    assert {each.for_arrivals for lever, each in found.items() if lever != SHARDS} == {0}


def test_the_files_minimum_is_kept() -> None:
    least = LeverSpec(min=200, max=40_000, owner="tidegate")
    spec = replace(SPEC, levers=replace(OURS, write_capacity=least))
    found = recommended(calm(), spec=spec)[WRITES]
    assert (found.wanted, str(found.because)) == (200, "the pipeline file sets a minimum of 200")


def test_a_table_whose_burst_runs_out_is_raised_in_health_and_says_so() -> None:
    of = newest(calm(150), incoming_records=[60_000] * 2)
    of = newest(of, "scores", consumed_write_units=[60_000] * 2)
    healthy = (Diagnosis(Cause.HEALTHY, "race", ()),)
    found = recommended(of, ill=healthy, now=NOON + timedelta(minutes=2))[WRITES]
    assert found.wanted > 1000
    assert str(found.because).startswith("burst credits would run out before a later change")
    advised = recommended(of, ill=ADVISED, now=NOON + timedelta(minutes=2))[WRITES]
    assert advised.wanted == 150
    ill = (Diagnosis(Cause.TABLE_THROTTLED, "scores", (), (WRITES.kind,)),)
    raised = recommended(of, ill=ill, now=NOON + timedelta(minutes=2))[WRITES]
    assert not str(raised.because).startswith("burst credits would run out")


# ---- one minute of refusals that nothing else confirms

ODD = (
    Diagnosis(
        Cause.TABLE_THROTTLED, "scores", (), (WRITES.kind,), is_odd=True, is_unconfirmed=True
    ),
)


def test_a_raise_that_one_minute_alone_asks_for_is_marked_so() -> None:
    of = calm(units=120)
    assert recommended(of, ill=ODD)[WRITES].is_unconfirmed
    assert not recommended(of, ill=(*ODD, *SLOW))[WRITES].is_unconfirmed
    assert not recommended(of, ill=(replace(ODD[0], is_unconfirmed=False),))[WRITES].is_unconfirmed


def test_a_load_that_is_expected_needs_no_second_minute() -> None:
    found = recommended(calm(units=90), ill=ODD, expected=coming(300))[WRITES]
    assert (found.wanted >= 300, found.is_unconfirmed) == (True, False)


def test_nor_do_burst_credits_that_run_out() -> None:
    of = newest(calm(units=40), "scores", consumed_write_units=[100 * 60] * 90)
    found = recommended(of, ill=ODD)[WRITES]
    assert (found.wanted > 40, found.is_unconfirmed) == (True, False)
