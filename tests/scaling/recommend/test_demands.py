"""Demands are found by their lever."""

from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.recommendation import UNCHANGED
from tidegate.scaling.recommend.demands import by_lever


def test_of_several_demands_on_a_lever_the_last_holds() -> None:
    shards = Lever.of(LeverKind.SHARD_COUNT, "racers")
    factor = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
    few, many = Demand(shards, 2, UNCHANGED), Demand(shards, 5, UNCHANGED)
    other = Demand(factor, 3, UNCHANGED)
    assert by_lever([few, other, many]) == {shards: many, factor: other}
    assert by_lever([]) == {}
