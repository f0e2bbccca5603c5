"""How far an application is raised and lowered, up to the edges of each condition."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, Samples, a_table, newest
from tests.flink_builders import (
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
    with_applications,
)
from tests.looks import once
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.flink_application import words as seen_words
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.flink_application.planning import ApplicationPlanning
from tidegate.scaling.kinds.flink_application.recommendations import application_recommendations
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.model.roles import source_of

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
PER_KPU = Lever.of(LeverKind.PARALLELISM_PER_KPU, "counter")
WHY = Reason.of("seen", "as seen")


def ill(cause: Cause, *levers: LeverKind, where: str = "counter") -> tuple[Diagnosis, ...]:
    advice = None if levers else "look"
    return (Diagnosis(cause, where, (WHY,), levers, advice),)


TOO_LOW = ill(Cause.PARALLELISM_TOO_LOW, LeverKind.PARALLELISM)


def recommended(
    seen: Signals,
    diagnoses: tuple[Diagnosis, ...] = (),
    spec: PipelineSpec = FLINK_SPEC,
    history: History | None = None,
    ahead: ForecastHorizons | None = None,
) -> tuple[Recommendation, Recommendation]:
    """Of the density, and of the parallelism."""
    history = history or History(())
    per_kpu, parallelism = application_recommendations(
        Look(seen, diagnoses, in_file(spec), history, NOON, ahead)
    )
    assert (per_kpu.lever, parallelism.lever) == (PER_KPU, PARALLELISM)
    return per_kpu, parallelism


def demanded(seen: Signals, diagnoses: tuple[Diagnosis, ...]) -> Demand | None:
    """Of the shards, for the subtasks' sake."""
    source = source_of(seen.pipeline)
    assert source is not None
    planning = ApplicationPlanning(applications_of(seen.pipeline), seen.pipeline)
    return planning.source_demand(diagnoses, source)


def numbers(of: Recommendation) -> dict[str, object]:
    return dict(of.because.numbers)


def running(application: FlinkApplication | None = None, **of: Samples) -> Signals:
    """A subtask does 1,000 records a busy second, and a restart takes 65 s."""
    seen = job_signals(a_flink_pipeline(application or an_application(2)))
    return newest(seen, "counter", **of) if of else seen


# ---- raised


@pytest.mark.parametrize(
    ("arrivals", "wanted"),
    [(1000, 3), (1700, 3), (1720, 3), (2000, 3), (2342, 3), (2343, 4), (3200, 5), (3121, 4)],
)
def test_a_raise_drains_what_a_restart_makes_wait_and_is_a_quarter_at_least(
    arrivals: float, wanted: int
) -> None:
    """(1 + 65 / 300) x arrivals at 95 % of use, or arrivals at 80 %."""
    seen = newest(running(), incoming_records=[arrivals * 60] * 90)
    seen = newest(seen, "counter", records_per_second=[arrivals] * 90, busy=[arrivals / 2] * 90)
    _, found = recommended(seen, TOO_LOW)
    assert found.wanted == wanted


@pytest.mark.parametrize(("arrivals", "wanted"), [(8600, 13), (8620, 12)])
def test_a_tenth_more_is_not_worth_a_restart_by_itself(arrivals: float, wanted: int) -> None:
    """Of ten subtasks: 11 needed are a tenth more, and 12 are more than that."""
    seen = newest(running(an_application(10)), incoming_records=[arrivals * 60] * 90)
    seen = newest(
        seen, "counter", records_per_second=[arrivals] * 90, busy=[arrivals / 10] * 90
    )  # fmt: skip
    _, found = recommended(seen, TOO_LOW)
    assert found.wanted == wanted


@pytest.mark.parametrize(
    ("before", "wanted", "kind"),
    [(5, 6, "work-ahead"), (6, 6, "scale-in-hurt"), (7, 7, "scale-in-hurt")],
    ids=["the load needs more", "the load needs as many", "it had more"],
)
def test_a_scale_in_that_hurt_is_reverted_unless_the_load_needs_more(
    before: int, wanted: int, kind: str
) -> None:
    """What comes in and what has waited since the scale-in to two needs six subtasks."""
    minute = JobMinute(busy=900)
    late = [replace(minute, behind_seconds=25.0 * at) for at in range(15)]
    of = job_signals(a_flink_pipeline(an_application(2)), *[minute] * 75, *late)
    at, done = NOON - timedelta(minutes=20), Outcome.DONE
    record = ChangeRecord("e", "x", PARALLELISM, "x:Y", before, 2, "", at, done, at)
    _, found = recommended(of, TOO_LOW, history=History((record,)))
    assert (found.wanted, found.because.kind) == (wanted, kind)


