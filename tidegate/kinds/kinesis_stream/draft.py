"""A stream in the draft of a pipeline file."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from tidegate.kinds.draft_kind import Draft, DraftKind, scalar
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.state import stream_of

__all__ = ["KIND"]


class StreamDraft(DraftKind):
    """As source."""

    units: ClassVar[Mapping[LeverKind, str]] = {
        LeverKind.SHARD_COUNT: "shards",
        LeverKind.RETENTION_HOURS: "hours",
    }
    terraform = ("aws_kinesis_stream", ("shard_count", "retention_period"))

    def source(self, draft: Draft) -> Iterator[str]:
        """The pipeline is called after it."""
        stream = stream_of(draft.pipeline)
        name = scalar(stream.name)
        yield f"name: {name}"
        yield f"stream: {name}{'' if stream.is_provisioned else ' # on demand: no shards to set'}"

    def source_levers(self, draft: Draft) -> Iterator[str]:
        """Shards and retention."""
        for kind in self.units:
            yield from draft.lever(kind, stream_of(draft.pipeline).name)


KIND = StreamDraft()
