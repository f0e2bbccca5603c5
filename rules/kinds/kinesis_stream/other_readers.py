"""A reader of the stream that no file names is behind, while the pipeline's own are not."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.kinesis_stream import words
from tidegate.rules.kinds.kinesis_stream.metrics import stream_series
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.window import Metric, Window

__all__ = ["other_reader_behind"]


def other_reader_behind(signals: Signals) -> Iterator[Diagnosis]:
    """By two minutes in which the stream's age is over the objective, and that of the pipeline's
    readers is less. No lever of the pipeline is for that reader, and nothing of it is raised."""
    stream, pipelines = stream_of(signals.pipeline), signals.series.source
    if not signals.series.windows:
        return
    of_all = _of_all_readers(signals, stream.name)
    theirs = of_all.last(RECENT_SECONDS).samples
    ours = pipelines.iterator_age_milliseconds.last(RECENT_SECONDS).samples
    most = signals.iterator_age_max_seconds * 1000
    behind = [
        age for age, own in zip(theirs, ours, strict=True)
        if age is not None and own is not None and own < age and age > most
    ]  # fmt: skip
    if len(behind) < 2:
        return
    told = words.OTHERS_BEHIND(
        name=stream.name, age_seconds=behind[-1] / 1000, own_seconds=signals.age_seconds or 0.0
    )
    yield Diagnosis(
        Cause.OTHER_READER_BEHIND,
        stream.name,
        (told, words.READ_BY_OTHERS()),
        advice=(
            f"see who else reads {stream.name}: its delivery streams, applications and event "
            "source mappings; nothing of this pipeline is changed for that reader"
        ),
        holds_raises=False,
    )


def _of_all_readers(signals: Signals, stream: str) -> Window:
    """The age as Kinesis publishes it, cut as all series are."""
    windows, minutes = signals.series.windows, len(signals.series.source.incoming_records.samples)

    def cut(metric: Metric) -> Window:
        window = windows[metric]
        return Window(metric, window.start, window.samples[:minutes])

    return stream_series(stream, cut).iterator_age_milliseconds
