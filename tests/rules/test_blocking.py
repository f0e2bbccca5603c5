"""What a person cures holds raises back where they would help nothing."""

import pytest

from tidegate.rules.blocking import blocks_capacity
from tidegate.rules.cause import Cause, Diagnosis


@pytest.mark.parametrize(
    ("advice", "holds_raises", "blocks"),
    [("correct it", True, True), ("correct it", False, False), (None, True, False)],
    ids=["nothing helps before", "beside what capacity cures", "capacity cures it"],
)
def test_what_a_person_cures_blocks_capacity_unless_it_says_otherwise(
    advice: str | None, holds_raises: bool, blocks: bool
) -> None:
    found = Diagnosis(Cause.UNKNOWN, "race", (), advice=advice, holds_raises=holds_raises)
    assert blocks_capacity(found) is blocks
