"""A dashboard drawn as a page shows what CloudWatch would."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tests.builders import NOON
from tests.change_records import change
from tidegate.dashboard_page import Span, dashboard_page
from tidegate.rules.cause import LeverKind
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Graph, Limit, Line, Row

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


def test_a_limit_is_drawn_minute_by_minute_as_it_was() -> None:
    lever = Lever.of(LeverKind.SHARD_COUNT, "clicks")
    limit = Limit("2 x 1,000 records/s", 2000, ((lever, 2),))
    rows = [Row("stream", "", (Graph("In", "records/s", (Line(METRIC, "in"),), (limit,)),))]
    raised = change(lever, 8, 2, minutes_ago=-3)
    page = dashboard_page(
        rows, "clicks", Told(), Span(NOON, NOON + timedelta(minutes=5), (raised,))
    )
    assert '"y0":8000.0,"y1":8000.0' in page
    assert '"y0":2000.0,"y1":2000.0' in page
    assert '"range":[0,8640.0]' in page
