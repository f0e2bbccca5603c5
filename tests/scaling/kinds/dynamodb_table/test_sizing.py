from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, Minute, a_pipeline, signals
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.dynamodb_table.state import Capacity
from tidegate.rules.window import Window
from tidegate.scaling.kinds.dynamodb_table.capacity_model import CapacityModel
from tidegate.scaling.kinds.dynamodb_table.sizing import (
    burst_credit_units,
    partition_units,
    units_during_delay,
    units_per_item,
)
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History

TABLE = Capacity("scores", None, "ACTIVE", 100, 10)


def consumed(*units_per_second: float | None) -> Window:
    metric = table_metric("scores", None, "ConsumedWriteCapacityUnits", "Sum")
    samples = tuple(None if each is None else each * 60 for each in units_per_second)
    return Window(metric, NOON - timedelta(minutes=len(samples)), samples)


def change(minutes_ago: float, before: int, after: int) -> ChangeRecord:
    lever = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
    at = NOON - timedelta(minutes=minutes_ago)
    return ChangeRecord(
        "e", "race", lever, "dynamodb:UpdateTable", before, after, "", at, Outcome.DONE
    )


@given(st.lists(st.none() | st.floats(0, 1000), max_size=90))
def test_no_more_is_saved_than_300_seconds_of_the_units(minutes: list[float | None]) -> None:
    assert 0 <= burst_credit_units(TABLE, consumed(*minutes), History(())) <= 300 * 100


@pytest.mark.parametrize(
    ("minutes", "saved"),
    [
        ([90.0] * 10, 6_000),
        ([0.0] * 10, 30_000),
        ([90.0] * 10 + [150.0], 3_000),
        ([120.0] * 10, 0),
        ([None] * 10, 0),
        ([None, 90.0, None], 600),
    ],
    ids=["little-unused", "full", "partly-spent", "over", "silence", "gaps"],
)
def test_unused_units_are_saved_and_silence_saves_nothing(
    minutes: list[float | None], saved: float
) -> None:
    assert burst_credit_units(TABLE, consumed(*minutes), History(())) == pytest.approx(saved)


def test_what_was_saved_before_a_change_of_ours_is_kept() -> None:
    raised = replace(TABLE, last_increase_at=NOON - timedelta(minutes=5))
    minutes = consumed(*[40.0] * 5, *[90.0] * 5)
    assert burst_credit_units(raised, minutes, History((change(5, 50, 100),))) == pytest.approx(
        6_000
    )


def test_before_an_increase_by_someone_else_nothing_counts() -> None:
    raised = replace(TABLE, last_increase_at=NOON - timedelta(minutes=5))
    minutes = consumed(*[40.0] * 5, *[90.0] * 5)
    assert burst_credit_units(raised, minutes, History(())) == pytest.approx(3_000)


def test_a_change_counts_from_when_it_is_in_effect() -> None:
    history = History((change(0, 50, 100),))
    assert units_during_delay(TABLE, history, NOON, 240) == pytest.approx(87.5)
    assert units_during_delay(TABLE, History(()), NOON, 240) == 100


@pytest.mark.parametrize(
    ("units", "change_records", "minutes", "taken"),
    [
        (100, (), [90.0], 1_000),
        (1_000, (), [90.0], 1_000),
        (1_001, (), [90.0], 2_000),
        (100, (change(900, 2_500, 100),), [90.0], 3_000),
        (100, (change(900, 100, 1_500), change(600, 1_500, 100)), [90.0], 2_000),
        (100, (), [90.0, 1_800.0, 90.0], 2_000),
        (100, (), [1_050.0], 1_000),
        (100, (), [None], 1_000),
    ],
)
def test_a_partition_takes_a_thousand_units_and_stays_when_the_table_is_lowered(
    units: int, change_records: tuple[ChangeRecord, ...], minutes: list[float | None], taken: int
) -> None:
    table = replace(TABLE, write_units=units)
    assert partition_units(table, consumed(*minutes), History(change_records)) == taken


@given(st.integers(1, 40_000), st.floats(0, 50_000))
def test_units_to_split_bring_the_partitions_that_are_needed_and_one_less_would_not(
    units: int, wanted: float
) -> None:
    table = replace(TABLE, write_units=units)
    taken = partition_units(table, consumed(0.0), History(()))
    enough = CapacityModel(table, None, None, 0.0, taken).units_to_split(wanted)
    if not enough:
        assert wanted <= taken
        return
    after = partition_units(replace(TABLE, write_units=enough), consumed(0.0), History(()))
    before = partition_units(replace(TABLE, write_units=enough - 1), consumed(0.0), History(()))
    assert before < wanted <= after


@pytest.mark.parametrize(
    ("record_bytes", "units"), [(0, 1), (300, 1), (1024, 1), (1025, 2), (10_000, 10)]
)
def test_a_record_written_as_one_item_takes_a_unit_for_each_kib(
    record_bytes: int, units: int
) -> None:
    seen = signals(a_pipeline(), *[Minute(record_bytes=record_bytes)] * 90)
    assert units_per_item(seen.series.source) == units


def test_without_records_an_item_takes_a_unit() -> None:
    seen = signals(a_pipeline(), *[Minute(records_per_second=0)] * 90)
    assert units_per_item(seen.series.source) == 1