WAITS = Diagnosis(
    Cause.PARALLELISM_TOO_LOW, "counter",
    (seen_words.BUSY_BUT_WAITS(name="counter", busy=1.0, cpu_percent=30.0, sign="", so="", known=""),),
    (LeverKind.PARALLELISM,),
)  # fmt: skip


@pytest.mark.parametrize(
    ("record", "wanted"),
    [(None, 3), ((1, 2, 23.9), 5), ((1, 2, 24), 3), ((3, 2, 1), 3), ((2, 2, 1), 3)],
    ids=["never", "raised in this day", "raised yesterday", "lowered", "not changed"],
)
def test_subtasks_that_wait_are_raised_a_little_first(
    record: tuple[int, int, float] | None, wanted: int
) -> None:
    """The load needs five; two are raised by a quarter, which is one, to see whether it helps."""
    of = newest(running(), incoming_records=[3200 * 60] * 90)
    of = newest(of, "counter", records_per_second=[3200] * 90, busy=[1600] * 90)
    records: tuple[ChangeRecord, ...] = ()
    if record is not None:
        before, after, hours_ago = record
        at = NOON - timedelta(hours=hours_ago)
        done = Outcome.DONE
        records = (ChangeRecord("e", "x", PARALLELISM, "x:Y", before, after, "", at, done, at),)
    _, found = recommended(of, (WAITS,), history=History(records))
    assert found.wanted == wanted


def test_at_a_lower_use_more_subtasks_are_asked_for() -> None:
    use = replace(FLINK_SPEC.target_utilization, parallelism=0.25)
    _, found = recommended(running(), TOO_LOW, replace(FLINK_SPEC, target_utilization=use))
    assert found.wanted == 4


@pytest.mark.parametrize(
    ("newest_minutes", "now", "expected"),
    [
        ((1000, 1020, 1040, 1060, 1080, 1100), 1100, 1100 + 20 / 60 * 425),
        ((1000, 1009, 1018, 1028, 1037, 1046), 1046, 1046),
        ((1000, 1200, 1400, 1600, 1800, 2000), 2000, 2000 + 200 / 60 * 425),
        ((500, 1000, 1500, 2000, 2500, 3000), 3000, 6000),
        ((1000, 1000, 1000, 2000, 2000, 2000), 2000, 2000),
        ((1000, 1000, 2000, 2000, 2000, 2000), 2000, 2000),
        ((1000, 1000, 1000, 1000, 2000, 2000), 2000, 2000),
        ((1000, 1020, None, 1060, 1080, 1100), 1100, 1100 + 4 * 10),
    ],
    ids=["a ramp", "less than a twentieth", "a steep ramp", "twice at most", "a step",
         "an early step", "a late step", "a gap"],
)  # fmt: skip
def test_a_load_that_grows_is_met_where_it_will_be_when_the_next_change_shows(
    newest_minutes: tuple[float | None, ...], now: float, expected: float
) -> None:
    """In 180 s that metrics may be late, 65 s of restart and 180 s of cooldown. A step is over.
    Where a minute is missing, as much as it grew in the last eight, by the least of their
    quarters."""
    of = [each and each * 60 for each in newest_minutes]
    _, found = recommended(newest(running(), incoming_records=[60_000, *of]), TOO_LOW)
    load = numbers(found)["load"]
    assert isinstance(load, Reason)
    told: dict[str, Any] = {"records_per_second": now}
    if expected > now:
        told["expected_records_per_second"] = pytest.approx(expected)
    assert dict(load.numbers) == told


def test_the_peak_of_five_minutes_is_the_load_of_now() -> None:
    for minutes, now in ((5, 1100), (6, 1000)):
        of = [66_000, *[60_000] * (minutes - 1)]
        _, found = recommended(newest(running(), incoming_records=of), TOO_LOW)
        load = numbers(found)["load"]
        assert isinstance(load, Reason)
        assert dict(load.numbers) == {"records_per_second": now}


