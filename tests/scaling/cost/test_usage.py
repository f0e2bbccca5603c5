"""What was used is added up from the first minute that any metric tells of."""

from datetime import timedelta

from tests.builders import NOON, Minute, a_pipeline, of_types
from tests.flink_builders import a_flink_pipeline
from tests.scaling.cost.use import BYTES_OUT, MONTH, RECORDS, measured
from tests.scaling.kinds.toy import TAKEN, TOY
from tidegate.rules.kinds.signal_series import series_metrics
from tidegate.rules.window import Metric, Window
from tidegate.scaling.cost.usage import usage_from, usage_metrics
from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.model.resource_type import ResourceType


def test_a_new_pipeline_is_measured_from_its_first_minute() -> None:
    pipeline = a_pipeline()
    usage = measured(pipeline, [None] * 60 + [Minute()] * 30)
    assert usage is not None
    assert usage.hours == 0.5
    assert usage.a_month(usage.total(RECORDS)) == 100 * 3600 * MONTH
    assert measured(pipeline, [None] * 60) is None


def test_silence_is_idleness_and_what_was_not_asked_for_was_not_used() -> None:
    windows = {RECORDS: Window(RECORDS, NOON - timedelta(minutes=3), (5.0, None, 7.0))}
    usage = usage_from(windows, NOON)
    assert usage is not None
    assert usage.total(RECORDS) == 12
    assert usage.total(BYTES_OUT) == 0


def asked(*types: ResourceType) -> tuple[Metric, ...]:
    return usage_metrics(of_types(a_pipeline(), *TYPES, *types))


def test_what_is_billed_is_asked_for_beyond_what_is_judged_and_each_once() -> None:
    judged = series_metrics(a_pipeline())
    assert asked() == (*judged, BYTES_OUT)
    assert asked(TOY, TOY) == (*judged, BYTES_OUT, TAKEN)


def test_a_topic_is_not_billed() -> None:
    topic = a_flink_pipeline(topic=True)
    assert usage_metrics(topic) == series_metrics(topic)
