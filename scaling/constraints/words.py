"""What is said of constraints that no kind of resource has for itself."""

from tidegate.rules.reason import Words
from tidegate.scaling.model.reason import ReasonKind

CHANGED_BY_ANOTHER = Words(
    "changed-by-another",
    "{lever} was changed by someone else since Tidegate last saw or set it: {before:,} -> "
    "{after:,}, seen at {at:%H:%M}. If a template or another autoscaler sets it too, let only one "
    "of the two own it",
)
FILE_RANGE = Words(ReasonKind.FILE_RANGE, "the file keeps {lever} within {min}..{max}")
NOT_SEEN_TO_HELP = Words(
    ReasonKind.INEFFECTIVE,
    "the raise of {lever} at {begun_at:%H:%M} was not seen to help; another is tried at "
    "{again:%H:%M}",
)
NOT_SEEN_TO_HELP_YET = Words(
    ReasonKind.INEFFECTIVE, "the raise of {lever} at {begun_at:%H:%M} is not seen to help yet"
)
NO_OWNER = Words(ReasonKind.NO_OWNER, "{lever} has no owner in the file: Tidegate only advises")
NOT_READ = Words(
    ReasonKind.NOT_READ,
    "{lever} is not lowered while CloudWatch fails to read {count} of the pipeline's metrics, such "
    "as {metric} ({why})",
)
OTHER_OWNER = Words(ReasonKind.OTHER_OWNER, "{lever} is owned by {owner}")
WINDOW_CLOSED = Words(
    ReasonKind.CHANGE_WINDOW,
    "the change window {start:%H:%M}-{end:%H:%M} {time_zone} allows no change",
)
WINDOW_UPWARDS = Words(
    ReasonKind.CHANGE_WINDOW,
    "the change window {start:%H:%M}-{end:%H:%M} {time_zone} allows changes upwards only",
)
