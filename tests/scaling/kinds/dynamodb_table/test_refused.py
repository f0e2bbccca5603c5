"""Units for what a table refuses, where the records of the stream don't explain it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Minute, a_pipeline, a_table, newest, signals
from tidegate.rules.cause import LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.dynamodb_table.state import tables_of
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.dynamodb_table.refused import Throttling, throttling

PIPELINE = a_pipeline(table=a_table(100), factor=10)


def found(*refused: float) -> tuple[Signals, Throttling]:
    seen = signals(PIPELINE, *(Minute(table_throttles=each) for each in refused))
    capacity = tables_of(PIPELINE)[0].capacity
    (only,) = throttling(seen, diagnose(seen), {capacity.where: capacity})
    return seen, only


@pytest.mark.parametrize(("refused", "units"), [(600, 110), (1200, 120), (60_000, 200)])
def test_what_is_refused_is_added_and_no_more_than_as_much_again(
    refused: float, units: int
) -> None:
    _, only = found(refused, refused, refused)
    assert only.demand().capacity == units


def test_one_odd_minute_moves_nothing() -> None:
    assert not found(0, 0, 900)[1].is_lasting(None)
    assert found(0, 900, 900)[1].is_lasting(None)


@pytest.mark.parametrize(("minutes_ago", "lasts"), [(1, False), (2, False), (3, True)])
def test_the_last_change_has_to_show_first(minutes_ago: int, lasts: bool) -> None:
    _, only = found(900, 900, 900)
    assert only.is_lasting(NOON - timedelta(minutes=minutes_ago)) is lasts


def test_writes_are_foreign_only_while_nothing_waits_and_reads_always() -> None:
    seen, writes = found(900, 900, 900)
    late = signals(PIPELINE, *[Minute(age_seconds=100, table_throttles=900)] * 3)
    reads = replace(writes, kind=LeverKind.READ_CAPACITY)
    assert writes.is_foreign_to(seen)
    assert not writes.is_foreign_to(late)
    assert reads.is_foreign_to(late)


@pytest.mark.parametrize("ages", [(150, 100, 9), (200, 200, 1), (150, 62, 0)])
def test_the_last_refusals_of_a_drain_are_not_foreign(ages: tuple[float, ...]) -> None:
    drained = signals(PIPELINE, *(Minute(age_seconds=age, table_throttles=900) for age in ages))
    _, writes = found(900, 900, 900)
    later = signals(PIPELINE, *[Minute(age_seconds=1, table_throttles=900)] * 3)
    assert not writes.is_foreign_to(drained)
    assert writes.is_foreign_to(later)


@pytest.mark.parametrize(
    ("used", "index_refused", "expected"),
    [
        (30, 900, ["scores/by-race"]),
        (80, 900, ["scores/by-race"]),
        (100, 900, ["scores", "scores/by-race"]),
        (30, 0, ["scores"]),
    ],
    ids=["a third is used", "most is used", "all is used", "the index has enough"],
)
def test_a_table_with_units_to_spare_is_not_raised_for_what_its_index_refuses(
    used: float, index_refused: float, expected: list[str]
) -> None:
    pipeline = a_pipeline(table=a_table(100, index_units=20), factor=10)
    seen = newest(signals(pipeline), "scores", consumed_write_units=[60 * used] * 3)
    seen = newest(seen, "scores", write_throttles=[900] * 3)
    seen = newest(seen, "scores/by-race", write_throttles=[index_refused] * 3)
    known = {each.where: each for each in tables_of(pipeline)[0].capacities}
    told = throttling(seen, diagnose(seen), known)
    assert sorted(each.capacity.where for each in told) == expected
