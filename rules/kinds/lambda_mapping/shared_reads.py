"""What a stream's reads show of one consumer: they are the sum over all readers that share it."""

from math import ceil

from tidegate.rules.kinds.lambda_mapping.counted import polled_lately
from tidegate.rules.kinds.lambda_mapping.state import Consumer, consumers_of
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals

__all__ = ["read_by_all", "read_by_someone_else", "reads_show", "reads_tell"]


def reads_tell(signals: Signals, consumer: Consumer) -> bool:
    """Whether it is by the stream's reads that the consumer's are seen: a filter keeps invocations
    away, and those of another source say nothing. Its own counts say more."""
    if polled_lately(signals.of(consumer.function)):
        return False
    return consumer.mapping.reading.has_filter or bool(consumer.mapping.reading.other_sources)


def reads_show(signals: Signals, consumer: Consumer, seconds: float) -> bool:
    """Whether one of the newest ``seconds``' minutes was read by as many readers as before."""
    return any(read_by_all(signals, consumer)[-ceil(seconds / 60) :])


def read_by_all(signals: Signals, consumer: Consumer) -> list[bool]:
    """Minute by minute, whether as many readers read as did when the consumer was last seen to:
    what others read shows nothing of it."""
    source, readers = signals.series.source, _readers_before(signals, consumer)
    pairs = zip(source.read_records.samples, source.incoming_records.samples, strict=True)
    if readers < 2:
        return [bool(read) for read, _ in pairs]
    return [bool(read and (not came or _rounded(read, came) >= readers)) for read, came in pairs]


def _readers_before(signals: Signals, consumer: Consumer) -> int:
    """How many readers shared the stream's reads in the minutes in which the function was last
    invoked; the most of all minutes where that isn't known."""
    most, source = max((1, *signals.shared_readers)), signals.series.source
    samples = signals.of(consumer.function).invocations.samples
    invoked = [at for at, count in enumerate(samples) if count]
    if consumer.mapping.reading.other_sources or not invoked:
        return most
    around = slice(max(0, invoked[-1] - 2), invoked[-1] + 1)
    came = sum(filter(None, source.incoming_records.samples[around]))
    read = sum(filter(None, source.read_records.samples[around]))
    return min(most, _rounded(read, came)) if came else most


def _rounded(read: float, came: float) -> int:
    return int(read / came + 1 / 2)


def read_by_someone_else(signals: Signals, consumer: Consumer) -> bool:
    """Whether more is read lately than by the other functions that are invoked."""
    read = signals.series.source.read_records.last(RECENT_SECONDS).total
    came = signals.series.source.incoming_records.last(RECENT_SECONDS).total
    others = sum(
        bool(signals.of(each.function).invocations.last(RECENT_SECONDS).total)
        for each in consumers_of(signals.pipeline)
        if each.name != consumer.name and not each.mapping.reading.other_sources
    )
    return bool(read) and (not others or not came or _rounded(read, came) > others)
