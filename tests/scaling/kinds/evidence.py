"""Two weeks of metrics for proposals."""

from collections.abc import Mapping

from tests.builders import NOON
from tidegate.rules.graph import Pipeline
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.proposal import PERIOD_SECONDS, Evidence, coarse


def evidence(
    pipeline: Pipeline, rates: Mapping[Metric, tuple[float, ...]], objective_seconds: int = 60
) -> Evidence:
    """A sample of five minutes for each rate a second of a sum, or for each maximum."""
    windows = {}
    for metric, samples in rates.items():
        times = PERIOD_SECONDS if metric.statistic == "Sum" else 1
        window = Window(coarse(metric), NOON, tuple(each * times for each in samples))
        windows[window.metric] = window
    use = {"shard": 0.8, "capacity": 0.7}
    return Evidence(pipeline, windows, use, objective_seconds)
