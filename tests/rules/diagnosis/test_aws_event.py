"""An AWS event takes the metrics of all layers at once; what stops in a pipeline does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_pipeline, function_metric, signals, stream_metric, table_metric
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis.aws_event import aws_event
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Metric, Window

STREAM = stream_metric("racers", "IncomingRecords", "Sum")
AGE = stream_metric("racers", "GetRecords.IteratorAgeMilliseconds", "Maximum")
FUNCTION = function_metric("scorer", "Invocations", "Sum")
TABLE = table_metric("scores", None, "ConsumedWriteCapacityUnits", "Sum")


def ended(metric: Metric, minutes_ago: int, *, told: int = 80, gap: int | None = None) -> Window:
    """Told of so many minutes up to so many ago; with a gap so many minutes before its end."""
    samples: list[float | None] = [*[None] * (90 - told - minutes_ago), *[1.0] * told]
    if gap is not None:
        samples[-gap] = None
    samples += [None] * minutes_ago
    return Window(metric, NOON - timedelta(minutes=90), tuple(samples))


def told(*heartbeats: Window) -> list[Diagnosis]:
    silent: Signals = signals(a_pipeline(), *[None] * 8)
    windows = {each.metric: each for each in heartbeats}
    return list(aws_event(replace(silent, series=replace(silent.series, windows=windows))))


def found(*heartbeats: Window) -> list[Cause]:
    return [each.cause for each in told(*heartbeats)]


@pytest.mark.parametrize(
    ("heartbeats", "is_told"),
    [
        ((ended(STREAM, 6), ended(FUNCTION, 6)), True),
        ((ended(STREAM, 6), ended(FUNCTION, 8)), True),
        ((ended(STREAM, 6), ended(FUNCTION, 9)), False),
        ((ended(STREAM, 6), ended(AGE, 6)), False),
        ((ended(STREAM, 20), ended(AGE, 6), ended(TABLE, 6)), True),
        ((ended(STREAM, 6), ended(FUNCTION, 6, told=10)), True),
        ((ended(STREAM, 6), ended(FUNCTION, 6, told=9)), False),
        ((ended(STREAM, 6), ended(FUNCTION, 6, gap=10)), False),
        ((ended(STREAM, 6), ended(FUNCTION, 6, gap=11)), True),
        ((ended(STREAM, 6), ended(FUNCTION, 6, told=0)), False),
        ((), False),
    ],
    ids=["at once", "two minutes apart", "further apart", "of one layer", "one metric long ago",
         "ten minutes", "fewer", "now and then", "steady again", "never", "no layer"],
)  # fmt: skip
def test_layers_that_fall_silent_at_once_are_an_event_of_aws(
    heartbeats: tuple[Window, ...], is_told: bool
) -> None:
    assert found(*heartbeats) == [Cause.AWS_EVENT] * is_told


def test_the_layers_and_the_moment_are_said() -> None:
    seen = signals(a_pipeline(), *[None] * 8)
    (only,) = aws_event(seen)
    assert only.because == (
        "all of AWS/DynamoDB, AWS/Kinesis, AWS/Lambda told every minute and fell silent at 11:52: "
        "no part of a pipeline takes all others along at once"
    )
    assert "AWS Health Dashboard" in (only.advice or "")


def test_the_first_and_the_last_layer_to_fall_silent_are_said() -> None:
    (only,) = told(ended(STREAM, 6), ended(FUNCTION, 8), ended(TABLE, 7))
    assert "fell silent between 11:52 and 11:54" in only.because


def test_a_pipeline_that_publishes_is_not_asked() -> None:
    assert [each.cause for each in diagnose(signals(a_pipeline()))] == [Cause.HEALTHY]
