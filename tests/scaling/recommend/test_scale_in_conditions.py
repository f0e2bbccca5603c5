"""When a lever may go down, how far, and how much that must save: each condition by itself."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import (
    NOON,
    SPEC,
    Samples,
    Table,
    a_pipeline,
    a_table,
    newest,
    signals,
    source_series,
    with_consumers,
    with_source_series,
)
from tests.flink_builders import an_application, job_signals, with_applications
from tests.looks import a_look
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.specification import Objective, PipelineSpec
from tidegate.scaling.kinds.dynamodb_table.capacity_model import CapacityModel
from tidegate.scaling.load.base_load import RecordCost
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.recommendation import BLIND_SHARE
from tidegate.scaling.recommend.learned import learn
from tidegate.scaling.recommend.pre_scaling import PreScaling
from tidegate.scaling.recommend.scale_in import ScaleIn

TABLE = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
READS = Lever.of(LeverKind.READ_CAPACITY, "scores")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
WHY = Reason.of("test", "as asked")


def coming(*, hour: bool = True, usual: float = 100) -> ForecastHorizons:
    load = Load(100, 30_000, has_headroom=True)
    each = Expected(load, load, Reason.of("forecast", "as forecast"))
    return ForecastHorizons(
        each, each, each if hour else None, each, usual, 100, lead_seconds=300, soon_seconds=600
    )


def the_scale_in(
    seen: Signals | None = None,
    *,
    expected: ForecastHorizons | None = None,
    history: History | None = None,
    spec: PipelineSpec = SPEC,
    ill: tuple[Diagnosis, ...] = (),
) -> ScaleIn:
    seen = seen or signals(a_pipeline(shards=4, factor=2))
    history = history or History(())
    return ScaleIn(a_look(seen, ill, spec, history, NOON), learn(seen), expected)


# ---- when


def open_for(seen: Signals, **more: Any) -> tuple[bool, bool]:
    """Whether for shards, and whether for a table."""
    scale_in = the_scale_in(seen, **more)
    return scale_in.is_open(SHARDS), scale_in.is_open(TABLE)


@pytest.mark.parametrize(
    ("cause", "is_open"),
    [(None, True), (Cause.HEALTHY, True), (Cause.UNKNOWN, False), (Cause.HOT_KEY, False)],
)
def test_only_in_health(cause: Cause | None, is_open: bool) -> None:
    ill = () if cause is None else (Diagnosis(cause, "race", ()),)
    assert the_scale_in(ill=ill).is_open(SHARDS) is is_open


def test_not_beside_a_critical_rule_that_fires() -> None:
    seen = signals(a_pipeline())
    assert the_scale_in(seen).is_open(SHARDS)
    assert not the_scale_in(replace(seen, is_contradicted=True)).is_open(SHARDS)


@pytest.mark.parametrize("calls", ["put_record_success", "put_records_success"])
@pytest.mark.parametrize(
    ("since", "refused", "is_open"),
    [(1, 0, False), (15, 0, False), (16, 0, True), (1, 5400, True)],
    ids=["now", "a quarter of an hour ago", "before that", "refused as much"],
)
def test_not_while_calls_that_put_records_fail(
    calls: str, since: int, refused: float, is_open: bool
) -> None:
    """What comes in is not what producers will bring once they are let in. What a full stream
    refuses holds back by itself, and what it refused so long ago does no more."""
    fail: Samples = [0.5, *[1.0] * (since - 1)]
    seen = newest(signals(a_pipeline()), **{calls: fail})
    if refused:
        seen = newest(seen, write_throttles=[refused, *[0.0] * 5], **{calls: [0.5, *[1.0] * 5]})
    assert the_scale_in(seen).is_open(SHARDS) is is_open


def test_just_after_a_change_only_where_every_reader_is_shown_to_be_well() -> None:
    unwritten = newest(signals(a_pipeline()), "scores", consumed_write_units=[None] * 6)
    for seen, is_open in ((signals(a_pipeline()), True), (unwritten, False)):
        changed = replace(seen, changed_at=NOON - timedelta(minutes=1))
        assert the_scale_in(changed).is_open(SHARDS) is is_open


@pytest.mark.parametrize(
    ("gaps", "by_hour", "by_forecast"),
    [(6, True, False), (7, False, False), (1, True, True), (2, True, False)],
    ids=["a tenth of an hour", "more of it", "less than a tenth of a quarter", "more of that"],
)
def test_on_nine_tenths_of_the_data_of_an_hour_or_of_a_quarter_with_a_forecast(
    gaps: int, by_hour: bool, by_forecast: bool
) -> None:
    """The gaps are in the newest quarter of an hour, the newest minute apart."""
    for window in ("incoming_records", "iterator_age_milliseconds"):
        seen = newest(signals(a_pipeline()), **{window: [*[None] * gaps, 900]})
        assert open_for(seen) == (by_hour, by_hour)
        assert open_for(seen, expected=coming()) == (by_forecast, by_forecast)
        assert open_for(seen, expected=coming(hour=False)) == (by_hour, by_hour)


def test_a_window_that_is_younger_than_an_hour_is_not_full() -> None:
    scale_in = the_scale_in()
    stream = source_series(scale_in.look.signals)
    for minutes, by_hour, by_forecast in ((60, True, True), (59, False, True), (14, False, False)):
        young = {
            name: getattr(stream, name).last(minutes * 60)
            for name in ("incoming_records", "iterator_age_milliseconds", "read_records")
        }
        young_signals = with_source_series(scale_in.look.signals, replace(stream, **young))
        look = replace(scale_in.look, signals=young_signals)
        young_in = replace(scale_in, look=look)
        assert young_in.is_open(SHARDS) is by_hour
        assert replace(young_in, expected=coming()).is_open(SHARDS) is by_forecast


@pytest.mark.parametrize(
    ("minutes_ago", "age", "is_open"),
    [(1, 30, (False, False)), (1, 29.9, (True, True)), (5, 30, (False, False)),
     (6, 30, (False, True)), (15, 30, (False, True)), (16, 30, (True, True))],
)  # fmt: skip
def test_with_the_age_well_inside_the_objective_for_as_long_as_it_takes_to_catch_up(
    minutes_ago: int, age: float, is_open: tuple[bool, bool]
) -> None:
    """A quarter of an hour; for a table five minutes."""
    ages = [age * 1000, *[1000] * (minutes_ago - 1)]
    assert open_for(newest(signals(a_pipeline()), iterator_age_milliseconds=ages)) == is_open


def test_a_table_waits_as_long_as_the_objective_gives_to_catch_up() -> None:
    seen = newest(signals(a_pipeline()), iterator_age_milliseconds=[40_000, *[1000] * 6])
    assert open_for(seen) == (False, True)
    patient = replace(SPEC, objective=Objective(catch_up_seconds=421))
    assert open_for(seen, spec=patient) == (False, False)
    hasty = replace(SPEC, objective=Objective(catch_up_seconds=60))
    newer = newest(signals(a_pipeline()), iterator_age_milliseconds=[40_000, 1000, 1000])
    assert open_for(newer, spec=hasty) == (False, False)


@pytest.mark.parametrize(
    ("refused", "is_open"), [((0, 0, 0, 0, 2000), True), ((0, 0, 0, 0, 2001), False),
                             ((2001, 0, 0, 0, 0), False), ((9000, 0, 0, 0, 0, 0), True)],
)  # fmt: skip
def test_not_while_records_that_were_refused_are_still_taken_in(
    refused: Samples, is_open: bool
) -> None:
    """Of 5 x 6,000 records a fifteenth: what a change must save at least."""
    assert pytest.approx(1 / 15) == BLIND_SHARE
    seen = newest(signals(a_pipeline()), write_throttles=refused)
    assert open_for(seen) == (is_open, is_open)


@pytest.mark.parametrize(
    ("lever", "seconds_ago", "catch_up", "is_past"),
    [
        (TABLE, 300, 300, True), (TABLE, 299, 300, False), (TABLE, 180, 60, True),
        (TABLE, 179, 60, False), (SHARDS, 480, 300, True), (SHARDS, 479, 300, False),
        (FACTOR, 360, 60, True), (FACTOR, 359, 60, False), (TABLE, None, 300, True),
    ],
)  # fmt: skip
def test_a_lever_rests_until_its_change_shows_and_a_backlog_could_be_gone(
    lever: Lever, seconds_ago: int | None, catch_up: int, is_past: bool
) -> None:
    records: tuple[ChangeRecord, ...] = ()
    if seconds_ago is not None:
        at = NOON - timedelta(seconds=seconds_ago)
        records = (ChangeRecord("e", "race", lever, "x:Y", 1, 2, "", at, Outcome.DONE, at),)
    spec = replace(SPEC, objective=Objective(catch_up_seconds=catch_up))
    assert the_scale_in(history=History(records), spec=spec).is_past_cooldown(lever) is is_past


# ---- how far


def demand(lever: Lever, capacity: int) -> Demand:
    return Demand(lever, capacity, WHY)


def ahead(lever: Lever, floor: int | None) -> PreScaling:
    return PreScaling(0, 0, WHY, None if floor is None else demand(lever, floor))


@pytest.mark.parametrize(
    ("coming_floor", "past", "floor"),
    [(3, 2, 3), (2, 3, 3), (None, 3, 3), (3, None, None), (None, None, None)],
)
def test_shards_go_no_lower_than_the_hour_and_the_forecast_need(
    coming_floor: int | None, past: int | None, floor: int | None
) -> None:
    hour = {} if past is None else {SHARDS: demand(SHARDS, past)}
    found = the_scale_in().floor(SHARDS, ahead(SHARDS, coming_floor), hour)
    assert (found and found.capacity) == floor
    without = the_scale_in().floor(SHARDS, None, hour)
    assert (without and without.capacity) == past


@pytest.mark.parametrize(
    ("busy", "coming_floor", "floor"),
    [(1, 1, 1), (2, 1, 1), (2.1, 1, 2), (2.1, 3, 3), (50, 1, 10), (0, 4, 4)],
)
def test_a_factor_goes_by_the_forecast_and_no_lower_than_what_is_busy(
    busy: float, coming_floor: int, floor: int
) -> None:
    """Of four shards; half of the executions may be in use."""
    seen = newest(
        signals(a_pipeline(shards=4, factor=10)), "scorer",
        duration_sum_milliseconds=[60_000 * busy, 0, 0],
    )  # fmt: skip
    found = the_scale_in(seen).floor(FACTOR, ahead(FACTOR, coming_floor), {})
    assert found == demand(FACTOR, floor)
    by_the_hour = the_scale_in(seen).floor(FACTOR, None, {FACTOR: demand(FACTOR, 1)})
    assert by_the_hour == demand(FACTOR, 1)


def consuming(kind: str = "write", **of: Samples) -> Signals:
    fields = {f"{name}_{kind}_units" if name == "consumed" else name: each
              for name, each in of.items()}  # fmt: skip
    return newest(signals(a_pipeline(table=a_table(1000))), "scores", **fields)


@pytest.mark.parametrize(
    ("consumed", "asked", "floor"),
    [
        ([60_000] * 3, 10, 1017),
        ([60_000] * 3, 2000, 2000),
        ([0, 60_000, 0], 10, 339),
        ([99_000, 60_000, 60_000, 60_000], 10, 1017),
        ([None, None, 60_000], 10, None),
        ([None, 60_000, 60_000, 60_000], 10, None),
        ([None, 60_000, 60_000, 60_000, 60_000, 60_000], 10, 1017),
        ([0, 0, 0], 10, 10),
    ],
    ids=["with headroom", "more is asked for", "on average", "of three minutes", "gaps",
         "a gap of five minutes", "a gap before those", "idle"],
)  # fmt: skip
def test_a_table_goes_no_lower_than_what_is_consumed(
    consumed: Samples, asked: int, floor: int | None
) -> None:
    """The headroom is what comes in an objective of an hour: a sixtieth."""
    seen = consuming(consumed=consumed)
    found = the_scale_in(seen).floor(TABLE, ahead(TABLE, asked), {})
    assert (found and found.capacity) == floor


@pytest.mark.parametrize(
    ("catch_up", "consumed", "floor"),
    [(600, [60_000, None, *[60_000] * 8], 1017), (540, [60_000, None, *[60_000] * 7], None),
     (3600, [60_000, None, None, 60_000], 1017)],
    ids=["nine tenths", "less", "one minute of three"],
)  # fmt: skip
def test_a_table_may_be_silent_for_a_tenth_of_the_time_to_catch_up(
    catch_up: int, consumed: Samples, floor: int | None
) -> None:
    patient = replace(SPEC, objective=Objective(catch_up_seconds=catch_up))
    seen = consuming(consumed=consumed)
    found = the_scale_in(seen, spec=patient).floor(TABLE, ahead(TABLE, 10), {})
    assert (found and found.capacity) == floor


def test_a_table_keeps_what_others_use_of_it_in_their_busiest_minute() -> None:
    scale_in = the_scale_in(consuming(consumed=[0, 0, 0]))
    (sink,) = scale_in.model.sinks
    assert isinstance(sink, CapacityModel)
    beside = replace(sink, writes=RecordCost(100.0, 1.0, base_units_most=130.5))
    scale_in = replace(scale_in, model=replace(scale_in.model, sinks=(beside,)))
    assert scale_in.floor(TABLE, ahead(TABLE, 200), {}) == demand(TABLE, 231)


def test_a_table_that_throttled_lately_stays() -> None:
    for ago, floor in ((5, None), (6, 102)):
        seen = consuming(write_throttles=[1, *[None] * (ago - 1)])
        found = the_scale_in(seen).floor(TABLE, ahead(TABLE, 10), {})
        assert (found and found.capacity) == floor


def test_a_table_without_a_forecast_goes_by_the_hour() -> None:
    hour = {TABLE: demand(TABLE, 700)}
    assert the_scale_in().floor(TABLE, None, hour) == demand(TABLE, 700)
    assert the_scale_in().floor(TABLE, ahead(TABLE, None), hour) == demand(TABLE, 700)
    assert the_scale_in().floor(TABLE, ahead(TABLE, 300), hour) == demand(TABLE, 300)
    assert the_scale_in().floor(TABLE, None, {}) is None


def test_reads_are_judged_by_what_reads_consume_and_throttle() -> None:
    seen = consuming("read", consumed=[1200] * 6)
    assert the_scale_in(seen).floor(READS, ahead(READS, 1), {}) == demand(READS, 21)
    refused = newest(seen, "scores", read_throttles=[3])
    assert the_scale_in(refused).floor(READS, ahead(READS, 1), {}) is None
    written = newest(seen, "scores", write_throttles=[3])
    assert the_scale_in(written).floor(READS, ahead(READS, 1), {}) == demand(READS, 21)


# ---- how much it must save


def lowered(table: Table, minutes_ago: float) -> Table:
    at = NOON - timedelta(minutes=minutes_ago)
    return replace(table, capacity=replace(table.capacity, last_decrease_at=at))


@pytest.mark.parametrize(
    ("lever", "current", "least"),
    [(FACTOR, 10, 2), (SHARDS, 100, 25), (SHARDS, 3, 1), (SHARDS, 8, 2),
     (Lever.of(LeverKind.PARALLELISM, "counter"), 50, 1), (TABLE, 1500, 100), (TABLE, 12, 1)],
)  # fmt: skip
def test_a_change_must_save_a_share_of_what_it_changes(
    lever: Lever, current: int, least: float
) -> None:
    assert the_scale_in().least(lever, current) == pytest.approx(least)


@pytest.mark.parametrize(
    ("minutes_ago", "usual", "current", "least"),
    [(60, 100, 1500, 100), (59.9, 100, 1500, 600), (59.9, 2000, 1500, 800), (59.9, 100, 2, 40),
     (59.9, 1, 1, 1)],
    ids=["an hour ago", "sooner", "of what is usual", "of what is usual beside little", "one"],
)  # fmt: skip
def test_a_decrease_that_is_one_of_the_days_four_must_save_six_times_as_much(
    minutes_ago: float, usual: float, current: int, least: float
) -> None:
    seen = signals(a_pipeline(table=lowered(a_table(1500), minutes_ago)))
    found = the_scale_in(seen, expected=coming(usual=usual)).least(TABLE, current)
    assert found == pytest.approx(least)


@pytest.mark.parametrize(
    ("units", "least"), [(12_000, 800), (None, 4)], ids=["two of each record", "not known"]
)
def test_what_is_usual_is_counted_in_units(units: float | None, least: float) -> None:
    seen = signals(a_pipeline(table=lowered(a_table(1500), 30)))
    seen = newest(seen, "scores", consumed_write_units=[units] * 90)
    found = the_scale_in(seen, expected=coming(usual=1000)).least(TABLE, 10)
    assert found == pytest.approx(least)


def test_without_a_forecast_what_is_usual_is_not_known() -> None:
    seen = signals(a_pipeline(table=lowered(a_table(1500), 30)))
    assert the_scale_in(seen).least(TABLE, 10) == pytest.approx(4)


# ---- what the last hour needed


def of_the_hour(seen: Signals, spec: PipelineSpec = SPEC) -> dict[Lever, int]:
    found = the_scale_in(seen, spec=spec).demands_of_the_hour()
    assert all(str(each.because).startswith("at the last hour's peak, ") for each in found.values())
    return {lever: each.capacity for lever, each in found.items()}


def busy_for(pipeline: Pipeline, busy: float, records: float = 100) -> Signals:
    """One minute of the hour had so many records a second, and so many executions busy."""
    seen = newest(signals(pipeline), incoming_records=[records * 60, *[6000] * 50])
    return newest(seen, "scorer", duration_sum_milliseconds=[busy * 60_000, *[0] * 50])


@pytest.mark.parametrize(
    ("records", "shards"), [(100, 1), (800, 1), (801, 2), (3200, 4), (4000, 5)]
)
def test_shards_are_those_of_the_hours_largest_minute(records: float, shards: int) -> None:
    seen = busy_for(a_pipeline(shards=8, factor=10), 0.1, records)
    assert of_the_hour(seen)[SHARDS] == shards


@pytest.mark.parametrize(
    ("busy", "shards", "factor"), [(0.1, 1, 2), (5, 1, 10), (5.1, 2, 6), (15, 3, 10)]
)
def test_never_fewer_executions_than_were_busy(busy: float, shards: int, factor: int) -> None:
    """At half of their use: 5 busy are 10 executions, which one shard has."""
    found = of_the_hour(busy_for(a_pipeline(shards=8, factor=2), busy))
    assert (found[SHARDS], found[FACTOR]) == (shards, factor)


def test_a_subtask_keeps_a_shard_of_its_own() -> None:
    pipeline = a_pipeline(shards=6, factor=2)
    for parallelism, shards in ((3, 3), (9, 6)):
        application = an_application(parallelism)
        both = with_applications(pipeline, application)
        seen = busy_for(pipeline, 0.1)
        jobs = job_signals(with_consumers(with_applications(pipeline, application)))
        series = replace(
            seen.series,
            of={**seen.series.of, "flink_application": jobs.series.of["flink_application"]},
        )
        assert of_the_hour(replace(seen, pipeline=both, series=series))[SHARDS] == shards


# ---- while the load rises


@pytest.mark.parametrize("lever", [TABLE, SHARDS, FACTOR])
@pytest.mark.parametrize(
    ("before", "newest_quarter", "goes_down"),
    [(100, 109, True), (20, 22, True), (20, 22.1, False), (100, 112, False)],
    ids=["steady", "a tenth more", "more than that", "rises"],
)
def test_without_a_forecast_nothing_goes_down_for_a_load_that_rises(
    lever: Lever, before: float, newest_quarter: float, goes_down: bool
) -> None:
    came = [60.0 * before] * 15 + [60 * newest_quarter] * 15
    seen = newest(signals(a_pipeline(shards=4, factor=2)), incoming_records=came)
    hour = {lever: Demand(lever, 1, WHY)}
    assert (the_scale_in(seen).floor(lever, None, hour) is not None) is goes_down


def test_with_a_forecast_it_is_the_forecast_that_knows() -> None:
    came = [60 * 50.0] * 15 + [60 * 100.0] * 15
    seen = newest(signals(a_pipeline(shards=4, factor=2)), incoming_records=came)
    ready = PreScaling(1, 1, WHY, Demand(FACTOR, 1, WHY))
    found = the_scale_in(seen).floor(FACTOR, ready, {FACTOR: Demand(FACTOR, 2, WHY)})
    assert found is not None


@pytest.mark.parametrize(
    ("came", "goes_down"),
    [
        ((50, 50, 50, 50), True),
        ((50, 51, 52, 53), False),
        ((50, 50, 51, 52), True),
        ((50, 51, 50, 53), True),
        ((50, 50, 50, 56), False),
        ((56, 50, 50, 50), True),
    ],
    ids=["steady", "each more", "two in a row", "to and fro", "a tenth more at once", "less"],
)
def test_executions_stay_while_each_minute_brings_more(
    came: tuple[int, ...], goes_down: bool
) -> None:
    seen = newest(
        signals(a_pipeline(shards=4, factor=2)), incoming_records=[60.0 * each for each in came]
    )
    ready = PreScaling(1, 1, WHY, Demand(FACTOR, 1, WHY))
    found = the_scale_in(seen).floor(FACTOR, ready, {FACTOR: Demand(FACTOR, 2, WHY)})
    assert (found is not None) is goes_down


@pytest.mark.parametrize("came", [(50, 50, 50, 56), (50, 51, 52, 53), (5, 5, 5, 50)])
def test_shards_follow_the_last_hour_and_not_its_newest_minute(came: tuple[int, ...]) -> None:
    seen = newest(
        signals(a_pipeline(shards=4, factor=2)), incoming_records=[60.0 * each for each in came]
    )
    ready = PreScaling(1, 1, WHY, Demand(SHARDS, 1, WHY))
    found = the_scale_in(seen).floor(SHARDS, ready, {SHARDS: Demand(SHARDS, 2, WHY)})
    assert found is not None
    assert found.capacity == 2
