"""The minimum that the file keeps for Tidegate's own levers."""

from dataclasses import replace

import pytest

from tests.builders import SPEC
from tidegate.rules.cause import LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import Levers, LeverSpec, Owner
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.recommend.minimum import at_least_the_minimum

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
WHY = Reason.of("seen", "as seen")
MINIMUM = "the pipeline file sets a minimum of 5"


@pytest.mark.parametrize(
    ("owner", "current", "wanted", "found", "because"),
    [
        ("tidegate", 3, 4, 5, MINIMUM),
        ("tidegate", 8, 4, 5, "as seen"),
        ("tidegate", 8, 5, 5, "as seen"),
        ("tidegate", 5, 4, 5, MINIMUM),
        ("tidegate", 3, 5, 5, "as seen"),
        ("tidegate", 3, 6, 6, "as seen"),
        ("application-autoscaling", 3, 4, 4, "as seen"),
        (None, 3, 4, 4, "as seen"),
    ],
    ids=["raised to it", "lowered to it", "just as low", "stays at it", "asks for it", "above it", "another's",
         "nobody's"],
)  # fmt: skip
def test_tidegates_own_levers_go_no_lower_than_the_file_says(
    owner: Owner | None, current: int, wanted: int, found: int, because: str
) -> None:
    spec = replace(SPEC, levers=Levers(shard_count=LeverSpec(min=5, max=9, owner=owner)))
    recommendation = Recommendation(SHARDS, current, wanted, WHY, price_seconds=7)
    told = at_least_the_minimum(recommendation, in_file(spec))
    assert (told.current, told.wanted, str(told.because)) == (current, found, because)


def test_where_the_file_says_nothing_the_recommendation_stands() -> None:
    recommendation = Recommendation(SHARDS, 3, 1, WHY)
    nothing = in_file(replace(SPEC, levers=Levers()))
    assert at_least_the_minimum(recommendation, nothing) == recommendation
