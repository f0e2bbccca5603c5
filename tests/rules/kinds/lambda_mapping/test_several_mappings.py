"""Of several mappings of a function each is shown to read, or the one that doesn't is told."""

from dataclasses import replace

import pytest

from tests.builders import (
    NOON,
    Minute,
    Samples,
    a_pipeline,
    newest,
    signals,
    the_consumer,
    with_consumers,
)
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.several_mappings import one_of_several
from tidegate.rules.kinds.lambda_mapping.state import Consumer, EventSourceMapping, Reading

FAILED = Reading(last_result="PROBLEM: Cannot access the stream.")
CAME = 6000
"""Records a minute."""


def of(*readings: Reading, modified: str = "") -> Pipeline:
    """A function with a mapping for each."""
    pipeline = a_pipeline(shards=2)
    one = the_consumer(pipeline)

    def mapping(at: int, reading: Reading) -> EventSourceMapping:
        return replace(one.mapping, uuid=f"uuid-{at}", reading=reading, modified=modified)

    first, *beside = (mapping(at, reading) for at, reading in enumerate(readings, 1))
    return with_consumers(pipeline, replace(one, mapping=first, beside=tuple(beside)))


def found(pipeline: Pipeline, read: Samples, **of_function: Samples) -> list[Diagnosis]:
    seen = newest(signals(pipeline, *[Minute(age_seconds=1)] * 90), read_records=read)
    seen = newest(seen, "scorer", **of_function) if of_function else seen
    return [*one_of_several(seen, the_consumer(pipeline))]


@pytest.mark.parametrize("readings", [(Reading(), FAILED), (FAILED, Reading()),
                                      (Reading(), Reading(), FAILED)])  # fmt: skip
def test_the_one_whose_last_attempt_failed_is_named(readings: tuple[Reading, ...]) -> None:
    pipeline = of(*readings)
    seen = newest(
        signals(pipeline, *[Minute(age_seconds=1)] * 90),
        read_records=[CAME * (len(readings) - 1)] * 90,
    )
    (only,) = diagnose(seen)
    assert (only.cause, only.where) == (Cause.NOT_READING, "scorer")
    uuid = f"uuid-{readings.index(FAILED) + 1}"
    assert f"scorer ({uuid}) is: PROBLEM: Cannot access the stream." in str(only.evidence[-1])


@pytest.mark.parametrize(("times", "told"), [(1, True), (1.3, True), (2, False), (3, False)])
def test_two_read_twice_what_came_in(times: float, told: bool) -> None:
    assert bool(found(of(Reading(), Reading()), [CAME * times] * 90)) is told


def test_what_is_wrong_is_said_in_one_sentence() -> None:
    (only,) = found(of(Reading(), Reading()), [CAME] * 90)
    assert [str(each) for each in only.evidence] == [
        "2 event source mappings of scorer share the stream's reads, and one of them does not read: "
        "36,000 records were read, and 24,000 that came in make 48,000 reads"
    ]


@pytest.mark.parametrize(
    "pipeline",
    [
        of(Reading()),
        of(Reading(), Reading(fan_out="fast")),
        of(Reading(), Reading(), modified=NOON.isoformat()),
    ],
    ids=["one alone", "one with throughput of its own", "one is new"],
)
def test_where_one_is_all_that_can_be_seen_nothing_is_said(pipeline: Pipeline) -> None:
    assert found(pipeline, [CAME] * 90) == []


def test_nothing_is_said_where_the_stream_does_not_tell_or_the_function_fails() -> None:
    two = of(Reading(), Reading())
    assert found(two, [CAME] * 85 + [None] * 5) == []
    assert found(two, [CAME] * 90, errors=[0] * 87 + [3] * 3) == []


def test_a_late_reader_is_slow_and_not_silent() -> None:
    late = signals(of(Reading(), Reading()), *[Minute(age_seconds=100)] * 90)
    seen = newest(late, read_records=[CAME] * 90)
    assert [*one_of_several(seen, the_consumer(seen.pipeline))] == []


def test_a_spike_that_is_not_read_yet_is_no_silence() -> None:
    quiet, spike = [CAME] * 89, [20 * CAME]
    seen = signals(of(Reading(), Reading()), *[Minute(age_seconds=1)] * 90)
    seen = newest(seen, incoming_records=[*quiet, *spike], read_records=[2 * CAME] * 90)
    assert [*one_of_several(seen, the_consumer(seen.pipeline))] == []


def test_another_function_that_reads_is_counted_and_one_that_does_not_is_not() -> None:
    one = the_consumer(of(Reading(), Reading()))
    other = Consumer(replace(one.function, name="other"), replace(one.mapping, uuid="o"))
    pipeline = with_consumers(of(Reading(), Reading()), one, other)
    for invoked, told in ((480, True), (0, False)):
        seen = newest(
            signals(pipeline, *[Minute(age_seconds=1)] * 90), read_records=[2 * CAME] * 90
        )
        seen = newest(seen, "other", invocations=[invoked] * 90)
        assert bool([*one_of_several(seen, one)]) is told
