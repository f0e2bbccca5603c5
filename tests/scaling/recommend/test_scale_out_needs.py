"""What an incident needs of each lever, condition by condition."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, SPEC, Samples, a_pipeline, a_table, newest, signals
from tests.looks import a_look
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.setting_steps import SettingStep
from tidegate.scaling.config.specification import PipelineSpec, TargetUtilization
from tidegate.scaling.kinds.dynamodb_table.capacity_model import CapacityModel
from tidegate.scaling.load.burst_baseline import Standing
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.recommend.learned import learn
from tidegate.scaling.recommend.scale_out import ScaleOut

WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
READS = Lever.of(LeverKind.READ_CAPACITY, "scores")
OF_INDEX = Lever.of(LeverKind.WRITE_CAPACITY, "scores/by-race")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
NOBODY = History(())


def seen(
    units: int = 400, shards: int = 4, *, index_units: int | None = None, **of: Samples
) -> Signals:
    """100 records/s, each a unit, for an hour and a half."""
    table = a_table(units, index_units=index_units)
    return newest(signals(a_pipeline(shards=shards, factor=2, table=table)), **of)


def the_scale_out(
    of: Signals,
    *diagnoses: Diagnosis,
    history: History = NOBODY,
    expected: ForecastHorizons | None = None,
    spec: PipelineSpec = SPEC,
) -> ScaleOut:
    return ScaleOut(a_look(of, diagnoses, spec, history, NOON), learn(of), expected)


def needed(of: Signals, *diagnoses: Diagnosis, **more: Any) -> dict[Lever, int]:
    found = the_scale_out(of, *diagnoses, **more).demands()
    return {lever: each.capacity for lever, each in found.items()}


def throttled(where: str = "scores", kind: LeverKind = LeverKind.WRITE_CAPACITY) -> Diagnosis:
    cause = Cause.INDEX_THROTTLED if "/" in where else Cause.TABLE_THROTTLED
    return Diagnosis(cause, where, (), (kind,))


def advised(where: str = "scorer", cause: Cause = Cause.POISON_BATCH) -> Diagnosis:
    return Diagnosis(cause, where, (), advice="look")


def changed(lever: Lever, seconds_ago: float) -> History:
    at = NOON - timedelta(seconds=seconds_ago)
    return History((ChangeRecord("e", "race", lever, "x:Y", 1, 2, "", at, Outcome.DONE, at),))


SICK: Samples = [100_000, 110_000, 120_000]


def test_a_load_without_a_backlog_needs_what_it_is() -> None:
    """143 units at a use of 0.7, and a factor of 1 of four shards."""
    assert needed(seen()) == {WRITES: 143, FACTOR: 1, SHARDS: 1}


# ---- a backlog in the shards from before a reshard


def read_for_long(before: int | None) -> Signals:
    """Of four shards, which were so many twelve minutes ago; the oldest record is from before that,
    and the load has fallen since."""
    late = [1000.0 * (750 - 10 * back) for back in reversed(range(40))]
    load = [40_000.0] * 60 + [600.0] * 8
    of = seen(units=9000, incoming_records=load, iterator_age_milliseconds=late)
    at = NOON - timedelta(minutes=12)
    steps = () if before is None else (SettingStep(LeverKind.SHARD_COUNT, "racers", at, before),)
    return replace(of, steps=steps)


@pytest.mark.parametrize(("before", "factor"), [(None, 2), (1, 6), (2, 3), (8, 2)])
def test_a_backlog_in_shards_from_before_a_reshard_needs_the_executions_of_these(
    before: int | None, factor: int
) -> None:
    """Six executions, on four shards or on fewer that it waits in; after a merge on the four, which
    are read next."""
    assert needed(read_for_long(before)) == {WRITES: 500, FACTOR: factor, SHARDS: 1}


# ---- doubled


@pytest.mark.parametrize(
    ("of", "units"),
    [
        (seen(iterator_age_milliseconds=SICK), 800),
        (seen(iterator_age_milliseconds=[1000] * 3), None),
    ],
    ids=["the age is sick", "it is well"],
)
def test_a_table_that_throttles_beyond_what_the_load_needs_is_doubled(
    of: Signals, units: int | None
) -> None:
    of = newest(of, "scores", write_throttles=[0, 0, 50])
    found = needed(of, throttled())
    assert found[WRITES] == 800 if units else found[WRITES] < 400


@pytest.mark.parametrize(
    ("throttles", "changed_seconds_ago", "is_doubled"),
    [((0, 0, 50), None, True), ((50, 50, 0), None, False), ((0, 0, 50), 179, False),
     ((0, 0, 50), 180, True)],
    ids=["throttles now", "not any more", "a change does not show yet", "it shows"],
)  # fmt: skip
def test_what_throttled_before_or_may_be_cured_already_is_not_doubled(
    throttles: Samples, changed_seconds_ago: int | None, is_doubled: bool
) -> None:
    of = newest(seen(iterator_age_milliseconds=SICK), "scores", write_throttles=throttles)
    if changed_seconds_ago is not None:
        of = replace(of, changed_at=NOON - timedelta(seconds=changed_seconds_ago))
    assert (needed(of, throttled())[WRITES] == 800) is is_doubled


def test_a_table_that_is_used_up_drains() -> None:
    of = newest(seen(iterator_age_milliseconds=SICK), "scores", write_throttles=[0, 0, 50])
    drains = newest(of, "scores", consumed_write_units=[360 * 60] * 3)
    assert needed(drains, throttled())[WRITES] < 800
    almost = newest(of, "scores", consumed_write_units=[359 * 60] * 3)
    assert needed(almost, throttled())[WRITES] == 800


def test_why_it_is_doubled_is_said() -> None:
    of = newest(seen(iterator_age_milliseconds=SICK), "scores", write_throttles=[0, 0, 50])
    found = the_scale_out(of, throttled()).demands()[WRITES]
    assert dict(found.because.numbers) == {"where": "scores", "units": 400}


# ---- refused to others


@pytest.mark.parametrize(
    ("refused", "changed_seconds_ago", "units"),
    [
        ((0, 300, 300), None, 405),
        ((0, 0, 300), None, None),
        ((300, 300, 0), None, None),
        ((0, 300, 300), 180, 405),
        ((0, 300, 300), 179, None),
        ((0, 60_000, 60_000), None, 800),
    ],
    ids=["two minutes", "one odd minute", "not any more", "since its change", "before it",
         "twice at most"],
)  # fmt: skip
def test_writes_refused_in_health_are_anothers_and_get_a_unit_each(
    refused: Samples, changed_seconds_ago: int | None, units: int | None
) -> None:
    of = newest(seen(), "scores", write_throttles=refused, consumed_write_units=[6000] * 3)
    history = NOBODY if changed_seconds_ago is None else changed(WRITES, changed_seconds_ago)
    found = needed(of, throttled(), history=history)[WRITES]
    assert found == (143 if units is None else units)


def test_reads_are_always_anothers() -> None:
    of = newest(
        seen(iterator_age_milliseconds=[1000] * 3), "scores",
        read_throttles=[0, 120, 120], consumed_read_units=[300] * 3,
    )  # fmt: skip
    assert needed(of, throttled(kind=LeverKind.READ_CAPACITY))[READS] == 12
    assert needed(of)[READS] == 8


def test_what_others_are_refused_is_added_where_the_load_needs_just_what_there_is() -> None:
    of = newest(seen(143), "scores", write_throttles=[0, 300, 300],
                consumed_write_units=[6000] * 3)  # fmt: skip
    assert needed(seen(143))[WRITES] == 143
    assert needed(of, throttled())[WRITES] == 148


# ---- beside what only a person cures


def test_beside_what_a_person_cures_only_the_arrivals_and_other_ill_tables_count() -> None:
    of = newest(seen(index_units=200, iterator_age_milliseconds=SICK), "scores/by-race",
                write_throttles=[900] * 3)  # fmt: skip
    assert set(needed(of, advised())) == {SHARDS}
    assert set(needed(of, advised(), throttled("scores/by-race"))) == {SHARDS, OF_INDEX}
    hot = advised("scores", Cause.HOT_KEY)
    assert set(needed(of, hot, throttled("scores/by-race"))) == {SHARDS, OF_INDEX}


@pytest.mark.parametrize(
    ("ages", "changed_seconds_ago", "units"),
    [
        ([300_000] * 3, None, 200),
        ([300_000] * 3, 60, 143),
        ([300_000] * 3, 180, 200),
        ([280_000, 290_000, 300_000], 60, 210),
        ([320_000, 310_000, 300_000], None, 200),
    ],
    ids=["a backlog", "was sized for", "and did not help", "still grows", "falls"],
)
def test_a_backlog_that_the_last_change_was_sized_for_asks_for_nothing_more(
    ages: Samples, changed_seconds_ago: int | None, units: int
) -> None:
    """100 records/s at a use of 0.7, or those and 30,000 within 300 s; 10 s a minute more in the
    three that metrics may be late."""
    of = seen(iterator_age_milliseconds=ages)
    if changed_seconds_ago is not None:
        of = replace(of, changed_at=NOON - timedelta(seconds=changed_seconds_ago))
    assert needed(of)[WRITES] == units


@pytest.mark.parametrize("cause", [Cause.HOT_KEY, Cause.HOT_SHARD])
def test_refusals_of_one_shard_are_no_load_of_all(cause: Cause) -> None:
    of = seen(shards=2, incoming_records=[90_000] * 5, write_throttles=[0, 0, 90_000])
    hot = Diagnosis(cause, "shard-0", (), (SHARDS.kind,))
    assert needed(of)[SHARDS] == 4
    assert needed(of, hot)[SHARDS] == 2


@pytest.mark.parametrize("cause", [Cause.HOT_KEY, Cause.HOT_SHARD])
def test_nor_are_the_bytes_of_one_shard(cause: Cause) -> None:
    of = seen(
        shards=2, incoming_records=[9000] * 5, incoming_bytes=[9000 * 11_000] * 5,
        write_throttles=[0, 0, 9000],
    )  # fmt: skip
    hot = Diagnosis(cause, "shard-0", (), (SHARDS.kind,))
    assert needed(of)[SHARDS] == 4
    assert needed(of, hot)[SHARDS] == 2


def test_shards_are_left_once_refusals_fall() -> None:
    of = seen(shards=2, incoming_records=[90_000] * 3, write_throttles=[9000, 9000, 6000])
    assert SHARDS not in needed(of)
    assert SHARDS in needed(newest(of, write_throttles=[9000, 9000, 9000]))
    assert SHARDS in needed(newest(of, write_throttles=[9000, 9000, 8000]))


def test_arrivals_need_shards_whatever_the_consumers_do() -> None:
    of = newest(
        seen(shards=2, incoming_records=[90_000] * 3), "scorer",
        duration_sum_milliseconds=[4 * 60_000] * 90,
    )  # fmt: skip
    needed = the_scale_out(of).for_arrivals()
    assert needed is not None
    assert needed.capacity == 2


# ---- burst credits


def coming(standing: Standing | None = None) -> ForecastHorizons:
    load = Load(100, 30_000, has_headroom=True)
    each = Expected(load, load, Reason.of("forecast", "as forecast"))
    return ForecastHorizons(each, each, each, each, 100, 2000, 300, 600, standing=standing)


@pytest.mark.parametrize(("records", "runs_out"), [(266, False), (267, True)])
def test_burst_credits_that_end_before_a_change_takes_effect_run_out(
    records: float, runs_out: bool
) -> None:
    """100 units have 30,000 of burst: two minutes are spent, and one is to come."""
    minutes = [*[1200] * 88, *[records * 60] * 2]
    of = seen(100, incoming_records=minutes, read_records=[1200] * 90)
    of = newest(of, "scores", consumed_write_units=minutes)
    assert (WRITES in the_scale_out(of).running_out()) is runs_out


def test_what_piles_up_before_a_table_is_drained_but_for_what_is_healthy() -> None:
    """900 a second for the three minutes until a change takes effect, less those of 15 s, in 300 s."""
    of = seen(100, incoming_records=[60_000] * 5)
    of = newest(of, "scores", consumed_write_units=[6000] * 90)
    soon = the_scale_out(of)
    later = replace(soon, look=replace(soon.look, now=NOON + timedelta(minutes=2)))
    assert later.demands()[WRITES].capacity == 1000 + (900 * 180 - 15 * 1000) / 300


STANDS = Standing(400, 60_000, following_records_per_second=800, highest_records_per_second=900)


def excursion(**more: Any) -> frozenset[Lever]:
    """A minute of 900 records/s before a table of 400 units that stands there."""
    of = newest(seen(incoming_records=[54_000]), "scores", consumed_write_units=[54_000])
    given: dict[str, Any] = {"standing": STANDS, "spec": SPEC, "of": of} | more
    return the_scale_out(
        given["of"], expected=coming(given["standing"]), spec=given["spec"]
    ).borne()


def test_a_spike_as_those_before_is_borne_by_burst_credits() -> None:
    assert excursion() == {WRITES}
    assert excursion(standing=None) == frozenset()
    assert excursion(standing=replace(STANDS, excursion_records=20_000)) == frozenset()
    assert excursion(standing=replace(STANDS, excursion_records=900_000)) == frozenset()


@pytest.mark.parametrize(
    ("burst", "base_units", "is_borne"),
    [(24_000, 0, True), (23_999, 0, False), (0, 0, False), (27_000, 100, True),
     (26_999, 100, False)],
)  # fmt: skip
def test_a_spike_is_borne_by_what_is_saved_and_what_may_wait(
    burst: int, base_units: float, is_borne: bool
) -> None:
    """24,000 records are to come at two units each; those of 30 s may wait, of 800 units without
    what others use of them."""
    of = newest(
        seen(800, incoming_records=[54_000]),
        "scores",
        consumed_write_units=[*[12_000] * 89, 108_000],
    )
    scaled = the_scale_out(of, expected=coming(replace(STANDS, records_per_second=300)))
    (model,) = scaled.model.sinks
    assert isinstance(model, CapacityModel)
    assert model.writes is not None
    cost = replace(model.writes, base_units=base_units)
    model = replace(model, burst_credit_units=float(burst), writes=cost)
    scaled = replace(scaled, model=replace(scaled.model, sinks=(model,)))
    assert (WRITES in scaled.borne()) is is_borne


@pytest.mark.parametrize(("rate", "is_borne"), [(412, True), (413, False)])
def test_a_table_may_stand_as_low_as_means_hide(rate: float, is_borne: bool) -> None:
    """A rate of 412 needs 400 units, since 3 % of it hide in the means."""
    found = excursion(standing=replace(STANDS, records_per_second=rate))
    assert (WRITES in found) is is_borne


def test_a_use_that_the_file_asks_for_or_a_late_age_leaves_nothing_to_the_burst() -> None:
    fixed = replace(SPEC, target_utilization=TargetUtilization(capacity=0.7))
    assert excursion(spec=fixed) == frozenset()
    of = newest(seen(incoming_records=[54_000]), "scores", consumed_write_units=[54_000])
    late = newest(of, iterator_age_milliseconds=[60_001] * 3)
    assert excursion(of=late) == frozenset()
    assert excursion(of=newest(of, iterator_age_milliseconds=[60_000] * 3)) == {WRITES}


@pytest.mark.parametrize(("records", "is_borne"), [(500, True), (501, False)])
def test_no_burst_bears_more_units_than_the_partitions_take(records: int, is_borne: bool) -> None:
    """Two units a record, and one partition of 1,000 units a second."""
    units = [12_000] * 89 + [records * 120]
    of = newest(seen(800, incoming_records=[records * 60]), "scores", consumed_write_units=units)
    assert (WRITES in excursion(of=of)) is is_borne
