"""A stream in a demo."""

from collections.abc import Iterator

from tidegate.kinds.trial_kind import LIMIT, Layout, Trace, TrialKind
from tidegate.rules.kinds.kinesis_stream.state import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
    stream_of,
)
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.simulator.figures import MinuteTruth
from tidegate.trial import Trial

__all__ = ["KIND"]


class StreamTrial(TrialKind):
    """Its shards."""

    def cells(self, report: PipelineReport, minute: MinuteTruth) -> Iterator[tuple[str, str]]:
        """How many shards there are, and how much of them is used; nothing of a topic."""
        if "partitions" not in minute.facts:
            yield "stream", _use(report, minute)

    def traces(self, trial: Trial, layout: Layout) -> Iterator[Trace]:
        """The limit of the shards, and how many there are."""
        tended = trial.tended.series
        counts = [float(each.total("shard_count")) for each in tended]
        limits = [SHARD_RECORDS_PER_SECOND * count for count in counts]
        yield Trace("records", "limit of the shards", tended, limits, LIMIT, dash="dash")
        yield Trace("settings", "shards", tended, counts, layout.source_colour, shape="hv")


def _use(report: PipelineReport, minute: MinuteTruth) -> str:
    shards = minute.total("shard_count")
    records = minute.arrivals_per_second / (shards * SHARD_RECORDS_PER_SECOND)
    size = minute.bytes_per_second / (shards * SHARD_BYTES_PER_SECOND)
    noun = "shard" if shards == 1 else "shards"
    state = "" if stream_of(report.pipeline).status == "ACTIVE" else " UPDATING"
    return f"{shards} {noun}{state}, {max(records, size):.0%} used"


KIND = StreamTrial()
