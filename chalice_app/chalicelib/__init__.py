"""The handlers' own modules; none of them is imported before Python is told to collect less.

After each 700 new objects Python looks for garbage (``gc.set_threshold``), and now and then walks
all that there are. A start makes some 100,000 objects and hardly any garbage: a sixth of its time
would be spent looking.
"""

import gc

__all__ = ["started"]

OBJECTS_OF_A_START = 200_000
"""Twice what a start with a first request makes."""

_USUAL = gc.get_threshold()
gc.set_threshold(OBJECTS_OF_A_START)


def started() -> None:
    """From now on garbage is collected as usual; what the start has made stays, and isn't walked
    again."""
    if gc.get_threshold() != _USUAL:
        gc.freeze()
        gc.set_threshold(*_USUAL)
