"""The plan of a reshard as a person sees it before it is carried out."""

from collections import Counter

import click

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.scaling.execute.kinds.kinesis_stream.updates_left import UpdatesLeft
from tidegate.scaling.kinds.kinesis_stream.price import stream_monthly_usd
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Merge, Operation, Split, Uniform
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import LimitExceeded

__all__ = ["foreseen", "show_plan"]

OPERATION_SECONDS = 30
"""About what a split or merge takes on AWS; a larger UpdateShardCount takes longer."""


def _words(operations: tuple[Operation, ...]) -> str:
    names = {Split: "split", Merge: "merge", Uniform: "UpdateShardCount"}
    counts = Counter(names[type(each)] for each in operations)
    return ", ".join(f"{number} x {name}" for name, number in counts.items())


def foreseen(now: int, operations: tuple[Operation, ...]) -> tuple[list[int], int, int]:
    """Open shards after each operation, shards made in all, UpdateShardCount calls."""
    counts, made, updates = [now], 0, 0
    for each in operations:
        match each:
            case Uniform(count):
                counts.append(count)
                updates += 1
                made += count
            case Merge():
                counts.append(counts[-1] - 1)
                made += 1
            case _:
                counts.append(counts[-1] + 1)
                made += 2
    return counts, made, updates


def show_plan(
    stream: Stream, operations: tuple[Operation, ...], left: UpdatesLeft, quota: int
) -> None:
    """Its steps, what they use up, how long it takes and what it costs; ``quota`` is how many more
    shards the account may open. Raises LimitExceeded, after all is shown, where that isn't enough.
    """
    counts, made, updates = foreseen(stream.shard_count, operations)
    lever = Lever.of(LeverKind.SHARD_COUNT, stream.name)
    now = counts[0]
    before, after = (stream_monthly_usd(stream, lever, each) for each in (now, counts[-1]))
    way = " -> ".join(map(str, counts[:12])) + (" ..." if len(counts) > 12 else "")
    minutes = len(operations) * OPERATION_SECONDS / 60
    click.echo(f"{stream.name}: {now} -> {counts[-1]} shards by {_words(operations)}")
    click.echo(f"  shard counts     {way}")
    click.echo(f"  UpdateShardCount {updates} of the {left.count} calls left in 24 hours")
    if left.why_none is not None:
        click.echo(f"                   {left.why_none}")
    click.echo(f"  time             about {minutes:.1f} min")
    click.echo(f"  quota            {quota:,} more shards in the account; this plan makes {made:,}")
    click.echo(f"  price            {before:,.2f} -> {after:,.2f} USD a month")
    if max(counts) - now > quota:
        words = f"{max(counts) - now:,} more shards are needed; the account's quota has {quota:,}"
        raise LimitExceeded("reshard", stream.name, words)
