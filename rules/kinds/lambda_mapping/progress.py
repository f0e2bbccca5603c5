"""Whether the oldest record of a stream is done, or done all over again."""

from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals

__all__ = ["is_outrun", "stands_still"]


def stands_still(signals: Signals) -> bool:
    """Whether the oldest record is the same as a minute ago: its age grows as time passes."""
    return signals.age_growth >= signals.thresholds["iterator-age-standing-still"]


def is_outrun(signals: Signals, invocations: float) -> bool:
    """Whether readers that do bring records on are merely so much slower than what comes in that
    the oldest record seems to stand still: each invocation has a record of its own, and what is
    read is next to nothing of what comes in."""
    stream = signals.series.source
    read = stream.read_records.last(RECENT_SECONDS).total
    came = stream.incoming_records.last(RECENT_SECONDS).total
    standing = signals.thresholds["iterator-age-standing-still"]
    return read >= invocations and read <= (1 - standing) * came
