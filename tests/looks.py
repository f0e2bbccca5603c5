"""What a recommendation depends on, for tests that say only what matters to them."""

from datetime import datetime

from tests.builders import NOON, SPEC
from tidegate.rules.cause import Diagnosis
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import PipelineSpec
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
