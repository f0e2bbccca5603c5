"""What recommendations and limits depend on."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tidegate.rules.cause import Diagnosis
from tidegate.rules.graph import Pipeline
from tidegate.scaling.model.in_file import NOTHING_SAID, InFile

if TYPE_CHECKING:
    from tidegate.rules.kinds.signals import Signals
    from tidegate.scaling.load.horizons import ForecastHorizons
    from tidegate.scaling.model.history import History

__all__ = ["Look", "Situation"]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the limits of a lever depend on: signals, history, clock and what the file says."""

    signals: "Signals"
    history: "History"
    now: datetime
    said: InFile = NOTHING_SAID

    @property
    def pipeline(self) -> Pipeline:
        """As it is configured now."""
        return self.signals.pipeline


@dataclass(frozen=True, slots=True)
class Look:
    """All that a recommendation depends on: signals, what is wrong, what the file says, history and
    clock, and the load that is expected, where anything is."""

    signals: "Signals"
    diagnoses: tuple[Diagnosis, ...]
    said: InFile
    history: "History"
    now: datetime
    expected: "ForecastHorizons | None" = None
