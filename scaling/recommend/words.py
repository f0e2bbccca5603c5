"""What is said of why a lever should change."""

from tidegate.rules.reason import Words

CAUSE = Words("cause", "{because}")
DRAIN = Words(
    "drain",
    ", and a backlog of {backlog_records:,.0f} records to drain in {catch_up_seconds:.0f} s",
)
DRAIN_AS_BROUGHT = Words(
    "drain-as-brought",
    ", and a backlog of {backlog_records:,.0f} records, of which no more than {brought:,.0f} a "
    "second can be brought to it",
)
FILE_MINIMUM = Words("file-minimum", "the file asks for at least {min}")
FORECAST = Words("forecast", "{forecast}: {demand}")
HOURS_PEAK = Words("hours-peak", "the last hour's peak: {because}")
RUNNING_OUT = Words("burst-runs-out", "{running_out}: {because}")
