"""What may be the matter with metrics, as values of the port and as answers of CloudWatch."""

from dataclasses import replace
from enum import Enum
from math import inf, nan
from random import Random
from typing import Any

from tidegate.rules.window import Window

__all__ = ["Lack", "lacking", "told"]

GARBLED_SHARE = 0.3
FALSE = (nan, inf, -inf, -1.0)
"""What nothing can have measured; an emulator or a proxy answers so."""


class Lack(Enum):
    """What is the matter with all that CloudWatch tells one run: nothing, the last minutes or every
    data point are missing, or data points are such as nothing can have measured (not a number,
    infinite, negative), which the port leaves out and counts."""

    NOTHING = "nothing"
    LATE = "late"
    EMPTY = "empty"
    GARBLED = "garbled"


def lacking(window: Window, lack: Lack, random: Random) -> Window:
    """The window as a run gets it from the port."""
    samples = window.samples
    match lack:
        case Lack.LATE:
            late = min(len(samples), random.randint(2, 8))
            return replace(window, samples=samples[: len(samples) - late] + (None,) * late)
        case Lack.EMPTY:
            return replace(window, samples=(None,) * len(samples))
        case Lack.GARBLED:
            kept = tuple(None if random.random() < GARBLED_SHARE else each for each in samples)
            return replace(window, samples=kept, unusable=len(window.present))
    return window


def told(result: dict[str, Any], lack: Lack, random: Random) -> dict[str, Any]:
    """A MetricDataResult as CloudWatch tells it, oldest point first."""
    times, values = result["Timestamps"], result["Values"]
    match lack:
        case Lack.LATE:
            kept = max(0, len(times) - random.randint(2, 8))
            return {**result, "Timestamps": times[:kept], "Values": values[:kept]}
        case Lack.EMPTY:
            return {**result, "Timestamps": [], "Values": []}
        case Lack.GARBLED:
            garbled = [
                random.choice(FALSE) if random.random() < GARBLED_SHARE else each for each in values
            ]
            return {**result, "Values": garbled}
    return result
