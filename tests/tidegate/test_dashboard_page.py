"""A dashboard drawn as a page shows what CloudWatch would."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tests.builders import NOON
from tidegate.dashboard_page import Span, dashboard_page
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.dashboard_row import Graph, Line, Row

METRIC = Metric("AWS/KinesisAnalytics", "oldGenerationGCTime", (), "Maximum")


class Told:
    """Metrics of which a counter begins anew once."""

    def read(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, Window]:
        samples = (1000.0, 7000.0, 7000.0, 600.0, 1200.0)
        return {metric: Window(metric, start, samples) for metric in metrics}


def test_a_counter_is_drawn_by_what_it_grows_by_and_not_where_it_begins_anew() -> None:
    line = Line(METRIC, "collecting", 0.1, is_counter=True)
    rows = [Row("resources", "", (Graph("Old generation: time", "%", (line,)),))]
    page = dashboard_page(rows, "clicks", Told(), Span(NOON, NOON + timedelta(minutes=5), ()))
    assert '"y":[null,10.0,0.0,null,1.0]' in page
