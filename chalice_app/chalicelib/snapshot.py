"""What the endpoint does before Lambda takes a snapshot of it (SnapStart), so that no start from
the snapshot has to: all imports, and reading what botocore knows of the services.

Every copy of a snapshot has what is in it. So there is nothing in it that must differ between
copies or that ends: no client, which has a connection and credentials, and no random number (Lambda
guide, handling uniqueness with SnapStart).
"""

import gc
import os
from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, cast

from chalicelib.configuration import packaged
from tidegate.scaling.autoscaling_api.dimensions import dimensions
from tidegate.scaling.aws.caller import Caller
from tidegate.scaling.aws.clients import BRISK, Clients, own_session
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.model.errors import TidegateError

__all__ = ["prepare"]


class _Nobody:
    """A session whose clients have no credentials of the function."""

    def client(self, service: str, config: Any) -> Any:
        region = os.environ.get("AWS_REGION", "us-east-1")
        return own_session().create_client(
            service, region, config=config, aws_access_key_id="none", aws_secret_access_key="none"
        )


def prepare() -> None:
    """Import all of the zip, and make each client that a request needs once, for what is read."""
    for package in ("chalicelib", "tidegate.rules", "tidegate.scaling"):
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            import_module(module.name)
    _make_clients()
    gc.collect()


def _make_clients() -> None:
    """By asking what a request asks; no call begins in 0 s, so that each ends at its first one."""
    clients = Clients(cast("Any", _Nobody()), BRISK)
    cloud, ledger = AwsCloud(clients), DynamoLedger.over(clients, "none")
    with clients.within(0):
        Caller(clients)()
        with suppress(TidegateError):
            ledger.pauses()
        for dimension in dimensions(packaged()):
            with suppress(TidegateError):
                cloud.scalable_targets(dimension.lever.where)
            with suppress(TidegateError):
                cloud.describe_alone(dimension.spec, dimension.lever)
