"""What is advised of a function costs or saves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, a_pipeline, newest, signals, the_consumer, with_consumers
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.lambda_mapping.advice_price import (
    function_advice_prices,
    insights_monthly_usd,
)
from tidegate.scaling.model.monthly_price import Price

GIGABYTE_SECOND, SECONDS = 0.0000166667, 730 * 3600
FAIL = words.ALL_FAIL_FOR_LONG(name="scorer", failed=1.0, since=NOON)
OTHER = Reason.told("other", "")


def consumer(**function: Any) -> Consumer:
    found = the_consumer(a_pipeline())
    return replace(found, function=replace(found.function, memory_megabytes=1024, **function))


def prices(cause: Cause, evidence: Reason = OTHER, /, **more: Any) -> list[Price]:
    """Of a function that is busy for half of the time, and for all of it since five minutes."""
    reader = consumer(**more.get("function", {}))
    busy: list[float] = [*[30_000] * 85, *[60_000] * 5]
    seen = newest(
        signals(with_consumers(a_pipeline(), reader)),
        "scorer",
        duration_sum_milliseconds=busy,
        invocations=[100] * 90,
        errors=more.get("errors", [0.0] * 90),
    )
    advised = Diagnosis(cause, more.get("where", "scorer"), (evidence,), advice="do it")
    return list(function_advice_prices(reader, seen, advised))


def test_lambda_insights_costs_its_metrics_its_log_and_what_reads_it() -> None:
    """A KiB of each invocation."""
    usd = insights_monthly_usd(2**20)
    assert usd == pytest.approx(8 * 0.3 + 0.5 + 730 * 60 * 0.00001)


@pytest.mark.parametrize(
    ("cause", "evidence", "has_insights", "is_told"),
    [
        (Cause.BAD_DEPLOY, FAIL, False, True),
        (Cause.BAD_DEPLOY, FAIL, True, False),
        (Cause.POISON_BATCH,
         words.BATCHES_FAILED(failed_invocations=1, invocations=1, name="scorer", minutes=3), False,
         True),
        (Cause.POISON_BATCH, OTHER, False, False),
    ],
    ids=["all fails", "it has it", "a batch fails", "a batch fails in part"],
)  # fmt: skip
def test_what_would_tell_an_exception_from_memory_has_its_price(
    cause: Cause, evidence: Reason, has_insights: bool, is_told: bool
) -> None:
    found = prices(cause, evidence, function={"has_insights": has_insights})
    expected = Price("Lambda Insights", insights_monthly_usd(100 * 60 * 730))
    assert found == [expected] * is_told


@pytest.mark.parametrize("cause", [Cause.OUT_OF_MEMORY, Cause.TIMEOUT_NEAR])
def test_twice_the_memory_costs_at_most_as_much_again_as_while_it_passed(cause: Cause) -> None:
    (price,) = prices(cause, errors=[*[0.0] * 85, *[100.0] * 5])
    usd = 0.5 * SECONDS * GIGABYTE_SECOND
    assert (price.what, price.at_most) == ("twice the memory", True)
    assert price.monthly_usd == pytest.approx(usd)
    assert prices(cause, errors=[100.0] * 90) == []


def test_a_slower_version_costs_what_it_takes_longer() -> None:
    changed = NOON - timedelta(minutes=5)
    slower = words.TAKES_LONGER(name="scorer", changed=changed, times=4.0)
    (price,) = prices(Cause.BAD_DEPLOY, slower)
    usd = SECONDS * GIGABYTE_SECOND * 3 / 4
    assert price.what == "the slower version"
    assert price.monthly_usd == pytest.approx(usd)


@pytest.mark.parametrize(("before", "is_told"), [(3.0, True), (9.0, False)])
def test_fewer_executions_save_what_the_others_wait(before: float, is_told: bool) -> None:
    """Where the concurrency was lowered since, nothing is left to save."""
    full = Reason.of("more-wait-for-less", "", busy=8.0, busy_before=before)
    found = [(each.what, each.monthly_usd) for each in prices(Cause.DOWNSTREAM_SATURATED, full)]
    usd = -5 * SECONDS * GIGABYTE_SECOND
    assert found == [("the lower concurrency", pytest.approx(usd))] * is_told


def test_nothing_is_told_of_other_functions_and_other_causes() -> None:
    assert prices(Cause.OUT_OF_MEMORY, where="another") == []
    assert prices(Cause.CONCURRENCY_CAP) == []