def test_what_waits_and_the_rate_are_said() -> None:
    seen = newest(running(), "counter", behind_milliseconds=[100_000] * 3)
    _, found = recommended(seen, TOO_LOW)
    assert str(found.because) == (
        "1,000 records/s, at a true processing rate of 1,000 records/s per subtask; after a restart "
        "of about 65 s the backlog (100,000 records when last measured, sized for 120,000) is to be "
        "drained in 300 s"
    )
    # 1,000 + (120,000 + 65,000) / 300 records a second at 95 % of use.
    assert found.wanted == 3


@pytest.mark.parametrize(
    ("lag", "partitions", "backlog", "sized_for"),
    [
        ((100, 100, 100), 4, 400, 400),
        ((100, 150, 300), 4, 1200, (300 + 200) * 4),
        ((300, 150, 100), 4, 400, 400),
        ((None, 100, 300), None, 600, (300 + 200) * 2),
        ((None,) * 3, 4, 0, 0),
    ],
    ids=["of all partitions", "grows", "falls", "of all subtasks", "not told"],
)
def test_what_waits_in_a_topic_is_its_lag_and_it_is_sized_with_what_joins_it(
    lag: Samples, partitions: int | None, backlog: float, sized_for: float
) -> None:
    application = an_application(2, partitions=partitions)
    minutes = [JobMinute(behind_seconds=None, lag_records=0)] * 90
    seen = job_signals(a_flink_pipeline(application, topic=True), *minutes)
    seen = newest(seen, "counter", lag_records=lag)
    _, found = recommended(seen, TOO_LOW)
    assert numbers(found)["backlog_records"] == backlog
    assert numbers(found)["sized_records"] == sized_for


def test_of_a_topic_it_is_said_that_one_partition_alone_is_known() -> None:
    minutes = [JobMinute(behind_seconds=None, lag_records=0)] * 90
    application = an_application(2, partitions=4)
    seen = job_signals(a_flink_pipeline(application, topic=True), *minutes)
    _, found = recommended(newest(seen, "counter", lag_records=[100, 150, 300]), TOO_LOW)
    assert (
        "the backlog (at most 1,200 records when last measured, 300 of them in the partition "
        "furthest behind, which alone is known; sized for 2,000)"
    ) in str(found.because)


def test_a_job_of_which_nothing_is_known_or_that_began_lately_stays() -> None:
    silent = running(busy=[None] * 90, cpu_percent=[None] * 90)
    young = running(uptime_milliseconds=[60_000])
    for seen in (silent, young):
        assert recommended(seen, TOO_LOW)[1] == Recommendation(PARALLELISM, 2, 2, UNCHANGED)


def test_only_a_cause_of_its_own_that_its_levers_cure_raises_it() -> None:
    elsewhere = ill(Cause.TABLE_THROTTLED, LeverKind.WRITE_CAPACITY, where="scores")
    advised = ill(Cause.CRASH_LOOP)
    for diagnoses in ((), elsewhere, advised, advised + elsewhere):
        assert recommended(running(), diagnoses)[1].wanted == 2
    assert recommended(running(), advised + TOO_LOW)[1].wanted == 3


# ---- ahead of the load, and not after a spike


def forecast_of(soon: float, likely: float) -> ForecastHorizons:
    loads = (Load(each, 300 * each, has_headroom=True) for each in (soon, likely))
    now, then = (Expected(each, each, WHY) for each in loads)
    return ForecastHorizons(now, now, now, then, 1000, 4000, 120, 420)


@pytest.mark.parametrize(
    ("soon", "likely", "wanted", "lasts_for"),
    [(1900, 3000, 2, ""), (1910, 3000, 4, "3,000"), (1910, 1000, 3, "1,910")],
)
def test_a_load_that_is_expected_before_a_later_change_could_help_is_met_ahead(
    soon: float, likely: float, wanted: int, lasts_for: str
) -> None:
    """Two subtasks carry 1,900 records/s at full use; the raise lasts for what is likely."""
    look = Look(running(), (), in_file(FLINK_SPEC), History(()), NOON, forecast_of(soon, likely))
    _, found = application_recommendations(look)
    assert found.wanted == wanted
    if wanted > 2:
        assert str(found.because) == (
            "as seen; a parallelism of 2 carries 1,900 records/s, and the restart is to last "
            f"for {lasts_for} records/s, which are likely by its past"
        )


