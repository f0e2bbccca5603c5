"""The signals of a pipeline as they are for one of several consumers."""

from dataclasses import replace

from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals

__all__ = ["seen_by"]


def seen_by(signals: Signals, consumer: Consumer) -> Signals:
    """With the age of what this consumer reads, where its function tells it in each of the newest
    minutes: the stream's age is that of the reader furthest behind, which may be another."""
    if len(signals.pipeline.processors) == 1:
        return signals
    own = signals.of(consumer.function).own_age_milliseconds
    if None in own.last(RECENT_SECONDS).samples:
        return signals
    source = replace(signals.series.source, iterator_age_milliseconds=own)
    return replace(signals, series=replace(signals.series, source=source))
