"""Clients of AWS's services, made when first asked for, with bounded patience."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tidegate.scaling.aws.errors import asking
from tidegate.scaling.model.errors import Unreachable

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.model import OperationModel
    from types_boto3_cloudwatch import CloudWatchClient

__all__ = ["BRISK", "PATIENT", "STEADY", "Clients", "Patience", "own_session"]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one call may take, in seconds, and how often it is tried in all."""

    connect_seconds: float
    read_seconds: float
    attempts: int


PATIENT = Patience(3, 10, 4)
"""For the command line, where a person waits for one answer."""

STEADY = Patience(3, 6, 2)
"""For sweeps: a resource that never answers keeps the pipelines behind it waiting for 13 s,
the second at most between two attempts included. The next sweep asks again."""

BRISK = Patience(0.25, 0.5, 1)
"""For the endpoint: whoever called it calls again, so that nothing is tried twice here."""


class Clients:
    """The services that Tidegate talks to, from one session. Each kind of resource asks for its own
    by name; CloudWatch is everyone's.

    ``calls`` counts requests by ``service:Operation``, retries not included. Standard retries
    back off with jitter (boto3 guide, retries). AWS_ENDPOINT_URL and profiles work as usual.
    Without a session botocore's own is used: boto3 around it adds nothing but time to a cold start.
    ``region`` is for that one, in place of the environment's.
    """

    def __init__(
        self,
        session: "Session | None" = None,
        patience: Patience = PATIENT,
        region: str | None = None,
    ) -> None:
        self._session = session
        self._region = region
        self._patience = patience
        self._ends_at: float | None = None
        self.calls: Counter[str] = Counter()
        self._others: dict[str, Any] = {}

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        """CloudWatch."""
        client: CloudWatchClient = self.of("cloudwatch")
        return client

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """No call begins after so many seconds: it raises Unreachable instead."""
        self._ends_at = time.monotonic() + seconds
        try:
            yield
        finally:
            self._ends_at = None

    def of(self, service: str) -> Any:
        """A client of a service by its name in boto3; the same one whenever it is asked for."""
        if service not in self._others:
            self._others[service] = self._new(service, self._patience)
        return self._others[service]

    def once(self, service: str) -> Any:
        """A client for calls that change a resource, each of which is tried once: botocore would
        ask again where an answer was lost, and be refused because of the call before."""
        key = f"{service}, once"
        if key not in self._others:
            self._others[key] = self._new(service, replace(self._patience, attempts=1))
        return self._others[key]

    def _new(self, service: str, patience: Patience) -> Any:
        from botocore.config import Config

        config = Config(
            connect_timeout=patience.connect_seconds,
            read_timeout=patience.read_seconds,
            retries={"mode": "standard", "total_max_attempts": patience.attempts},
        )
        try:
            with asking("aws", "this session"):
                client = self._made(service, config)
        except ValueError as error:
            # An endpoint of the environment or the profile that is no URL.
            raise Unreachable("aws", service, f"{error}; a URL begins with https://") from error
        client.meta.events.register("provide-client-params", self._before)
        return client

    def _made(self, service: Any, config: Any) -> Any:
        if self._session is not None:
            return self._session.client(service, config=config)
        # botocore itself reads only AWS_DEFAULT_REGION; the command line of AWS reads both.
        region = self._region or os.environ.get("AWS_REGION") or None
        return self._own_session.create_client(service, region_name=region, config=config)

    @cached_property
    def _own_session(self) -> Any:
        return own_session()

    def _before(self, model: "OperationModel", **_: object) -> None:
        operation = f"{model.service_model.service_name}:{model.name}"
        if self._ends_at is not None and time.monotonic() >= self._ends_at:
            raise Unreachable(operation, "this request", "AWS was too slow to go on in time")
        self.calls[operation] += 1


def own_session() -> Any:
    """A session of botocore's own, which reads no folder of a service that isn't asked for."""
    import botocore.session

    from tidegate.scaling.aws.models import models_in

    session = botocore.session.get_session()
    models = models_in(session.get_component("data_loader").search_paths)
    session.register_component("data_loader", models)
    return session
