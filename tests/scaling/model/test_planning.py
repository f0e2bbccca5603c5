"""A kind that says nothing of a plan takes no part in it."""

from tidegate.scaling.model.planning import Planning


def test_a_kind_that_says_nothing_is_no_source_of_units() -> None:
    assert Planning().source is None
