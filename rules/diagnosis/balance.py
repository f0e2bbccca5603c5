"""The reads of a source balanced against its readers: what the file's don't explain is others'."""

from dataclasses import dataclass

from tidegate.rules.kinds.readers import BALANCE_MINUTES
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.other_readers import OtherReaders

__all__ = ["Balance", "balance_of"]


@dataclass(frozen=True, slots=True)
class Balance:
    """Records of the newest ``seconds``: what came in once, and what all readers with shared
    throughput read together. ``readers`` are those of the file; ``others`` are known by name, such
    as functions whose event source mappings read the source; ``foreign`` is how many readers more
    are told by the reads than the file has, None where nothing tells. ``apart`` are others that are
    known by name and whose reads are not among these: they have throughput of their own."""

    seconds: int
    incoming: float
    read: float
    readers: int
    others: tuple[str, ...]
    foreign: int | None
    apart: tuple[str, ...] = ()

    @property
    def unexplained(self) -> int:
        """Readers that neither the file nor anyone known by name explains."""
        return max(0, (self.foreign or 0) - len(self.others))


def balance_of(signals: Signals) -> Balance:
    """By the newest quarter of an hour."""
    source, seconds = signals.series.source, BALANCE_MINUTES * 60
    incoming, read = source.incoming_records.last(seconds), source.read_records.last(seconds)
    known = signals.pipeline.first(OtherReaders)
    readers = signals.named_readers
    told = bool(incoming.total) and bool(read.present)
    seen = max(signals.shared_readers[-1:], default=readers)
    return Balance(
        seconds,
        incoming.total,
        read.total,
        readers,
        () if known is None else known.names,
        max(0, seen - readers) if told else None,
        () if known is None else known.apart,
    )
