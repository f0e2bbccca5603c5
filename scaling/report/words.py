"""Sentences about what heals a pipeline, and what doesn't."""

from tidegate.rules.reason import Words

CHANGED_AT = Words(
    "changed-at", "the change of the {lever:words} of {begun_at:%H:%M} has time to take effect"
)
DRAINS = Words("drains", "the backlog drains: the {age_name} is {age_seconds:,.0f} s and falls")
IN_VAIN = Words(
    "in-vain",
    "find what limits {where} instead, such as a service that it calls, a lock, or one key "
    "with most of the records: the last increase of the {lever:words} did not help",
)
NOT_SHOWN_YET = Words(
    "not-shown-yet", "the change of {changed_at:%H:%M} is not visible in the metrics yet"
)
REFUSED_LESS = Words("refused-less", "producers are refused less from minute to minute")
STARTS = Words("starts", "a reader starts, or reads on after a change")
