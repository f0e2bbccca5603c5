"""Sentences about constraints that hold for every kind of resource."""

from tidegate.rules.reason import Words
from tidegate.scaling.model.reason import ReasonKind

CHANGED_BY_ANOTHER = Words(
    "changed-by-another",
    "the {lever:words} was changed by someone else since Tidegate last saw or set it: from "
    "{before:,} to {after:,}, seen at {at:%H:%M}; if a template or another autoscaler also sets "
    "it, let only one of them own it",
)
CHANGE_PENDING = Words(
    ReasonKind.CHANGE_PENDING,
    "a change of the {lever:words} that began at {begun_at:%H:%M:%S} is still in progress",
)
FILE_RANGE = Words(
    ReasonKind.FILE_RANGE, "the pipeline file limits the {lever:words} to {min:,} to {max:,}"
)
NO_OWNER = Words(
    ReasonKind.NO_OWNER,
    "the {lever:words} has no owner in the pipeline file, so Tidegate only advises",
)
NOT_SHOWN = Words(
    ReasonKind.CHANGE_PENDING,
    "AWS accepted the change of the {lever:words} to {to:,} at {begun_at:%H:%M:%S} and does not "
    "show it yet",
)
NOT_READ = Words(
    ReasonKind.NOT_READ,
    "the {lever:words} is not lowered while CloudWatch fails to read {count} of the pipeline's "
    "metrics, such as {metric} ({why})",
)
ONE_MINUTE = Words(
    ReasonKind.ONE_MINUTE,
    "one minute alone refused requests, in which capacity was left, no record waited and no more "
    "came in than before: the {lever:words} is raised when a second minute refuses some",
)
OTHER_OWNER = Words(ReasonKind.OTHER_OWNER, "the {lever:words} is owned by {owner}")
PAUSED = Words(
    ReasonKind.PAUSED,
    "{of} is paused until {until:%Y-%m-%d %H:%M} UTC ({reason}); tidegate resume ends the pause",
)
SET_BACK = Words(
    ReasonKind.CHANGE_PENDING,
    "Tidegate set the {lever:words} to {to:,} and someone else set it to {after:,} just after: "
    "Tidegate does not change it again before {until:%H:%M:%S}",
)
WINDOW_CLOSED = Words(
    ReasonKind.CHANGE_WINDOW,
    "the change window {start:%H:%M}-{end:%H:%M} {time_zone} allows no changes",
)
WINDOW_UPWARDS = Words(
    ReasonKind.CHANGE_WINDOW,
    "the change window {start:%H:%M}-{end:%H:%M} {time_zone} allows increases only",
)
