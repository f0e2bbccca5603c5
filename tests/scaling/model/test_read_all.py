from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.builders import NOON
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.errors import Unreachable
from tidegate.scaling.model.read_all import read_all

METRIC = Metric("AWS/Kinesis", "IncomingRecords", (("StreamName", "racers"),), "Sum")
OTHER = Metric("AWS/DynamoDB", "Refused", (("Table", "scores"), ("Index", "by-race")), "Sum")


@dataclass(frozen=True)
class Told:
    """Metrics of which some can't be read."""

    unread: Mapping[Metric, str]

    def read(
        self, wanted: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, Window]:
        minutes = int((end - start) / timedelta(minutes=1))
        return {
            each: Window(each, start, (1.0,) * minutes, unread=self.unread.get(each))
            for each in wanted
        }


def windows(**unread: str) -> Mapping[Metric, Window]:
    told = Told(
        {metric: unread[metric.name] for metric in (METRIC, OTHER) if metric.name in unread}
    )
    return read_all(told, (METRIC, OTHER), NOON - timedelta(minutes=2), NOON)


def test_all_windows_are_read_where_each_can_be() -> None:
    start = NOON - timedelta(minutes=2)
    assert windows() == {each: Window(each, start, (1.0, 1.0)) for each in (METRIC, OTHER)}


def test_one_window_that_can_not_be_read_is_an_error_that_names_it() -> None:
    with pytest.raises(Unreachable) as error:
        windows(Refused="InternalError")
    assert str(error.value) == (
        "cloudwatch:GetMetricData on scores/by-race: Refused could not be read: InternalError"
    )
