"""What is said of a pipeline as a whole."""

from tidegate.rules.reason import Words

AGE_GROWS = Words(
    "age-grows", "the {age_name} is {age:.0f} s and grows by {age_growth:.0f} s a minute"
)
AGE_UNKNOWN = Words("age-unknown", "{age_name} unknown, no layer at its limit")
BACKLOG_DRAINS = Words(
    "backlog-drains", "the backlog is draining: {age_name} {age:.0f} s, and falling"
)
CATCHING_UP = Words("catching-up", "{name} is {state}, and has yet to catch up")
CHANGE_NOT_SEEN_YET = Words(
    "change-not-seen-yet", "the change of {changed_at:%H:%M} does not show in the metrics yet"
)
IN_ORDER = Words("in-order", "{age_name} {age:.0f} s, no layer at its limit")
NOTHING_AT_A_LIMIT = Words(
    "nothing-at-a-limit", "no layer is at a limit, nothing fails and nothing is throttled"
)
NO_METRICS_YET = Words("no-metrics-yet", "CloudWatch has no metrics of this pipeline yet")
SETTLING = Words("settling", "{age_name} {age:.0f} s; {settling_words}")
SILENCE_IS_NO_LOW_LOAD = Words(
    "silence-is-no-low-load", "silence is not low load: nothing is changed until data returns"
)
SILENT_SINCE = Words("silent-since", "no metric of any layer since {seen:%H:%M}")
UNCONFIRMED_AGE = Words(
    "unconfirmed-age",
    "it is {newest:.0f} s in the newest minute alone: nothing is concluded from that until a "
    "second minute confirms it",
)
NOT_SHOWN = Words(
    "not-shown", "no metric shows that every record is read, so this is not called healthy"
)