@pytest.mark.parametrize(
    ("growth_a_minute", "wanted", "sized_by"),
    [
        (0.0, 3, "1,910 records/s, which are likely by its past"),
        (6.0, 3, "2,278 records/s, to which it has grown if its growth goes on"),
        (10.0, 4, "2,630 records/s, to which it has grown if its growth goes on"),
    ],
)
def test_a_raise_ahead_lasts_for_as_long_as_the_load_has_grown_past_what_is_usual(
    growth_a_minute: float, wanted: int, sized_by: str
) -> None:
    """A load of 1,750 grew for an hour and a half; a subtask does 800 records/s at 80 % of use."""
    growing = [1750 + growth_a_minute * at for at in range(-89, 1)]
    seen = newest(running(), incoming_records=[60 * each for each in growing])
    busy = [each / 2 for each in growing]
    seen = newest(seen, "counter", records_per_second=growing, busy=busy)
    look = Look(seen, (), in_file(FLINK_SPEC), History(()), NOON, forecast_of(1910, 1000))
    _, found = application_recommendations(look)
    assert found.wanted == wanted
    assert sized_by in str(found.because)


def test_a_raise_is_made_for_what_is_likely_by_the_loads_own_past() -> None:
    seen = running()
    for likely, wanted in ((900, 3), (1900, 3), (2000, 3), (8000, 3)):
        look = Look(seen, TOO_LOW, in_file(FLINK_SPEC), History(()), NOON, forecast_of(900, likely))
        _, found = application_recommendations(look)
        load = numbers(found)["load"]
        assert isinstance(load, Reason)
        told = {"records_per_second": 1000}
        if likely > 1000:
            told["expected_records_per_second"] = min(likely, 2000)
        assert (dict(load.numbers), found.wanted) == (told, wanted)


def test_a_spike_that_is_over_sooner_than_a_restart_is_left_alone() -> None:
    """60 GB of state: a restart takes longer than the job has been late."""
    minute = JobMinute(
        arrivals_per_second=3000, records_per_second=1960, busy=980, busiest=1000,
        checkpoint_megabytes=60_000, checkpoint_seconds=60,
    )  # fmt: skip
    for minutes, is_raised in ((4, False), (8, False), (15, False), (16, True)):
        late = [replace(minute, behind_seconds=20.0 * at) for at in range(1, minutes + 1)]
        seen = job_signals(a_flink_pipeline(an_application(2)), *late)
        assert (recommended(seen, TOO_LOW)[1].wanted > 2) is is_raised


# ---- for the heap


def test_a_full_heap_gets_half_as_many_subtasks_a_kpu_or_twice_the_subtasks() -> None:
    dense = running(an_application(8, parallelism_per_kpu=4))
    by_density = ill(Cause.HEAP_PRESSURE, LeverKind.PARALLELISM_PER_KPU)
    per_kpu, parallelism = recommended(dense, by_density)
    assert (per_kpu.current, per_kpu.wanted, per_kpu.for_heap) == (4, 2, True)
    assert str(per_kpu.because) == "as seen; half as many subtasks per KPU have twice the heap each"
    assert parallelism == Recommendation(PARALLELISM, 8, 8, UNCHANGED)
    per_kpu, parallelism = recommended(running(), ill(Cause.HEAP_PRESSURE, LeverKind.PARALLELISM))
    assert per_kpu == Recommendation(PER_KPU, 1, 1, UNCHANGED)
    assert (parallelism.current, parallelism.wanted, parallelism.for_heap) == (2, 4, True)
    assert str(parallelism.because) == (
        "as seen; twice as many KPUs have twice the heap for the same state"
    )


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (2, 1, "half as many subtasks per KPU have twice the heap each"),
        (3, 1, "1 instead of 3 subtasks per KPU have 3.0 times the heap each"),
        (5, 2, "2 instead of 5 subtasks per KPU have 2.5 times the heap each"),
        (7, 3, "3 instead of 7 subtasks per KPU have 2.3 times the heap each"),
    ],
)
def test_an_odd_number_of_subtasks_a_kpu_has_no_half(before: int, after: int, told: str) -> None:
    dense = running(an_application(8, parallelism_per_kpu=before))
    per_kpu, _ = recommended(dense, ill(Cause.HEAP_PRESSURE, LeverKind.PARALLELISM_PER_KPU))
    assert (per_kpu.wanted, str(per_kpu.because)) == (after, f"as seen; {told}")


