from hypothesis import given
from hypothesis import strategies as st

from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.recommendation import UNCHANGED

LEVER = Lever.of(LeverKind.SHARD_COUNT, "racers")


@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_a_decision_changes_something_by_what_is_allowed_whatever_was_wanted(
    current: int, wanted: int, allowed: int
) -> None:
    changes = Decision(LEVER, current, wanted, allowed, UNCHANGED).changes
    assert changes is (allowed != current)
