"""One minute of refusals that nothing else confirms changes nothing."""

from dataclasses import replace

from tidegate.rules.cause import LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.constraints.odd_minute import odd_minute_constraints
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Prohibition
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.recommendation import Recommendation

RAISE = Recommendation(Lever.of(LeverKind.WRITE_CAPACITY, "scores"), 10, 20, Reason.of("why", "so"))


def test_what_one_minute_alone_asks_for_waits_for_a_second() -> None:
    (found,) = odd_minute_constraints(replace(RAISE, is_unconfirmed=True))
    assert isinstance(found, Prohibition)
    assert found.reason.kind is ReasonKind.ONE_MINUTE
    assert "the write capacity of scores is raised when a second minute" in str(found.reason)
    assert list(odd_minute_constraints(RAISE)) == []
