"""What is judged by one layer alone sees the minutes that the others are late for."""

from dataclasses import replace
from datetime import timedelta

from tests.builders import NOON, a_pipeline, signals, the_consumer, the_table, told
from tidegate.rules.kinds.signal_series import series_from
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.kinds.uncut import newest_of_source, uncut
from tidegate.rules.window import Window

PIPELINE = a_pipeline()


def late_table() -> Signals:
    """The table has not told of the newest two minutes yet."""
    windows = dict(told(PIPELINE).windows())
    for metric, window in windows.items():
        if metric.namespace == "AWS/DynamoDB":
            samples = (*window.samples[:-2], None, None)
            windows[metric] = Window(metric, window.start, samples)
    return replace(signals(PIPELINE), series=series_from(PIPELINE, windows, NOON))


def test_the_newest_minutes_of_each_layer_are_there_uncut() -> None:
    cut = late_table()
    assert cut.series.judged_until == NOON - timedelta(minutes=2)
    seen = uncut(cut)
    function, table = the_consumer(PIPELINE).function, the_table(PIPELINE)
    assert cut.of(function).invocations.end == NOON - timedelta(minutes=2)
    assert seen.of(function).invocations.end == NOON
    assert seen.of(function).invocations.samples[-1] == 120
    assert seen.of(table.capacity).consumed_write_units.samples[-2:] == (None, None)
    assert seen.series.source.incoming_records.end == NOON
    assert newest_of_source(cut) == seen.series.source


def test_of_signals_without_windows_nothing_is_newer() -> None:
    seen = signals(PIPELINE)
    seen = replace(seen, series=replace(seen.series, windows={}))
    assert uncut(seen) is seen
    assert newest_of_source(seen) is None
