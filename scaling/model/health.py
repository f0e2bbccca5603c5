"""The health of a pipeline."""

from enum import Enum

__all__ = ["Health"]


class Health(Enum):
    """HEALING is sick with every lever that cures it moved or moving."""

    HEALTHY = "healthy"
    HEALING = "healing"
    SICK = "sick"
    UNKNOWN = "unknown"
