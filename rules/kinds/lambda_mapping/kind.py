"""Functions and their event source mappings as diagnosis sees them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import Stream, shards_of, stream_of
from tidegate.rules.kinds.lambda_mapping.metrics import (
    function_metric,
    function_metrics,
    memory_metric,
)
from tidegate.rules.kinds.lambda_mapping.series import FunctionSeries
from tidegate.rules.kinds.lambda_mapping.state import Consumer, account_of, consumers_of
from tidegate.rules.kinds.signal_kind import Place, SignalKind
from tidegate.rules.kinds.source import Cut
from tidegate.rules.setting_steps import Setting
from tidegate.rules.window import Metric, Window

if TYPE_CHECKING:
    from tidegate.rules.cause import Diagnosis
    from tidegate.rules.flow import ReaderHealth
    from tidegate.rules.kinds.signals import Signals
    from tidegate.rules.reason import Reason

__all__ = ["LambdaMappingSignals"]


class LambdaMappingSignals(SignalKind):
    """Invocations, errors, throttles and durations. The functions of causes are imported where they
    are called: who only reads the series, as the endpoint does, needs none."""

    name = "lambda_mapping"
    pack = "lambda"
    fails_with_its_sinks = True

    def metrics(self, pipeline: Pipeline) -> Iterable[Metric]:
        """Of each function once, though two of its mappings may be in the pipeline."""
        metrics = dict.fromkeys(
            each for found in consumers_of(pipeline) for each in _metrics(found)
        )
        functions = (each.function for each in consumers_of(pipeline))
        memory = (memory_metric(each.name) for each in functions if each.has_insights)
        return metrics | dict.fromkeys(memory)

    def heartbeats(self, pipeline: Pipeline) -> Iterable[Metric]:
        """Invocations."""
        names = (each.function.name for each in consumers_of(pipeline))
        return (function_metric(name, "Invocations", "Sum") for name in names)

    def series(self, pipeline: Pipeline, cut: Cut) -> Mapping[str, FunctionSeries]:
        """By function."""
        return {each.function.name: _series(each, cut) for each in consumers_of(pipeline)}

    def ages(self, series: Mapping[str, Any]) -> Iterable[Window]:
        """Of what each function gets from the stream."""
        return (each.own_age_milliseconds for each in series.values())

    def waits_seconds(self, pipeline: Pipeline) -> Iterable[float]:
        """The batching window of each mapping."""
        return (each.mapping.batching_window_seconds for each in consumers_of(pipeline))

    def age_name(self, pipeline: Pipeline) -> str | None:
        """As Kinesis calls it."""
        return "iterator age" if consumers_of(pipeline) else None

    def places(self, pipeline: Pipeline, iterator_age_max_seconds: float) -> Iterator[Place]:
        """The functions."""
        for consumer in consumers_of(pipeline):
            yield _place(pipeline, consumer, iterator_age_max_seconds)

    def causes(self, signals: "Signals") -> "Iterable[Diagnosis]":
        """What ails the consumers by themselves."""
        from tidegate.rules.kinds.lambda_mapping.causes import consumer_causes

        return consumer_causes(signals)

    def is_saturated(self, signals: "Signals") -> bool:
        """Whether a function has no execution left."""
        from tidegate.rules.kinds.lambda_mapping.concurrency import is_at_its_cap

        return any(is_at_its_cap(signals, each) for each in consumers_of(signals.pipeline))

    def idles(self, signals: "Signals") -> Iterable[bool]:
        """By executions, failures and throttles."""
        from tidegate.rules.kinds.lambda_mapping.concurrency import idles

        return idles(signals)

    def readers(self, signals: "Signals") -> "Iterable[ReaderHealth]":
        """By the mapping's counts, by invocations, by the source's reads, or by nothing that
        waits."""
        from tidegate.rules.kinds.lambda_mapping.reader_health import reader_health

        return (reader_health(signals, each) for each in consumers_of(signals.pipeline))

    def slow_to_drain(self, signals: "Signals") -> "Iterable[Diagnosis]":
        """By its executions, where all of them are busy."""
        from tidegate.rules.kinds.lambda_mapping.too_slow import slow_to_drain

        return slow_to_drain(signals)

    def where_to_look(self, signals: "Signals") -> str | None:
        """At the keys where a function is busy, else at its mapping."""
        from tidegate.rules.kinds.lambda_mapping.reading import where_to_look

        return where_to_look(signals)

    def more_reads(self, pipeline: Pipeline) -> int:
        """By further mappings of a function on the same stream."""
        further = (each for consumer in consumers_of(pipeline) for each in consumer.beside)
        return sum(not each.reading.fan_out for each in further)

    def in_use(self, signals: "Signals") -> "Iterable[Reason]":
        """The concurrent executions that are busy."""
        from tidegate.rules.kinds.lambda_mapping.too_slow import executions_in_use

        return (executions_in_use(signals, each) for each in consumers_of(signals.pipeline))


def _series(consumer: Consumer, cut: Cut) -> FunctionSeries:
    function, others = consumer.function, consumer.mapping.reading.other_sources
    memory = cut(memory_metric(function.name)) if function.has_insights else None
    series = FunctionSeries(*map(cut, _metrics(consumer)), memory_percent=memory)
    return replace(series, is_shared=True) if others else series


def _metrics(consumer: Consumer) -> tuple[Metric, ...]:
    mapping, own = consumer.mapping, function_metrics(consumer.function.name)
    if not mapping.counts_events:
        return own
    from tidegate.rules.kinds.lambda_mapping.event_metrics import event_metrics

    return (*own, *event_metrics(mapping.uuid))


def _place(pipeline: Pipeline, consumer: Consumer, iterator_age_max_seconds: float) -> Place:
    function, mapping, stream = consumer.function, consumer.mapping, stream_of(pipeline)
    quantities: dict[str, float] = {
        "timeout_milliseconds": function.timeout_seconds * 1000,
        "concurrency_available": stream.shard_count * consumer.batches_per_shard,
    }
    if not mapping.reading.other_sources:  # Else its age may be that of another stream.
        quantities["objective_milliseconds"] = iterator_age_max_seconds * 1000
        quantities["retention_milliseconds"] = stream.retention_hours * 3_600_000
    if function.reserved_concurrency is None:
        quantities["unreserved_concurrency"] = account_of(pipeline).unreserved_concurrency
    elif function.reserved_concurrency:
        quantities["reserved_concurrency"] = function.reserved_concurrency
    own = (("FunctionName", function.name),)
    set_by = {"concurrency_available": _executions_of(consumer, stream)}
    return Place("consumer", "AWS/Lambda", function.name, own, quantities, set_by)


def _executions_of(consumer: Consumer, stream: Stream) -> tuple[Setting, ...]:
    """What sets how many batches are processed at once."""
    shards, mapping = shards_of(stream), consumer.mapping
    if consumer.batches_per_shard != mapping.parallelization_factor or consumer.beside:
        return (shards,)
    lever, name = LeverKind.PARALLELIZATION_FACTOR, consumer.function.name
    return shards, Setting(lever, name, mapping.parallelization_factor)
