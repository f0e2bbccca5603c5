"""Whole runs of a function that writes before it fails: each retry writes again, which is no load
that its table is to be sized for.

One seed in the suite, twenty by ``make verify``.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest

from tests.losses.worlds import OURS, Played, play
from tests.open_account.test_worlds_of_faults import BEGIN, WRITER, struck, usual
from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.plan import Decision
from tidegate.simulator.kinds.lambda_mapping.data import MappingData
from tidegate.simulator.scenario import Scenario

pytestmark = [pytest.mark.by_seed(20, 1), pytest.mark.sampled(2)]

RATE, RECOVERS = 300, 2700
"""Records a second, and when the function is as before. Most of the half hour by which a record's
cost is judged is of retries then."""

RETRIES = MappingData(2, 100, report_batch_item_failures=True, maximum_retry_attempts=20)


def failing(**values: Any) -> Scenario:
    """Until RECOVERS; what waits is drained in the minutes after that."""
    writes = replace(WRITER, writes_before_failing=True)
    begun = struck(usual(RATE, minutes=55).put(writes), "function", **values)
    return struck(begun, "function", RECOVERS, **{name: getattr(WRITER, name) for name in values})


CASES = {
    "half of the calls are answered with an error": failing(failing_invocations=0.5),
    "seven of ten are": failing(failing_invocations=0.7),
    "nine of ten are": failing(failing_invocations=0.9),
    "a batch in ten fails in part": failing(failing_share=0.1).put(RETRIES),
    "three in ten do": failing(failing_share=0.3).put(RETRIES),
}


@lru_cache(maxsize=1)
def played(name: str, seed: int) -> Played:
    return play(CASES[name], OURS, seed)


def raises(run: Played) -> list[Decision]:
    made = (
        each for report in run.reports for change in report.changes for each in change.decisions
    )
    return [
        each
        for each in made
        if each.lever.kind is LeverKind.WRITE_CAPACITY and each.allowed > each.current
    ]


@pytest.mark.parametrize("name", CASES, scope="module")
def test_no_retry_is_taken_for_what_a_record_costs(name: str, seed: int) -> None:
    """What came in meanwhile is drained in five minutes, beside what comes in: a record is written
    once for that."""
    run = played(name, seed)
    told = [str(each.because) for each in raises(run)]
    costs = [words.split(" need ")[1].split(" WCU")[0] for words in told if " need " in words]
    assert costs
    assert {*costs} == {"1.00"}
    waiting = RATE * (RECOVERS - BEGIN)
    assert max(each.allowed for each in raises(run)) <= 1.1 * (RATE + waiting / 300)


@pytest.mark.parametrize("name", CASES, scope="module")
def test_nor_for_a_base_load_of_others(name: str, seed: int) -> None:
    assert not any("base load" in str(each.because) for each in raises(played(name, seed)))
