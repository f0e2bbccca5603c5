"""A deployed stage, as Application Auto Scaling knows it by the resource ids of its dimensions."""

from dataclasses import dataclass

from tidegate.scaling.autoscaling_api.dimensions import Dimension
from tidegate.scaling.model.errors import ConfigurationError, Mistake

__all__ = ["Site"]

RESOURCE_ID_MAX = 1600
"""Characters of a resource id (RegisterScalableTarget, API reference)."""


@dataclass(frozen=True, slots=True)
class Site:
    """A deployed stage, ``https://API.execute-api.REGION.amazonaws.com/STAGE``."""

    url: str

    @classmethod
    def at(cls, url: str) -> "Site":
        """The stage of a URL. Raises ConfigurationError for anything but https."""
        trimmed = url.rstrip("/")
        if not trimmed.startswith("https://") or len(trimmed) < len("https://x"):
            words = f"{url!r} is not the URL of a stage: https://API.execute-api.REGION..."
            raise ConfigurationError((Mistake("--api", 1, 1, words),))
        return cls(trimmed)

    @property
    def prefix(self) -> str:
        """What the resource id of every dimension begins with."""
        return f"{self.url}/scalableTargetDimensions/"

    @property
    def alarm_prefix(self) -> str:
        """What the name of every alarm begins with."""
        return f"tidegate/{self.url.removeprefix('https://')}/"

    def resource_id(self, dimension: Dimension) -> str:
        """The resource id of a dimension. Raises ConfigurationError past AWS's length."""
        found = self.prefix + dimension.dimension_id
        if len(found) > RESOURCE_ID_MAX:
            words = f"{found[:60]}... has {len(found)} characters; {RESOURCE_ID_MAX} are allowed"
            raise ConfigurationError((Mistake("--api", 1, 1, words),))
        return found
