"""The health of a pipeline."""

from enum import Enum

__all__ = ["Health"]


class Health(Enum):
    """HEALING is sick with a change under way that cures it, or passing by itself, and a deadline:
    past that it is SICK. UNKNOWN is neither shown to be well nor seen to be sick."""

    HEALTHY = "healthy"
    HEALING = "healing"
    SICK = "sick"
    UNKNOWN = "unknown"
