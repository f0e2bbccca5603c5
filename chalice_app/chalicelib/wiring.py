"""What the handlers stand on: clients, ledger, pipelines and the clock."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from chalicelib.configuration import Configuration, in_force
from tidegate.scaling.aws.clients import BRISK, STEADY, Clients, Patience
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.model.change_record import CallerArn
from tidegate.scaling.ports import Edges

__all__ = ["ENDPOINT_SECONDS", "Wiring", "wire", "wiring"]

ENDPOINT_SECONDS = 1.2
"""No call of the endpoint begins later; the last one takes at most BRISK's 0.75 s."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """The edges, how the pipelines in force are found, and a bound on a request's time."""

    configuration: Callable[[], Configuration]
    edges: Edges
    now: Callable[[], datetime]
    in_time: Callable[[], AbstractContextManager[None]] = nullcontext
    clients: Clients | None = None


def _now() -> datetime:
    return datetime.now(UTC)


def _edges(clients: Clients, ledger: DynamoLedger, patience: Patience) -> Edges:
    """Only a sweep tells of illnesses, so the endpoint doesn't load what tells."""
    cloud, metrics = AwsCloud(clients), AwsMetrics(clients)
    if patience is BRISK:
        return Edges(cloud, metrics, ledger, clock=_now)
    from tidegate.scaling.aws.notices import AwsNotifications

    notices, stack = AwsNotifications(clients), os.environ.get("TIDEGATE_STAGE")
    return Edges(cloud, metrics, ledger, notices, _now, stack=stack)


def _caller() -> str | None:
    return _asker()()


@cache
def _asker() -> CallerArn:
    # Imported here: most requests change nothing, and a cold start is shorter without it.
    from tidegate.scaling.aws.caller import Caller

    return Caller()


@cache
def _from_environment(patience: Patience) -> Wiring:
    clients = Clients(patience=patience)
    ledger = DynamoLedger.over(clients, os.environ["TIDEGATE_LEDGER_TABLE"], _caller)
    source = os.environ.get("TIDEGATE_CONFIGURATION", "package")
    return Wiring(
        lambda: in_force(source, ledger),
        _edges(clients, ledger, patience),
        _now,
        lambda: clients.within(ENDPOINT_SECONDS) if patience is BRISK else nullcontext(),
        clients,
    )


_present: list[Wiring] = []


def wire(other: Wiring) -> None:
    """Stand on other edges, such as the embedded world of ``make serve``."""
    _present[:] = [other]


def wiring(*, brisk: bool) -> Wiring:
    """What to stand on: made from the environment unless told otherwise. ``brisk`` for answers
    within two seconds."""
    return _present[0] if _present else _from_environment(BRISK if brisk else STEADY)
