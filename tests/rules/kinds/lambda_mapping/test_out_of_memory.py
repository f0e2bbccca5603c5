"""A function that runs out of memory, told apart from an exception by Lambda Insights."""

from dataclasses import replace

import pytest

from tests.builders import Samples, a_pipeline, newest, signals, the_consumer, with_consumers
from tests.rules.kinds.lambda_mapping.late import a_mapping, causes, growing
from tests.rules.kinds.lambda_mapping.test_bad_deploy import changed
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.causes import consumer_causes
from tidegate.rules.kinds.lambda_mapping.out_of_memory import out_of_memory
from tidegate.rules.kinds.signals import Signals

FULL: Samples = [100] * 3
BEFORE: Samples = [43] * 87


def seen_inside(pipeline: Pipeline | None = None) -> Pipeline:
    """With Lambda Insights."""
    found = pipeline or a_mapping()
    consumer = the_consumer(found)
    return with_consumers(
        found, replace(consumer, function=replace(consumer.function, has_insights=True))
    )


def failing(
    memory: Samples, errors: Samples = (120, 120, 120), pipeline: Pipeline | None = None
) -> Signals:
    """Of 120 invocations in each minute so many fail in the newest; none before them."""
    seen = signals(seen_inside(pipeline))
    done = [120] * len(errors)
    return newest(seen, "scorer", errors=errors, invocations=done, memory_percent=memory)


def told(of: Signals) -> list[Diagnosis]:
    return list(out_of_memory(of, the_consumer(of.pipeline)))


@pytest.mark.parametrize(
    ("memory", "is_told"),
    [
        ([*BEFORE, *FULL], True),
        ([*BEFORE, 99, 99, 99], True),
        ([*BEFORE, 99, 98, 99], False),
        ([*BEFORE, 43, 43, 43], False),
        ([*BEFORE, 100, None, None], True),
        ([*BEFORE, None, None, None], False),
        (FULL, True),
        ([*[100] * 87, *FULL], False),
        ([*[43] * 44, *[100] * 43, *FULL], True),
        ([*[43] * 43, *[100] * 44, *FULL], False),
    ],
    ids=["all of it", "rounded down", "not in each minute", "less than half", "one is told so far",
         "none is told", "unknown before", "always all of it", "mostly less", "mostly all"],
)  # fmt: skip
def test_what_fails_since_it_uses_all_of_its_memory_runs_out_of_it(
    memory: Samples, is_told: bool
) -> None:
    assert [each.cause for each in told(failing(memory))] == [Cause.OUT_OF_MEMORY] * is_told


@pytest.mark.parametrize(
    ("errors", "is_told"),
    [
        ([120] * 2, True),
        ([120], False),
        ([108] * 3, True),
        ([107] * 3, False),
        ([*[30] * 20, *[120] * 3], True),
    ],
    ids=["two minutes", "one", "nine of ten", "fewer", "ever more"],
)
def test_nearly_all_fails_for_two_minutes(errors: Samples, is_told: bool) -> None:
    """Failures that become more, as of a leak, are told too: the memory is the evidence."""
    seen = failing([*BEFORE, *FULL], errors)
    assert bool(told(seen)) is is_told


def test_it_is_told_instead_of_a_bad_deploy_and_of_a_bad_record() -> None:
    for pipeline in (changed(a_mapping(), 3.5), a_pipeline()):
        ages = [60_000.0, 120_000.0, 180_000.0]
        full = newest(failing([*BEFORE, *FULL], pipeline=pipeline), iterator_age_milliseconds=ages)
        assert causes(full) == [Cause.OUT_OF_MEMORY]
        (only,) = told(full)
        assert only.holds_raises
        assert not only.cured_by
    half = failing([43] * 90, pipeline=changed(a_mapping(), 3.5))
    assert causes(half) == [Cause.BAD_DEPLOY]


def test_what_tables_throttle_has_that_for_a_cause() -> None:
    seen = failing([*BEFORE, *FULL])
    assert told(newest(seen, "scores", write_throttles=[9000] * 3)) == []


def test_the_evidence_is_the_failures_the_memory_and_a_change() -> None:
    (only,) = told(failing([*BEFORE, *FULL], pipeline=changed(a_mapping(), 3.5)))
    assert only.because == (
        "100% of the invocations of scorer fail since 11:57; 0.0% failed in the 87 min before; "
        "since then an invocation of scorer uses 100% of its 512 MB; scorer was changed at 11:56"
    )
    assert only.advice == (
        "give scorer more memory (now 512 MB; `tidegate memory scorer` has the size) or a smaller "
        "batch (now 100 records), or the version before 11:57"
    )
    (unchanged,) = told(failing([*BEFORE, *FULL]))
    assert (unchanged.advice or "").endswith("a smaller batch (now 100 records)")


@pytest.mark.parametrize(
    ("memory", "words"),
    [
        ([43] * 3, "memory is not short (43% used at most): the log of scorer has the exception"),
        ([99] * 3, "an invocation of scorer used 99% of its memory: its log tells whether that is"),
        ([None] * 3, "for which `tidegate memory scorer` has the size"),
    ],
    ids=["little", "all of it", "not told"],
)
def test_what_else_fails_is_told_with_what_is_known_of_its_memory(
    memory: Samples, words: str
) -> None:
    whole = [99] * 87 if memory[0] else [None] * 87
    deployed = failing([*whole, *memory], pipeline=changed(a_mapping(), 3.5))
    poisoned = growing(seen_inside(), 60, errors=[60] * 3, memory_percent=memory)
    for seen, cause in ((deployed, Cause.BAD_DEPLOY), (poisoned, Cause.POISON_BATCH)):
        assert causes(seen) == [cause]
        (only,) = consumer_causes(seen)
        assert words in (only.advice or "")
        assert "Lambda Insights" not in (only.advice or "")  # It is enabled.
