"""A function that fails for want of memory, where Lambda Insights tells how much it uses.

No metric of Lambda's own tells an exception from a lack of memory: both are Errors. The log does.
A runtime with a limit of its own below the function's memory, as a JVM's heap has, fails before all
of that is used: there too only the log tells.
"""

from collections.abc import Iterator
from statistics import median

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.failing_run import (
    FailingRun,
    Minute,
    changed_words,
    failing_run,
    how_many_fail,
    minutes_of,
    passed_minutes,
)
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.kinds.uncut import uncut

__all__ = ["exception_or_memory", "out_of_memory"]


def out_of_memory(signals: Signals, consumer: Consumer) -> Iterator[Diagnosis]:
    """That nearly all invocations fail since one of them uses all the memory there is, which those
    that passed did not. Whether the memory or what it is used for was changed, a person knows."""
    if not consumer.function.has_insights:
        return
    newest = uncut(signals)
    if newest.is_throttled_downstream(consumer):
        return
    share = signals.thresholds["deploy-failing"]
    run = failing_run(newest, [*minutes_of(newest, consumer)], share)
    if run is not None and _is_used_up(signals, run):
        yield _diagnosis(consumer, run)


def exception_or_memory(signals: Signals, consumer: Consumer) -> str:
    """What tells the two apart where invocations fail, for an advice."""
    name, memory = consumer.function.name, signals.of(consumer.function).memory_percent
    used = None if memory is None else memory.last(RECENT_SECONDS).peak
    if used is None:
        more = "" if consumer.function.has_insights else "; Lambda Insights would tell it here"
        return (
            f"the log of {name} tells an exception from a lack of memory, for which `tidegate "
            f"memory {name}` has the size{more}"
        )
    if used >= signals.thresholds["memory-used-up"]:
        return (
            f"an invocation of {name} used {used:.0f}% of its memory: its log tells whether that "
            f"is the failure, and `tidegate memory {name}` has the size"
        )
    return f"memory is not short ({used:.0f}% used at most): the log of {name} has the exception"


def _is_used_up(signals: Signals, run: FailingRun) -> bool:
    most = signals.thresholds["memory-used-up"]
    failing, passed = _used(run.minutes), _used(passed_minutes(signals, run.before))
    # Of a function that always uses all of it, such as for a cache, it explains no failure.
    return bool(failing) and min(failing) >= most and (not passed or median(passed) < most)


def _used(minutes: list[Minute]) -> list[float]:
    return [each.memory_percent for each in minutes if each.memory_percent is not None]


def _diagnosis(consumer: Consumer, run: FailingRun) -> Diagnosis:
    function, batch = consumer.function, consumer.mapping.batch_size
    used = words.MEMORY_USED_UP(
        name=function.name,
        memory_percent=max(_used(run.minutes)),
        memory_megabytes=function.memory_megabytes,
    )
    changed = changed_words(consumer.function, run.since)
    version = f", or the version before {run.since:%H:%M}" if changed else ""
    return Diagnosis(
        Cause.OUT_OF_MEMORY,
        function.name,
        (how_many_fail(function.name, run), used, *changed),
        advice=(
            f"give {function.name} more memory (now {function.memory_megabytes:,} MB; `tidegate "
            f"memory {function.name}` has the size) or a smaller batch (now {batch} "
            f"records){version}"
        ),
    )
