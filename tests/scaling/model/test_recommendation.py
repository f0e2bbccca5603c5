"""What is recommended adds capacity where a lever goes up, or where a heap gets more room."""

import pytest

from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.recommendation import BLIND_SHARE, UNCHANGED, Recommendation

LEVER = Lever.of(LeverKind.PARALLELISM_PER_KPU, "counter")


@pytest.mark.parametrize(
    ("wanted", "for_heap", "adds"),
    [(5, False, True), (4, False, False), (3, False, False), (2, True, True)],
)
def test_fewer_subtasks_for_a_heap_add_capacity_too(
    wanted: int, for_heap: bool, adds: bool
) -> None:
    assert Recommendation(LEVER, 4, wanted, UNCHANGED, for_heap=for_heap).adds_capacity is adds


def test_a_change_that_must_last_an_hour_has_to_save_what_it_blinds_for() -> None:
    assert BLIND_SHARE == 4 / 60
