"""What the handlers stand on: clients, ledger, pipelines and the clock, made once."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from scaling.aws.clients import Clients
from scaling.aws.cloud import AwsCloud
from scaling.aws.ledger_dynamodb import DynamoLedger
from scaling.aws.metrics import AwsMetrics
from scaling.compiled import from_compiled
from scaling.specification import PipelineSpec
from scaling.sweep import Edges

__all__ = ["Wiring", "wire", "wiring"]

PIPELINES = Path(__file__).parent / "pipelines.json"


@dataclass(frozen=True, slots=True)
class Wiring:
    """The edges with the pipelines of the packaged configuration."""

    specs: tuple[PipelineSpec, ...]
    edges: Edges
    now: Callable[[], datetime]


@cache
def _from_environment() -> Wiring:
    clients = Clients()
    ledger = DynamoLedger(clients.dynamodb, os.environ["TIDEGATE_LEDGER_TABLE"])
    file = from_compiled(json.loads(PIPELINES.read_text(encoding="utf-8")))
    edges = Edges(AwsCloud(clients), AwsMetrics(clients), ledger)
    return Wiring(tuple(file.pipelines), edges, lambda: datetime.now(UTC))


_present: list[Wiring] = []


def wire(other: Wiring) -> None:
    """Stand on other edges, such as the embedded world of ``make serve``."""
    _present[:] = [other]


def wiring() -> Wiring:
    """What to stand on: made from the environment unless told otherwise."""
    return _present[0] if _present else _from_environment()
