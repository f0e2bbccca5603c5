"""Lines of a dashboard that no rule sets."""

__all__ = ["COLLECTING_PERCENT", "LAG_RECORDS"]

COLLECTING_PERCENT, LAG_RECORDS = 60, 60_000
"""As aws-samples/kda-metrics-dashboard draws them."""
