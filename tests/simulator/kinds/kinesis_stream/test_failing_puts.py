"""Calls that put records and fail for another reason than throughput, in the embedded world."""

from dataclasses import replace

import pytest

from tidegate.simulator.scenario import Fault
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import START, World


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_the_share_that_succeeds_is_told_and_the_rest_is_no_refusal(share: float) -> None:
    """Kinesis guide, monitoring: PutRecords.Success has a point for each call, 0 where it fails."""
    scenario = load_scenario("producers-quiet")
    failing = replace(scenario, faults=(Fault(120, "puts-fail", {"share": share}),))
    world = World(failing, 1)
    world.advance(600)
    stream = (("StreamName", "orders"),)
    told = [
        world.metrics(("AWS/Kinesis", name, stream), statistic, START, 6)
        for name, statistic in (
            ("PutRecords.Success", "Average"),
            ("IncomingRecords", "Sum"),
            ("WriteProvisionedThroughputExceeded", "Sum"),
        )
    ]
    assert told[0] == [1, 1, *[pytest.approx(1 - share)] * 4]
    assert [each or 0.0 for each in told[1]] == [
        pytest.approx(18_000 * left, rel=0.02) for left in [1, 1, *[1 - share] * 4]
    ]
    assert set(told[2]) == {0}
    lost = world.figures().records_lost
    assert lost == pytest.approx(300 * share * 480, rel=0.02)
