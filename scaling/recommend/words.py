"""Sentences about why a lever should change."""

from tidegate.rules.reason import Words

DRAIN = Words(
    "drain",
    ", and a backlog ({backlog_records:,.0f} records when last measured, sized for "
    "{sized_records:,.0f}) is to be drained in {catch_up_seconds:.0f} s",
)
DRAIN_AS_BROUGHT = Words(
    "drain-as-brought",
    ", and a backlog ({backlog_records:,.0f} records when last measured, sized for "
    "{sized_records:,.0f}) is to be drained at the {records_per_second:,.0f} records/s that the "
    "consumers can write",
)
FILE_MINIMUM = Words("file-minimum", "the pipeline file sets a minimum of {min:,}")
FORECAST = Words("forecast", "{forecast}: {demand}")
HOURS_PEAK = Words("hours-peak", "at the last hour's peak, {because}")
RUNNING_OUT = Words("burst-runs-out", "{running_out}; {because}")
