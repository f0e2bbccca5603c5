"""Metrics that are throttled, time out, are cut off, or come late, not at all or garbled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from random import Random

from tests.faults.stage import Caller
from tidegate.direct import DirectMetrics
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.errors import Throttled, Unreachable

__all__ = ["FaultyMetrics", "Lack", "lacking"]

GARBLED_SHARE = 0.3


class Lack(Enum):
    """What is the matter with all that CloudWatch tells one run: nothing, the last minutes or every
    data point are missing, or data points are such as nothing can have measured (not a number,
    infinite, negative), which the port leaves out and counts."""

    NOTHING = "nothing"
    LATE = "late"
    EMPTY = "empty"
    GARBLED = "garbled"


def lacking(window: Window, lack: Lack, random: Random) -> Window:
    """The window as a run gets it."""
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


@dataclass
class FaultyMetrics:
    """``Metrics`` over the world."""

    caller: Caller
    inner: DirectMetrics
    lack: Lack
    garbling: Random

    def __post_init__(self) -> None:
        self.caller.is_blind = self.lack is Lack.EMPTY

    def read(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, Window]:
        self.caller.befalls(
            Throttled("cloudwatch:GetMetricData", "it", "Rate exceeded"),
            Unreachable("cloudwatch:GetMetricData", "it", "read timeout"),
            often=0.3,
        )
        found = {
            each: lacking(window, self.lack, self.garbling)
            for each, window in self.inner.read(metrics, start, end).items()
        }
        random = self.caller.random
        if random.random() >= self.caller.rate:
            return found
        kept = random.random()
        return {
            each: window if random.random() < kept else replace(window, unread="PartialData")
            for each, window in found.items()
        }
