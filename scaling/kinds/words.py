"""Sentences about the state of any resource."""

from tidegate.rules.reason import Words
from tidegate.scaling.model.reason import ReasonKind

ROLLED_BACK = Words(
    ReasonKind.ROLLED_BACK,
    "the update of {name} that began at {begun_at:%H:%M} was rolled back: {failure}",
)
STOPPED = Words(ReasonKind.STOPPED, "{name} is {status} and does not run")
