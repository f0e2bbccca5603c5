from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import Minute, a_pipeline, a_table, signals, the_table
from tests.change_records import history
from tidegate.rules.window import Window
from tidegate.scaling.kinds.dynamodb_table import words
from tidegate.scaling.kinds.dynamodb_table.capacity_model import CapacityModel, capacity_model

CAPACITY = a_table(100).capacity


def model(partition_units_per_second: float) -> CapacityModel:
    return CapacityModel(CAPACITY, 1.0, None, partition_units_per_second=partition_units_per_second)


@pytest.mark.parametrize(
    ("taken", "load", "units"),
    [(inf, 1e6, 0), (1_000, 1_000, 0), (1_000, 1_001, 1_001), (1_000, 2_000, 1_001),
     (1_000, 2_000.5, 2_001), (3_000, 2_500, 0)],
    ids=["unknown", "just-taken", "second", "second-full", "third", "more-than-asked"],
)  # fmt: skip
def test_a_partition_more_comes_with_the_first_unit_past_each_thousand(
    taken: float, load: float, units: int
) -> None:
    seen = model(taken)
    assert seen.units_to_split(load) == units
    why = words.TOO_FEW_PARTITIONS(where="scores", limit_units=taken)
    assert seen.too_few_partitions(load) == (why if units else None)


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_the_partitions_that_come_take_the_load_and_one_less_would_not(
    taken: float, load: float
) -> None:
    units = model(taken).units_to_split(load)
    partitions = -(-units // 1_000)
    assert (units == 0) == (load <= taken)
    assert units == 0 or (partitions - 1) * 1_000 < load <= partitions * 1_000


def test_what_is_learnt_of_a_table_is_of_its_own_metrics() -> None:
    pipeline = a_pipeline(table=a_table(200, index_units=50))
    busy = Minute(records_per_second=100, units_per_record=1.0, index_units_per_record=0.25)
    seen = signals(pipeline, *[busy] * 90)
    asked: list[str] = []

    def units(window: Window) -> float | None:
        asked.append(window.metric.name)
        return window.latest

    table, index = the_table(pipeline).capacities
    # Half of the units are unused for long enough to save all that burst credits can hold.
    assert capacity_model(seen, table, units, history()) == CapacityModel(
        table, 6_000.0, None, 300 * 200.0, 1_000
    )
    assert asked == ["ConsumedWriteCapacityUnits", "ConsumedReadCapacityUnits"]
    assert capacity_model(seen, index, units, history()) == CapacityModel(
        index, 1_500.0, None, 300 * 50.0, 1_000
    )
