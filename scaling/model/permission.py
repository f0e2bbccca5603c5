"""What a role must be allowed to do, and the names in a pipeline file that it is allowed it on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = [
    "ApplicationNames",
    "Arn",
    "Named",
    "Permission",
    "PipelineNames",
    "ReaderNames",
    "ResourceNames",
    "WriteAccess",
]


@dataclass(frozen=True, slots=True)
class Arn:
    """A resource of the deployment's own account and region: ``path`` is all of its ARN after the
    account, such as ``stream/clicks``."""

    service: str
    path: str


@dataclass(frozen=True, slots=True)
class Permission:
    """Calls, each as ``service:Action``, and what they may be made on.

    Without ``arns`` that is everything: for calls of which IAM knows no narrower resource.
    ``only_for`` are what the condition key ``only_for_key`` must be like, where the resource of a
    call doesn't say whose it is.
    """

    actions: tuple[str, ...]
    arns: tuple[Arn, ...] = ()
    only_for_key: str = ""
    only_for: tuple[Arn, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteAccess:
    """How a policy lets something be written to: with any of the ``actions``, each as
    ``service:Action``, on ARNs of the ``service`` whose last part is ``path`` and a name."""

    service: str
    path: str
    actions: tuple[str, ...]

    def arn_prefix(self, beside: str) -> str:
        """What the ARNs begin with in the partition, region and account of another ARN."""
        partition, _, region, account = beside.split(":")[1:5]
        return f"arn:{partition}:{self.service}:{region}:{account}:{self.path}"


class Named(Protocol):
    """Something that a pipeline file names."""

    @property
    def name(self) -> str:
        """As AWS calls it."""
        ...


class ReaderNames(Named, Protocol):
    """A function or an application of the file, with the tables that it writes to."""

    @property
    def table_specs(self) -> Sequence[Named]:
        """The tables."""
        ...


class ApplicationNames(ReaderNames, Protocol):
    """An application of the file."""

    @property
    def start_again_after_failed_update(self) -> bool:
        """Whether it may be started."""
        ...


class ResourceNames(Named, Protocol):
    """A resource of a kind that has no key of its own in the file."""

    @property
    def kind(self) -> str:
        """The kind's name in the file."""
        ...


class PipelineNames(Protocol):
    """A pipeline of the file (``PipelineSpec``), as far as permissions go by it."""

    @property
    def stream(self) -> str:
        """The stream that is read, empty where a topic is."""
        ...

    @property
    def consumers(self) -> Sequence[ReaderNames]:
        """The functions that read it."""
        ...

    @property
    def applications(self) -> Sequence[ApplicationNames]:
        """The applications that read it."""
        ...

    @property
    def resources(self) -> Sequence[ResourceNames]:
        """What is of other kinds."""
        ...
