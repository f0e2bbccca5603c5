"""A bound on money holds what costs more, whatever else is in the plan, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.rules.cause import LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.plan.money import DAYS_PER_MONTH, within_budget

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
USD = {SHARDS: DAYS_PER_MONTH, WRITES: DAYS_PER_MONTH / 100}
"""A shard costs a dollar a day, a write unit a cent."""


def price(lever: Lever, capacity: int) -> float:
    return USD[lever] * capacity


def decision(lever: Lever, current: int, allowed: int) -> Decision:
    usd = price(lever, allowed) - price(lever, current)
    return Decision(lever, current, allowed, allowed, Reason.told("load", "more"), (), usd)


def after(limit: float, *decisions: Decision) -> list[tuple[int, list[str]]]:
    now = sum(price(each.lever, each.current) for each in decisions)
    found = within_budget(decisions, limit, now, price)
    return [(each.allowed, [reason.kind for reason in each.held_by]) for each in found]


HELD = [ReasonKind.MAX_USD_A_DAY]


@pytest.mark.parametrize(
    ("limit", "left"),
    [(9, (8, [])), (8, (8, [])), (7.5, (7, HELD)), (4, (4, HELD)), (1, (4, HELD))],
    ids=["below", "exactly", "in part", "at it", "above it already"],
)
def test_a_raise_goes_as_far_as_the_limit_allows(limit: float, left: tuple[int, list[str]]) -> None:
    assert after(limit, decision(SHARDS, 4, 8)) == [left]


def test_raises_of_one_plan_share_what_is_left_downstream_first() -> None:
    plan = (decision(WRITES, 100, 300), decision(SHARDS, 4, 8))
    assert after(8.01, *plan) == [(300, []), (5, HELD)]


def test_a_scale_in_pays_for_no_raise_of_the_same_plan_and_is_not_held() -> None:
    assert after(5, decision(SHARDS, 4, 2), decision(WRITES, 100, 200)) == [(2, []), (100, HELD)]


def test_a_lever_that_costs_more_when_it_is_lowered_is_held_as_well() -> None:
    density = Lever.of(LeverKind.PARALLELISM_PER_KPU, "job")

    def kpus(_: Lever, capacity: int) -> float:
        return 12 / capacity * DAYS_PER_MONTH

    lower = Decision(density, 4, 1, 1, Reason.told("heap", "full"), (), kpus(density, 1) - 3)
    (kept,) = within_budget([lower], 6.0, 3 * DAYS_PER_MONTH, kpus)
    assert kept.allowed == 2


def test_the_reason_names_cost_and_limit() -> None:
    (held,) = within_budget([decision(SHARDS, 4, 8)], 5.0, price(SHARDS, 4), price)
    assert [str(each) for each in held.held_by] == [
        "the pipeline's capacity costs 4.00 USD a day at list prices with the other changes, and "
        "the pipeline file limits it to 5.00 (max_usd_a_day)"
    ]


CHANGES = st.tuples(st.sampled_from([SHARDS, WRITES]), st.integers(1, 500), st.integers(1, 500))


@given(changes=st.lists(CHANGES, max_size=6), limit=st.floats(0.1, 2000), others=st.floats(0, 100))
def test_no_plan_takes_a_pipeline_over_its_limit(
    changes: list[tuple[Lever, int, int]], limit: float, others: float
) -> None:
    decisions = [decision(*each) for each in changes]
    now = others * DAYS_PER_MONTH + sum(price(each.lever, each.current) for each in decisions)
    found = within_budget(decisions, limit, now, price)
    more = sum(max(0.0, price(e.lever, e.allowed) - price(e.lever, e.current)) for e in found)
    assert more == 0 or (now + more) / DAYS_PER_MONTH <= limit * (1 + 1e-9)
    for before, kept in zip(decisions, found, strict=True):
        assert min(before.current, before.allowed) <= kept.allowed
        assert kept.allowed <= max(before.current, before.allowed)
        unheld = replace(kept, held_by=before.held_by)
        assert kept.held_by or unheld == before
