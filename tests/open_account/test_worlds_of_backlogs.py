"""Whole runs in which a backlog drains, and takes longer than it may: sick, with what keeps it.

One seed in the suite, twenty by ``make verify``.
"""

from functools import lru_cache
from typing import Any

import pytest

from tests.losses.worlds import OURS, Played, a_world, play
from tidegate.rules.cause import Cause
from tidegate.scaling.model.health import Health
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.traffic import Traffic

pytestmark = [pytest.mark.by_seed(20, 1), pytest.mark.sampled(2)]

WRITER = FunctionData("order-writer", 30)
EACH = 200
"""Records a second of one execution."""
SPIKE = (900.0, 1500.0)
"""The seconds that it begins and ends at."""


def after_a_spike(share: float, *, shards: int, factor: int) -> Scenario:
    """Of what the executions can read so much comes in, and for ten minutes 2.25 times as much as
    they can."""
    can = EACH * shards * factor
    usual, spike = share * can, 2.25 * can
    begins, ends = SPIKE
    load = Traffic(((-3 * 86_400.0, usual), (begins, usual), (begins, spike), (ends, spike),
                    (ends, usual)))  # fmt: skip
    return a_world(load, WRITER, shards=shards, factor=factor, units=8 * can, hours=50 / 60)


AT_MOST = {"parallelization_factor": {"max": 2, "owner": "tidegate"}}

CASES: dict[str, tuple[Scenario, dict[str, Any]]] = {
    "nobody's levers": (after_a_spike(0.75, shards=1, factor=2), {}),
    "units alone": (
        after_a_spike(0.9, shards=1, factor=2), {"write_capacity": OURS["write_capacity"]},
    ),
    "a factor at its most": (after_a_spike(0.8, shards=2, factor=2), AT_MOST),
}  # fmt: skip


@lru_cache(maxsize=1)
def played(name: str, seed: int) -> Played:
    return play(*CASES[name], seed)


@pytest.mark.parametrize("name", CASES, scope="module")
def test_a_backlog_past_its_deadline_is_sick_and_never_unknown(name: str, seed: int) -> None:
    run = played(name, seed)
    assert Health.HEALING in {report.health for report in run.reports}
    last = run.reports[-1]
    assert (last.health, last.diagnoses[0].cause) == (Health.SICK, Cause.CONSUMER_TOO_SLOW)
    assert "falls by" in last.diagnoses[0].because
    assert Cause.UNKNOWN not in {each.cause for x in run.reports for each in x.diagnoses}


@pytest.mark.parametrize("name", CASES, scope="module")
def test_nothing_is_raised_for_it_and_what_would_help_is_told(name: str, seed: int) -> None:
    run = played(name, seed)
    assert run.figures.records_lost == 0
    after = [report for report in run.reports if 60 * report.at.minute > SPIKE[1]]
    later = [each for report in after for each in report.decisions]
    assert [each for each in later if each.allowed > each.current] == []
    assert run.reports[-1].advice[0].startswith("raise ")
