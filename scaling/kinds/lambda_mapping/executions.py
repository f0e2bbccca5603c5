"""The concurrent executions of a function, as a plan leaves enough of them and no more."""

from dataclasses import dataclass
from math import ceil

from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.kinds.lambda_mapping import words
from tidegate.scaling.kinds.lambda_mapping.concurrency import (
    TIDEGATE,
    Concurrency,
    concurrency,
    executions_needed,
    factor_of,
)
from tidegate.scaling.kinds.lambda_mapping.limits import FACTOR_MAX
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.in_file import InFile

__all__ = ["EXECUTIONS_USE", "FunctionExecutions"]

EXECUTIONS_USE = 0.8
"""How much of the concurrent executions may be used before shards are added for them."""


@dataclass(frozen=True, slots=True)
class FunctionExecutions:
    """``tidegate.scaling.model.sized.Executions``: of a function that reads a stream."""

    signals: Signals
    consumer: Consumer
    said: InFile

    @property
    def lever(self) -> Lever:
        """The parallelization factor."""
        return factor_of(self.consumer)

    @property
    def least_decrease_share(self) -> float:
        """Idle executions cost only smaller batches."""
        return 0.2

    @property
    def durations(self) -> Window:
        """The function's."""
        return self.signals.of(self.consumer.function).duration_sum_milliseconds

    def units_for(self, busy: float) -> int:
        """By the factor that the file lets Tidegate set."""
        return self._had.shards_for(busy / EXECUTIONS_USE)

    def units_needed(self) -> int:
        """For the busiest minute of the last hour."""
        return self._had.shards_for(self._needed(HOUR_SECONDS))

    def least_setting(self, units: int, seconds: int) -> int:
        """No factor is higher than the highest."""
        return min(FACTOR_MAX, ceil(self._needed(seconds) / units))

    def why_raised(self, units: int) -> Reason:
        """That fewer shards need a higher factor."""
        return words.EXECUTIONS_ON_FEWER_SHARDS(
            executions=self._needed(HOUR_SECONDS), shards=units, plural="s"[: units > 1]
        )

    def too_few(self, units: int, setting: int, seconds: int) -> Reason | None:
        """By what the function may have, where that is less than what it needs."""
        had = self._had
        needed = min(self._needed(seconds), had.executions_max)
        if had.executions(units, setting) >= needed:
            return None
        name = self.consumer.function.name
        return words.EXECUTIONS_NEEDED(name=name, executions=needed, shards=units, factor=setting)

    @property
    def _had(self) -> Concurrency:
        return concurrency(self.signals.pipeline, self.consumer, self.said, TIDEGATE)

    def _needed(self, seconds: int) -> float:
        return executions_needed(self.signals, self.consumer, self.said, seconds)
