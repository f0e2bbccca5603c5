"""What a proposal says of a number, and what it rests on."""

from datetime import timedelta

import pytest

from tests.builders import NOON, a_pipeline
from tests.scaling.kinds.toy import CONSUMERS, TAKEN
from tidegate.rules.cause import LeverKind
from tidegate.rules.window import Window
from tidegate.scaling.model.proposal import (
    Evidence,
    Proposal,
    Proposed,
    Range,
    above,
    coarse,
    priced,
    unseen,
    whole,
)


def price(setting: int) -> float:
    return 1000.5 * setting


def test_evidence_is_what_there_is_of_five_minutes() -> None:
    metric = coarse(TAKEN)
    assert metric.period_seconds == 300
    window = Window(metric, NOON - timedelta(minutes=15), (1.0, None, 3.0))
    evidence = Evidence(a_pipeline(), {metric: window})
    assert evidence.present(metric) == (1.0, 3.0)
    assert evidence.present(TAKEN) == ()


@pytest.mark.parametrize(("needed", "expected"), [(0.0, 1), (1.0000000001, 1), (1.001, 2), (7, 7)])
def test_needs_are_rounded_up_but_not_for_the_last_digits(needed: float, expected: int) -> None:
    assert whole(needed) == expected


def test_twice_the_need_is_proposed_unless_there_is_more_already() -> None:
    assert above(4, 2, "the peak needs") == "twice the 2 that the peak needs"
    assert (
        above(5, 2, "the peak needs")
        == "what there is now, more than twice the 2 that the peak needs"
    )


def test_what_was_never_seen_may_double_up_to_the_limit_and_never_falls() -> None:
    words = "no data in two weeks: twice what there is now"
    kept = Proposed(3, "as now, for want of data")
    assert unseen(CONSUMERS, 3, price, 100) == Range(
        CONSUMERS, 3, kept, Proposed(6, f"{words}; 6,003.00 USD a month")
    )
    assert unseen(CONSUMERS, 3, price, 5).max.value == 5
    nothing = unseen(CONSUMERS, 0, price, 5)
    assert (nothing.min.value, nothing.max.value) == (1, 1)


def test_a_number_has_its_price_beside_its_reason() -> None:
    assert priced(2, "twice the peak", price) == Proposed(2, "twice the peak; 2,001.00 USD a month")


def test_a_range_is_found_by_its_lever() -> None:
    found = unseen(CONSUMERS, 3, price, 100)
    proposal = Proposal(Proposed(60, "kept"), (found,))
    assert proposal.of(CONSUMERS.kind, "orders") is found
    assert proposal.of(LeverKind.READ_CAPACITY, "orders") is None
