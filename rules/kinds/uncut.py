"""The minutes that not all layers have reported yet, for what is judged by one layer alone."""

from dataclasses import replace

from tidegate.rules.kinds.signals import Signals
from tidegate.rules.kinds.source import SourceSeries

__all__ = ["newest_of_source", "uncut"]


def newest_of_source(signals: Signals) -> SourceSeries | None:
    """The source's own windows as they were read, None where it has none."""
    windows = signals.series.windows
    if not windows:
        return None
    kinds, pipeline = signals.pipeline.kinds.signals, signals.pipeline
    found = (kind.source(pipeline, windows.__getitem__) for kind in kinds)
    return next((each for each in found if each is not None), None)


def uncut(signals: Signals) -> Signals:
    """The same signals with every window as it was read."""
    source = newest_of_source(signals)
    if source is None:
        return signals
    pipeline, windows = signals.pipeline, signals.series.windows
    of = {kind.name: kind.series(pipeline, windows.__getitem__) for kind in pipeline.kinds.signals}
    return replace(signals, series=replace(signals.series, source=source, of=of))