# ---- lowered


def quiet(parallelism: int = 10, per_minute: float = 1000, **of: Samples) -> Signals:
    """Ten subtasks, of which 1,000 records/s need two at 80 %, and an almost empty heap."""
    application = an_application(parallelism)
    minute = JobMinute(
        arrivals_per_second=per_minute, records_per_second=per_minute, heap_percent=1,
        busy=per_minute / parallelism, busiest=per_minute / parallelism,
    )  # fmt: skip
    seen = job_signals(a_flink_pipeline(application), *[minute] * 90)
    return newest(seen, "counter", **of) if of else seen


PROVED = once(100_000)
"""A past that proves more than any of these jobs has to do."""


def lowered(seen: Signals, **more: Any) -> int:
    return recommended(seen, ahead=PROVED, **more)[1].wanted


def test_an_hour_in_health_lowers_to_what_its_peak_needs() -> None:
    _, found = recommended(quiet(), ahead=PROVED)
    assert (found.current, found.wanted) == (10, 2)
    # A restart of 60 + 4 + 0.2 s, of which 60 may be waited; then 1,900 are read a second.
    assert found.price_seconds == pytest.approx(4.2 * 1900 / (1900 - 1000))
    assert numbers(found) == {
        "peak_records_per_second": 1000, "parallelism": 2, "freed_kpus": 8, "hours": 24,
        "price_seconds": found.price_seconds,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("gap", "is_lowered"), [(6, True), (7, False)], ids=["nine tenths", "less"]
)
@pytest.mark.parametrize("field", ["records_per_second", "behind_milliseconds", "busy"])
def test_nine_tenths_of_an_hours_data_are_needed(field: str, gap: int, is_lowered: bool) -> None:
    series = quiet().of(an_application(10))
    told: dict[str, Any] = {}
    told[field] = [*[None] * gap, *getattr(series, field).samples[-50:]]
    assert (lowered(quiet(**told)) < 10) is is_lowered


@pytest.mark.parametrize(
    ("minutes_ago", "behind", "is_lowered"),
    [(1, 30_000, False), (1, 29_900, True), (15, 30_000, False), (16, 30_000, True)],
)
def test_the_age_must_have_been_well_inside_the_objective_for_a_quarter_of_an_hour(
    minutes_ago: int, behind: float, is_lowered: bool
) -> None:
    seen = quiet(behind_milliseconds=[behind, *[1000] * (minutes_ago - 1)])
    assert (lowered(seen) < 10) is is_lowered


@pytest.mark.parametrize(("minutes_ago", "is_lowered"), [(59.9, False), (60, True)])
def test_an_hour_passes_after_the_last_change(minutes_ago: float, is_lowered: bool) -> None:
    at = NOON - timedelta(minutes=minutes_ago)
    record = ChangeRecord("e", "clicks", PARALLELISM, "x:Y", 5, 10, "", at, Outcome.DONE, at)
    assert (lowered(quiet(), history=History((record,))) < 10) is is_lowered


def test_only_in_health() -> None:
    healthy = (Diagnosis(Cause.HEALTHY, "clicks", ()),)
    assert lowered(quiet(), diagnoses=healthy) == 2
    assert lowered(quiet(), diagnoses=(*healthy, *ill(Cause.CRASH_LOOP))) == 10


@pytest.mark.parametrize(
    ("per_minute", "wanted"), [(6400, 8), (6401, 10), (800, 1), (801, 2), (1600, 2), (1601, 3)]
)
def test_a_fifth_at_least_must_be_saved(per_minute: float, wanted: int) -> None:
    assert lowered(quiet(per_minute=per_minute)) == wanted


@pytest.mark.parametrize(("busy", "wanted"), [(320, 4), (320.3, 5), (640, 8), (641, 10)])
def test_never_fewer_than_were_busy_in_the_hours_busiest_minute(busy: float, wanted: int) -> None:
    seen = quiet(busy=[busy, *[100] * 50])
    assert lowered(seen) == wanted
    assert lowered(quiet(busy=[busy, *[100] * 60])) == 2


