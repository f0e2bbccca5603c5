"""What is advised of a function costs or saves: Lambda Insights, memory, another version, fewer
executions. Pure functions.

On x86, as in the bill; a month like the time that was measured.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.failing_run import Minute, minutes_of, passed_minutes
from tidegate.rules.kinds.lambda_mapping.state import Consumer, Function
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.model.monthly_price import Price, a_month, read_monthly_usd
from tidegate.scaling.model.prices import HOURS_PER_MONTH, prices

__all__ = ["function_advice_prices", "insights_monthly_usd"]

INSIGHTS_METRICS, INSIGHTS_LOG_BYTES = 8, 1024
"""Lambda Insights makes so many metrics of a function, and logs about so much for each invocation
(CloudWatch pricing, Lambda Insights)."""

_EXCEPTION_OR_MEMORY = frozenset(
    each.kind for each in (words.NEARLY_ALL_FAIL, words.ALL_FAIL_FOR_LONG, words.BATCHES_FAILED)
)
"""The evidence of failures whose advice names what tells an exception from a lack of memory."""

GIGABYTE = 2**30
SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600


def function_advice_prices(
    consumer: Consumer, signals: Signals, diagnosis: Diagnosis
) -> Iterator[Price]:
    """Of what is advised of the function, by the numbers of the evidence."""
    function = consumer.function
    if diagnosis.where != function.name or not diagnosis.evidence:
        return
    told = diagnosis.evidence[0]
    match diagnosis.cause, dict(told.numbers):
        case Cause.BAD_DEPLOY, {"times": float(times), "changed": datetime() as changed}:
            since = [each for each in minutes_of(signals, consumer) if each.at >= changed]
            usd = _busy_monthly_usd(function, _busy(since))
            yield Price("the slower version", usd * (1 - 1 / times))
        case Cause.BAD_DEPLOY | Cause.POISON_BATCH, _:
            if not function.has_insights and told.kind in _EXCEPTION_OR_MEMORY:
                invocations = a_month(signals.of(function).invocations)
                yield Price("Lambda Insights", insights_monthly_usd(invocations))
        case Cause.OUT_OF_MEMORY | Cause.TIMEOUT_NEAR, _:
            passed = passed_minutes(signals, [*minutes_of(signals, consumer)])
            if passed:
                # With more memory a function has more CPU, and is busy for less time.
                usd = _busy_monthly_usd(function, _busy(passed))
                yield Price("twice the memory", usd, at_most=True)
        case Cause.DOWNSTREAM_SATURATED, {"busy": float(busy), "busy_before": float(before)}:
            if before < busy:
                usd = _busy_monthly_usd(function, before - busy)
                yield Price("the lower concurrency", usd)


def _busy(minutes: Sequence[Minute]) -> float:
    """Executions that were busy on the mean of some minutes."""
    return sum(each.milliseconds for each in minutes) / 60_000 / max(1, len(minutes))


def _busy_monthly_usd(function: Function, busy: float) -> float:
    """What so many busy executions cost."""
    gigabyte_seconds = busy * SECONDS_PER_MONTH * function.memory_megabytes / 1024
    return gigabyte_seconds * prices()["lambda_gigabyte_second_usd"]


def insights_monthly_usd(invocations: float) -> float:
    """What Lambda Insights costs a function of so many invocations a month: its metrics, its log,
    and the one metric that each sweep reads."""
    price, logged = prices(), invocations * INSIGHTS_LOG_BYTES / GIGABYTE
    kept = INSIGHTS_METRICS * price["custom_metric_month_usd"]
    return kept + logged * price["log_gigabyte_usd"] + read_monthly_usd(1)
