"""A job is lowered by its busiest subtask, as far as an hour and the forecast show."""

from dataclasses import replace

import pytest

from tests.builders import NOON, newest
from tests.flink_builders import (
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
)
from tests.looks import a_look, once
from tidegate.rules.cause import LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.reason import Reason
from tidegate.scaling.config.specification import ApplicationSpec, PipelineSpec
from tidegate.scaling.kinds.flink_application.scale_in import lowered, may_lower
from tidegate.scaling.kinds.flink_application.sizing import learn_job
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.plan.decide import decide

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
FORECAST = Reason.of("forecast", "as forecast")


def expected(records_per_second: float, likely: float | None = None) -> ForecastHorizons:
    most, soon = (
        Load(each, 300 * each, has_headroom=True)
        for each in (records_per_second, likely or records_per_second)
    )
    found = Expected(most, soon, FORECAST)
    return ForecastHorizons(found, found, found, found, 1000, 4000, 120, 420)


def job(per_second: float, busy: float, busiest: float | None = None) -> JobMinute:
    return JobMinute(
        arrivals_per_second=per_second, records_per_second=per_second, busy=busy,
        busiest=busy if busiest is None else busiest, heap_percent=20,
    )  # fmt: skip


def parallelism(
    application: FlinkApplication,
    minutes: list[JobMinute],
    *,
    shards: int = 8,
    spec: PipelineSpec = FLINK_SPEC,
    ahead: ForecastHorizons | None = None,
) -> Decision:
    """Through the whole decision of a sweep."""
    seen = job_signals(a_flink_pipeline(application, shards=shards), *minutes)
    look = a_look(seen, diagnose(seen), spec, History(()), NOON)
    (found,) = [each for each in decide(look, ahead).decisions if each.lever == PARALLELISM]
    return found


def test_a_hot_key_is_not_left_with_fewer_subtasks_because_the_others_idle() -> None:
    """Eight subtasks are busy for 38 % on average, and one of them for 77 %."""
    assert parallelism(an_application(8), [job(1400, 380, 770)] * 90).wanted == 8
    assert parallelism(an_application(8), [job(1400, 380, 380)] * 90).wanted < 8


@pytest.mark.parametrize(
    ("success", "since", "contradicted"),
    [(0.3, 1, False), (0.3, 60, False), (1.0, 1, True)],
    ids=["puts fail", "they failed in this hour", "a critical rule fires"],
)
def test_nothing_is_lowered_beside_what_contradicts_the_load(
    success: float, since: int, contradicted: bool
) -> None:
    seen = job_signals(a_flink_pipeline(an_application(8), shards=8), *[job(1400, 380)] * 90)
    stay = Recommendation(PARALLELISM, 8, 8, Reason.of("stay", "as it is"))
    look = a_look(seen, diagnose(seen), FLINK_SPEC, History(()), NOON)
    assert may_lower(look, an_application(8), stay)
    fail = newest(seen, put_records_success=[success, *[1.0] * (since - 1)])
    held = replace(look, signals=replace(fail, is_contradicted=contradicted))
    assert not may_lower(held, an_application(8), stay)


def test_six_shards_are_not_read_by_five_subtasks() -> None:
    """By the mean 4.4 of nine subtasks do: with five one of them would read two shards."""
    found = parallelism(an_application(9), [job(2000, 390, 710)] * 90, shards=6)
    assert found.wanted == 9
    assert parallelism(an_application(9), [job(2000, 390, 500)] * 90, shards=6).wanted == 6


@pytest.mark.parametrize(
    ("current", "busy", "wanted"), [(128, 390, 64), (128, 410, 128), (64, 540, 64), (64, 500, 43)]
)
def test_key_groups_are_whole(current: int, busy: float, wanted: int) -> None:
    """Of 128: 75 subtasks have two of them as 64 have, and 43 have three."""
    spec = replace(FLINK_SPEC, applications=[ApplicationSpec("counter", max_parallelism=128)])
    application = an_application(current, kpus_max=128)
    minutes = [job(20_000, busy)] * 90
    assert parallelism(application, minutes, shards=256, spec=spec).wanted == wanted


def test_a_scale_in_that_costs_more_than_a_days_budget_is_not_made() -> None:
    """60 GB of state: it is down for twenty minutes, and reads what came in meanwhile."""
    heavy = replace(job(1400, 560), checkpoint_megabytes=60_000, checkpoint_seconds=180)
    found = parallelism(an_application(5), [heavy] * 90)
    assert (found.wanted, found.allowed) == (4, 5)
    assert "would exceed the budget of 864 s" in str(found.held_by[0])


def test_an_idle_job_goes_down_at_once_and_not_by_a_few_each_hour() -> None:
    """The heap of a JVM is a third full whatever it does. An earlier peak proves the room."""
    idle = replace(job(800, 50), heap_percent=33)
    assert parallelism(an_application(16), [idle] * 90, ahead=once(16_000)).wanted == 1
    assert parallelism(an_application(16), [idle] * 90).wanted == 16


# ---- what is expected


def test_what_is_expected_of_the_hours_ahead_keeps_its_subtasks() -> None:
    minutes = [job(1000, 200)] * 90
    assert parallelism(an_application(10), minutes).wanted == 3
    assert parallelism(an_application(10), minutes, ahead=expected(900)).wanted == 3
    assert parallelism(an_application(10), minutes, ahead=expected(2000)).wanted == 5
    assert parallelism(an_application(10), minutes, ahead=expected(4000)).wanted == 10


@pytest.mark.parametrize(("falls_to", "wanted"), [(1000, 6), (960, 6), (940, 10), (400, 10)])
def test_while_the_load_falls_a_scale_in_frees_half_or_waits(falls_to: float, wanted: int) -> None:
    """Six of ten would do for the peak of the hour."""
    minutes = [*[job(1000, 470)] * 60, *[job(falls_to, 470 * falls_to / 1000)] * 30]
    assert parallelism(an_application(10), minutes, shards=60).wanted == wanted
    few = [*[job(1000, 240)] * 60, *[job(falls_to, 240 * falls_to / 1000)] * 30]
    assert parallelism(an_application(10), few, shards=60).wanted == 3


def look_at(minutes: list[JobMinute], ahead: ForecastHorizons | None = None) -> Look:
    seen = job_signals(a_flink_pipeline(an_application(10)), *minutes)
    return replace(a_look(seen, (), FLINK_SPEC), expected=ahead)


def test_an_age_near_the_objective_or_half_an_hour_without_data_keeps_all() -> None:
    stay = Recommendation(PARALLELISM, 10, 10, UNCHANGED)
    application, quiet = an_application(10), job(1000, 100)
    assert may_lower(look_at([quiet] * 90), application, stay)
    assert not may_lower(look_at([replace(quiet, behind_seconds=31)] * 90), application, stay)
    silent = replace(quiet, busy=None)
    assert not may_lower(look_at([quiet] * 60 + [silent] * 30), application, stay)


def test_the_price_is_that_of_the_load_it_has_to_last_for() -> None:
    stay = Recommendation(PARALLELISM, 10, 10, UNCHANGED)
    prices = []
    for ahead in (None, expected(2000)):
        look = look_at([job(1000, 200)] * 90, ahead)
        model = learn_job(look.signals, an_application(10))
        assert model is not None
        found = lowered(look, model, stay)
        prices.append((found.wanted, dict(found.because.numbers)["peak_records_per_second"]))
    assert prices == [(3, 1000), (5, 2000)]
