"""Who moves one lever reads the metrics that limits depend on, and no other."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.builders import NOON, a_pipeline
from tests.flink_builders import a_flink_pipeline
from tidegate.rules.kinds.flink_application.metrics import application_metric
from tidegate.rules.window import Metric, Window
from tidegate.scaling.constraints.limit_windows import limit_windows


class Asked:
    """Metrics that keep what they were asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[tuple[Metric, ...], datetime, datetime]] = []

    def read(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> dict[Metric, Window]:
        self.calls.append((tuple(metrics), start, end))
        return {metric: Window(metric, start, (None,) * 30) for metric in metrics}


def test_who_reads_no_other_metric_reads_half_an_hour_of_failed_checkpoints() -> None:
    asked, now = Asked(), NOON + timedelta(seconds=42, microseconds=7)
    windows = limit_windows(a_flink_pipeline(), asked, now)
    metric = application_metric("counter", "numberOfFailedCheckpoints", "Maximum")
    assert asked.calls == [((metric,), NOON - timedelta(minutes=30), NOON)]
    assert set(windows) == {metric}
    assert limit_windows(a_pipeline(), asked, now) == {}
    assert len(asked.calls) == 1
