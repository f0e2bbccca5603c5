"""What CloudWatch failed to read counts against a scale-in, not against a raise."""

from dataclasses import replace

import pytest

from tests.builders import a_pipeline, signals
from tidegate.rules.cause import LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.constraints.unread_metrics import unread_constraints
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.recommendation import Recommendation

BECAUSE = Reason.told("load", "of the load")


@pytest.mark.parametrize(
    ("wanted", "is_unread", "kinds"),
    [(5, True, [ReasonKind.NOT_READ]), (10, True, []), (20, True, []), (5, False, [])],
    ids=["lowered", "as it is", "raised", "all is read"],
)
def test_only_a_scale_in_waits_for_what_is_unread(
    wanted: int, is_unread: bool, kinds: list[ReasonKind]
) -> None:
    seen = signals(a_pipeline())
    if is_unread:
        window = replace(seen.series.source.incoming_records, unread="InternalError")
        seen = replace(seen, series=replace(seen.series, unread=(window,)))
    lever = Lever.of(LeverKind.SHARD_COUNT, "clicks")
    recommendation = Recommendation(lever, 10, wanted, BECAUSE)
    assert [each.reason.kind for each in unread_constraints(seen, recommendation)] == kinds