@pytest.mark.parametrize(("heap", "wanted"), [(14, 2), (14.1, 3), (35, 5), (56, 8), (56.1, 10)])
def test_the_kpus_that_are_left_hold_the_state(heap: float, wanted: int) -> None:
    """A heap that is full to 70 % at most: 15 under what is high."""
    state: Samples = [1e12] * 3
    assert lowered(quiet(heap_percent=[heap] * 60, checkpoint_bytes=state)) == wanted
    assert lowered(quiet(heap_percent=[heap] * 60, checkpoint_bytes=[None] * 90)) == wanted
    assert lowered(quiet(heap_percent=[None] * 60)) == 2


def test_a_heap_that_idles_is_not_taken_for_state() -> None:
    """What a JVM takes whatever its state: 60 % here, beside 100 MB of checkpoint."""
    assert lowered(quiet(heap_percent=[60] * 60)) == 2
    assert lowered(quiet(heap_percent=[70.1] * 60)) == 10


def test_a_heap_is_as_full_as_it_is_at_its_emptiest() -> None:
    sawtooth: Samples = [14, 40, 60] * 20
    assert lowered(quiet(heap_percent=sawtooth, checkpoint_bytes=[1e12] * 3)) == 2


def test_subtasks_share_the_kpus_that_hold_the_state() -> None:
    """Of 16 subtasks on 4 KPUs, half of the heap needs 2: the fifth subtask begins the second."""
    application = an_application(16, parallelism_per_kpu=4)
    seen = job_signals(
        a_flink_pipeline(application),
        *[JobMinute(heap_percent=35, busy=50, busiest=50, checkpoint_megabytes=1e6)] * 90,
    )
    assert lowered(seen) == 5


def test_a_heap_that_is_called_high_early_has_nothing_to_spare() -> None:
    seen = quiet(heap_percent=[0.5] * 3)
    early = replace(seen, thresholds={**seen.thresholds, "heap-high": 10})
    assert lowered(early) == 10


def test_a_job_that_would_not_catch_up_costs_a_second_for_each_record_that_waits() -> None:
    use = replace(FLINK_SPEC.target_utilization, parallelism=1)
    spec = replace(FLINK_SPEC, target_utilization=use)
    _, found = recommended(quiet(per_minute=1990), spec=spec, ahead=PROVED)
    assert (found.wanted, found.price_seconds) == (2, pytest.approx(64.2 + 64.2 * 1990))


def test_no_restart_where_no_kpu_is_freed() -> None:
    def of(parallelism: int, needs: float) -> int:
        application = an_application(parallelism, parallelism_per_kpu=4)
        minute = JobMinute(
            arrivals_per_second=needs, records_per_second=needs, heap_percent=1,
            busy=needs / parallelism, busiest=needs / parallelism,
        )  # fmt: skip
        return lowered(job_signals(a_flink_pipeline(application, shards=90), *[minute] * 90))

    assert of(8, 4000) == 8
    assert of(9, 4000) == 5
    assert of(8, 3200) == 4


# ---- shards for the subtasks


def narrow(shards: int, *parallelisms: int) -> Pipeline:
    applications = tuple(
        an_application(each, name=f"counter-{at}") for at, each in enumerate(parallelisms)
    )
    return with_applications(a_flink_pipeline(shards=shards), *applications)


@pytest.mark.parametrize(
    ("shards", "parallelisms", "enough"), [(4, (8,), 8), (4, (8, 12), 12), (8, (8,), 9)]
)
def test_a_source_that_is_too_narrow_gets_a_shard_for_each_subtask(
    shards: int, parallelisms: tuple[int, ...], enough: int
) -> None:
    seen = replace(running(), pipeline=narrow(shards, *parallelisms))
    cause = ill(Cause.SOURCE_TOO_NARROW, LeverKind.SHARD_COUNT, where="racers")
    found = demanded(seen, (*ill(Cause.CRASH_LOOP), *cause))
    assert found is not None
    assert (found.lever, found.capacity) == (Lever.of(LeverKind.SHARD_COUNT, "racers"), enough)
    assert str(found.because) == "as seen"


def test_other_causes_and_those_of_a_person_ask_for_no_shards() -> None:
    for diagnoses in ((), TOO_LOW, ill(Cause.SOURCE_TOO_NARROW)):
        assert demanded(running(), diagnoses) is None


def test_tables_of_an_application_change_nothing_about_its_levers() -> None:
    with_table = running(an_application(2, writes=(a_table(5000),)))
    assert recommended(with_table, TOO_LOW)[1].wanted == 3
