"""The moto face: real boto3 clients answered in process, with this world laid over moto.

moto keeps the resources (function, mapping, table, application) and answers whatever isn't named
by a kind. What it does otherwise than AWS is answered by the world: shards, limits, statuses, time
and metrics.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tidegate.simulator.kind import REGION
from tidegate.simulator.overlay import Overlay
from tidegate.simulator.world import World

if TYPE_CHECKING:
    from boto3.session import Session

__all__ = ["REGION", "embedded"]


@contextmanager
def embedded(world: World) -> Iterator["Session"]:
    """A boto3 session whose clients live in ``world``; nothing leaves the process."""
    import boto3
    from moto import mock_aws

    with _without_the_users_settings(), mock_aws():
        session = boto3.Session("testing", "testing", region_name=REGION)
        Overlay(world).lay(session)
        yield session


@contextmanager
def _without_the_users_settings() -> Iterator[None]:
    """Nothing of an account's, an endpoint's or a profile's that the environment names: requests
    with an endpoint of their own would leave the process."""
    kept = dict(os.environ)
    for name in [name for name in kept if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
