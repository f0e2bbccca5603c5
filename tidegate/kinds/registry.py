"""The kinds of resource that a command works with."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from tidegate.rules.graph import Kinds
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds.registry import AWS_KINDS, AwsKind
from tidegate.scaling.kinds.registry import KINDS

if TYPE_CHECKING:
    from tidegate.scaling.aws.cloud import AwsCloud

__all__ = ["KindsInUse", "kinds_in_use"]


@dataclass(frozen=True, slots=True)
class KindsInUse:
    """Every kind, a line each in ``rules``, ``scaling`` and ``scaling.aws``."""

    kinds: Kinds = KINDS
    aws: tuple[AwsKind, ...] = AWS_KINDS

    def cloud(self, clients: Clients) -> "AwsCloud":
        """AWS as these kinds see it."""
        from tidegate.scaling.aws.cloud import AwsCloud

        return AwsCloud(clients, self.aws, self.kinds)


def kinds_in_use() -> KindsInUse:
    """The registry that the command line was called with (its context's object); else the built-in
    one."""
    context = click.get_current_context(silent=True)
    found = None if context is None else context.find_object(KindsInUse)
    return found or KindsInUse()
