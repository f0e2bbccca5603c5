"""Sentences about changes that wait for another."""

from tidegate.rules.reason import Words
from tidegate.scaling.model.reason import ReasonKind

CHANGE_PENDING = Words(
    ReasonKind.CHANGE_PENDING,
    "a change of the {lever:words} that began at {begun_at:%H:%M:%S} is still in progress",
)
