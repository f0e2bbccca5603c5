"""A reader of the stream that no file names is behind, while the pipeline's own are not."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.kinesis_stream import words
from tidegate.rules.kinds.kinesis_stream.metrics import stream_series
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Metric, Window

__all__ = ["other_reader_behind"]


def other_reader_behind(signals: Signals) -> Iterator[Diagnosis]:
    """No lever of the pipeline is for that reader, and nothing of it is raised."""
    name = stream_of(signals.pipeline).name
    if not signals.series.windows:
        return
    shown = _by_reads(signals, name) or _by_themselves(signals, name)
    if shown is None:
        return
    yield Diagnosis(
        Cause.OTHER_READER_BEHIND,
        name,
        shown,
        advice=(
            f"see who else reads {name}: its delivery streams, applications and event "
            "source mappings; nothing of this pipeline is changed for that reader"
        ),
        holds_raises=False,
    )


def _by_reads(signals: Signals, stream: str) -> tuple[Reason, ...] | None:
    """By two minutes in which the stream's age is over the objective, and that of the pipeline's
    readers is less."""
    theirs = _of_all_readers(signals, stream).last(RECENT_SECONDS).samples
    ours = signals.series.source.iterator_age_milliseconds.last(RECENT_SECONDS).samples
    most = signals.iterator_age_max_seconds * 1000
    behind = [
        age for age, own in zip(theirs, ours, strict=True)
        if age is not None and own is not None and own < age and age > most
    ]  # fmt: skip
    if len(behind) < 2:
        return None
    own_seconds = signals.age_seconds or 0.0
    told = words.OTHERS_BEHIND(name=stream, age_seconds=behind[-1] / 1000, own_seconds=own_seconds)
    return told, words.READ_BY_OTHERS()


def _by_themselves(signals: Signals, stream: str) -> tuple[Reason, ...] | None:
    """Sooner: while the stream's age is still taken for that of the pipeline's readers, and does
    not fall, but each of them shows by itself that it keeps up, and is in time."""
    age, most = signals.age_seconds, signals.iterator_age_max_seconds
    if age is None or age <= most or not signals.age_is_sick or signals.is_in_cooldown:
        return None
    found = [each for kind in signals.pipeline.kinds.signals for each in kind.readers(signals)]
    own = [each.own_age_seconds for each in found if each.keeps_up]
    ages = [each for each in own if each is not None and each <= most]
    if not len(ages) == len(found) == len(signals.pipeline.processors):
        return None
    told = words.OTHERS_BEHIND(name=stream, age_seconds=age, own_seconds=max(ages))
    return told, words.READERS_KEEP_UP()


def _of_all_readers(signals: Signals, stream: str) -> Window:
    """The age as Kinesis publishes it, cut as all series are."""
    windows, minutes = signals.series.windows, len(signals.series.source.incoming_records.samples)

    def cut(metric: Metric) -> Window:
        window = windows[metric]
        return Window(metric, window.start, window.samples[:minutes])

    return stream_series(stream, cut).iterator_age_milliseconds
