"""What a recommendation depends on, for tests that say only what matters to them."""

from datetime import datetime

from tests.builders import NOON, SPEC
from tidegate.rules.cause import Diagnosis
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.load.load_history import Past
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look


def a_look(
    signals: Signals,
    diagnoses: tuple[Diagnosis, ...] = (),
    spec: PipelineSpec = SPEC,
    history: History | None = None,
    now: datetime = NOON,
) -> Look:
    return Look(signals, diagnoses, in_file(spec), history or History(()), now)


def once(records_per_second: float) -> ForecastHorizons:
    """So much came in once; nothing is expected of the hours ahead."""
    least = Load(1, 1)
    found = Expected(least, least, Reason.of("forecast", "as forecast"))
    past = Past((records_per_second,), NOON)
    return ForecastHorizons(found, None, None, None, 1, records_per_second, 120, 420, past=past)
