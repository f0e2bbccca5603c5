"""What tables cost, by the hour of a unit or by the request."""

from dataclasses import replace

import pytest

from tests.builders import a_pipeline, a_table
from tests.scaling.cost.use import MONTH, STEADY, now_usd, priced, scaled, written
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.state import Table
from tidegate.scaling.kinds.dynamodb_table.price import table_items, table_modes, units_monthly_usd
from tidegate.scaling.model.bill import Modes, Need, Usage
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.prices import prices

WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
READS = Lever.of(LeverKind.READ_CAPACITY, "scores")


def compared(table: Table, usage: Usage = STEADY, *needs: Need) -> Modes:
    (found,) = table_modes(priced(a_pipeline(table=table), usage, needs))
    return found


def test_writes_cost_more_than_reads() -> None:
    assert units_monthly_usd(WRITES, 100) == pytest.approx(100 * 0.00065 * MONTH)
    assert units_monthly_usd(READS, 100) == pytest.approx(100 * 0.00013 * MONTH)


def test_a_table_and_each_index_are_layers_of_their_own() -> None:
    found = now_usd(table_items(priced(a_pipeline(table=a_table(1000, index_units=500)))))
    assert found == pytest.approx(
        {
            ("table scores", "write units/s"): 1000 * 0.00065 * MONTH,
            ("table scores", "read units/s"): 10 * 0.00013 * MONTH,
            ("index scores/by-race", "write units/s"): 500 * 0.00065 * MONTH,
            ("index scores/by-race", "read units/s"): 10 * 0.00013 * MONTH,
        }
    )


def test_an_on_demand_table_is_billed_by_the_units_consumed() -> None:
    table = replace(a_table(0), mode="PAY_PER_REQUEST")
    writes, _ = table_items(priced(a_pipeline(table=table)))
    assert writes.now_usd == pytest.approx(360_000 * MONTH * 0.000000625)
    assert writes.lever is None


def test_a_table_and_its_indexes_are_compared_together() -> None:
    usage = Usage(STEADY.start, STEADY.end, {written(): 360_000, written("by-race"): 360_000})
    found = compared(a_table(1000, index_units=500), usage)
    assert found.provisioned_usd == pytest.approx(1500 * 0.00065 * MONTH + 20 * 0.00013 * MONTH)
    assert found.on_demand_usd == pytest.approx(2 * 360_000 * MONTH * 0.000000625)
    assert found.even_share == pytest.approx(0.2889, abs=0.0001)


def test_at_the_break_even_both_modes_cost_the_same() -> None:
    found = compared(a_table())
    assert found.even_share
    even = compared(a_table(), scaled(STEADY, found.even_share / found.load_share))
    assert even.provisioned_usd == pytest.approx(even.on_demand_usd)


def test_an_on_demand_table_is_compared_with_what_it_would_need() -> None:
    table = replace(a_table(0), mode="PAY_PER_REQUEST")
    needs = (Need(WRITES, 300, followed=200), Need(READS, 1, followed=1))
    found = compared(table, STEADY, *needs)
    assert (found.is_on_demand, found.provisioned_usd) == (True, None)
    assert found.followed_usd == pytest.approx((200 * 0.00065 + 0.00013) * MONTH)


def test_reads_and_writes_break_even_at_the_same_use() -> None:
    price = prices()
    writes, reads = (
        price[f"{word}_capacity_unit_hour_usd"] / price[f"on_demand_{word}_request_unit_usd"]
        for word in ("write", "read")
    )
    assert writes == pytest.approx(reads)
