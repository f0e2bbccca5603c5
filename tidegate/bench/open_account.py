"""Who else is in an account: what a load is played with besides, to see what it changes."""

from statistics import fmean

from tidegate.bench.loads import Load
from tidegate.bench.plant import STREAM, TABLE, UNITS_PER_RECORD
from tidegate.simulator.kinds.foreign.reader import ForeignReaderData
from tidegate.simulator.kinds.foreign.writer import ForeignWriterData

__all__ = ["OPEN", "OthersData", "foreign_units", "others"]

OPEN = "open"
"""In place of a fault: healthy consumers, and others beside them."""

OthersData = ForeignReaderData | ForeignWriterData

CALLS_PER_SECOND = 1.0
"""GetRecords of each shard, as a delivery stream asks (Kinesis developer guide: once a second)."""

WRITER_SHARE = 0.1
"""Of the load's mean, what somebody else writes to the table, at any hour alike: a base load that
does not grow with the stream."""


def foreign_units(load: Load) -> float:
    """Write units a second that the foreign writer uses."""
    return WRITER_SHARE * fmean(load.minutes()) * UNITS_PER_RECORD


def others(load: Load) -> tuple[OthersData, ...]:
    """Two readers of the stream and a writer to the table that no pipeline file names."""
    start, end = load.points[0][0], load.duration_seconds
    rate = foreign_units(load) / UNITS_PER_RECORD
    return (
        ForeignReaderData("delivery", STREAM, CALLS_PER_SECOND),
        ForeignReaderData("archive", STREAM, CALLS_PER_SECOND),
        ForeignWriterData("back-office", ((start, rate), (end, rate)), sink=TABLE),
    )
