"""Sentences about a pipeline as a whole."""

from tidegate.rules.reason import Words

AGE_GROWS = Words(
    "age-grows",
    "the {age_name} is {age_seconds:.0f} s and grows by {seconds_per_minute:.0f} s per minute",
)
AGE_UNKNOWN = Words("age-unknown", "the {age_name} is unknown, and no layer is at its limit")
BACKLOG_DRAINS = Words(
    "backlog-drains", "the backlog drains: the {age_name} is {age_seconds:.0f} s and falls"
)
CHANGE_NOT_SEEN_YET = Words(
    "change-not-seen-yet", "the change of {changed_at:%H:%M} is not visible in the metrics yet"
)
LAYERS_SILENT_AT_ONCE = Words(
    "layers-silent-at-once",
    "all of {layers} told every minute and fell silent {when}: no part of a pipeline takes all "
    "others along at once",
)
SILENT_AT = Words("silent-at", "at {since:%H:%M}")
SILENT_BETWEEN = Words("silent-between", "between {since:%H:%M} and {until:%H:%M}")
NOT_READ = Words("not-read", "CloudWatch could not read {metric} of {where} ({why})")
NOT_READ_IS_NOT_ZERO = Words(
    "not-read-is-not-zero",
    "unread is not zero: nothing is lowered until they can be read",
)
IN_ORDER = Words("in-order", "the {age_name} is {age_seconds:.0f} s, and no layer is at its limit")
NOTHING_AT_A_LIMIT = Words(
    "nothing-at-a-limit", "no layer is at its limit, nothing fails and nothing is throttled"
)
NO_METRICS_YET = Words("no-metrics-yet", "CloudWatch has no metrics of this pipeline yet")
SETTLING = Words("settling", "the {age_name} is {age_seconds:.0f} s; {settling_words}")
SILENCE_IS_NO_LOW_LOAD = Words(
    "silence-is-no-low-load",
    "missing metrics do not mean low load: Tidegate changes nothing until metrics return",
)
SILENT_SINCE = Words("silent-since", "no layer has published metrics since {seen:%H:%M}")
UNCONFIRMED_AGE = Words(
    "unconfirmed-age",
    "the {age_name} is {newest_seconds:.0f} s in the newest minute: Tidegate does not act on this "
    "value until a second minute confirms it",
)
NOT_SHOWN = Words(
    "not-shown",
    "this is no evidence that every record is processed, so it is not called healthy",
)
CRITICAL_RULE_FIRES = Words(
    "critical-rule-fires", "the critical rule {rule} fires, and nothing else is wrong: {because}"
)
