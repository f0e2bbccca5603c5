"""A sweep's part in desired capacities."""

from dataclasses import replace
from datetime import timedelta

from tests.scaling.autoscaling_api.worlds import SHARDS, SPEC, UNITS, Place
from tidegate.scaling.autoscaling_api.carry_on import carry_on
from tidegate.scaling.autoscaling_api.endpoint import scale
from tidegate.scaling.config.specification import Levers, PipelineSpec
from tidegate.scaling.model.change_record import DesiredCapacity, Lever


def carried(place: Place, *specs: PipelineSpec, is_late: bool = False) -> list[str]:
    """Pipelines whose desired capacities couldn't be looked at."""
    edges = replace(place.edges, is_late=lambda: is_late)
    found = carry_on(specs or (SPEC,), edges, place.world.now, "sweep")
    return [each.name for each in found]


def steps(place: Place, lever: Lever = SHARDS) -> list[tuple[int, int]]:
    found = place.ledger.change_records_of(lever, place.world.now - timedelta(days=1))
    return [(each.from_capacity, each.to_capacity) for each in found]


def test_what_takes_several_calls_is_reached_over_several_sweeps_and_then_forgotten() -> None:
    place = Place()
    scale(place.asked(), 8)
    for _ in range(4):
        place.world.advance(180)
        assert carried(place) == []
    assert steps(place) == [(1, 2), (2, 4), (4, 8)]
    assert place.ledger.all_desired() == {}


def test_while_a_change_is_under_way_no_step_is_taken() -> None:
    place = Place()
    scale(place.asked(), 8)
    place.world.advance(5)
    assert carried(place) == []
    assert steps(place) == [(1, 2)]
    assert place.ledger.desired(SHARDS) is not None


def test_a_sweep_that_is_late_leaves_the_step_to_the_next() -> None:
    place = Place()
    scale(place.asked(), 8)
    place.world.advance(180)
    assert carried(place, is_late=True) == []
    assert steps(place) == [(1, 2)]


def test_what_another_file_has_is_left_to_it() -> None:
    place = Place()
    elsewhere = Lever(SHARDS.kind_word, "elsewhere")
    kept = DesiredCapacity(4, place.world.now)
    place.ledger.keep_desired(elsewhere, kept)
    assert carried(place) == []
    assert place.ledger.desired(elsewhere) == kept


def test_a_lever_that_the_file_has_taken_back_is_forgotten() -> None:
    place = Place()
    scale(place.asked(), 8)
    place.world.advance(180)
    assert carried(place, replace(SPEC, levers=Levers())) == []
    assert (steps(place), place.ledger.all_desired()) == ([(1, 2)], {})


def test_one_that_can_not_be_looked_at_stops_no_other() -> None:
    place = Place()
    scale(place.asked(), 8)
    scale(place.asked(UNITS), 700)
    place.world.advance(180)
    gone = replace(SPEC, name="gone", stream="gone", consumers=[])
    lever = Lever(SHARDS.kind_word, "gone")
    kept = DesiredCapacity(4, place.world.now)
    place.ledger.keep_desired(lever, kept)
    assert carried(place, gone, SPEC) == []
    assert steps(place) == [(1, 2), (2, 4)]
    assert place.ledger.desired(UNITS) is None
