"""Whose credentials sign the calls of this process."""

from functools import cached_property

from tidegate.scaling.aws.clients import BRISK, Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.model.errors import CloudError

__all__ = ["Caller"]


class Caller:
    """The ARN of the caller, asked for once, when it is first needed; None where it can't be had,
    as in a network without a way to STS. It is a note for people: no change waits for it longer
    than a brisk call takes, or fails without it. The call needs no permission (GetCallerIdentity,
    API reference)."""

    def __init__(self, clients: Clients | None = None) -> None:
        self._clients = Clients(patience=BRISK) if clients is None else clients

    def __call__(self) -> str | None:
        """The ARN."""
        return self._arn

    @property
    def home(self) -> str | None:
        """The caller's account and the region that is asked, None where the ARN can't be had."""
        if self._arn is None:
            return None
        return f"account {self._arn.split(':')[4]} in {self.region}"

    @property
    def region(self) -> str | None:
        """The region that is asked, which needs no call; None where none is set."""
        try:
            return str(self._clients.of("sts").meta.region_name)
        except CloudError:
            return None

    @cached_property
    def _arn(self) -> str | None:
        try:
            client = self._clients.of("sts")
            with asking("sts:GetCallerIdentity", "this session"):
                return str(client.get_caller_identity()["Arn"])
        except (CloudError, KeyError):
            return None
