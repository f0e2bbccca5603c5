"""Minutes in which nothing was consumed of a table.

A minute without a point is not a zero: but DynamoDB publishes no consumption of a table that nobody
uses. Silence there is a zero where the source says of the same minute that nothing came in.
"""

from tidegate.rules.window import Window

__all__ = ["consumption_told"]


def consumption_told(consumed: Window, arrivals: Window, read: Window) -> Window:
    """The units consumed, 0 where no point tells, nothing came in and nothing was read."""
    if None not in consumed.samples:
        return consumed
    samples = [
        0.0 if units is None and came == 0 and not taken else units
        for units, came, taken in zip(consumed.samples, arrivals.samples, read.samples, strict=True)
    ]
    return Window(consumed.metric, consumed.start, tuple(samples))
