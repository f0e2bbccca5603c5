"""``tidegate reshard``: a stream to any shape, with the fewest operations."""

import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tidegate.arguments import as_stream_name
from tidegate.exits import BAD_INPUT, UNDONE, code_of_error
from tidegate.scaling.model.errors import InvalidRequest, LimitExceeded, TidegateError

if TYPE_CHECKING:
    from tidegate.rules.kinds.kinesis_stream.state import Stream
    from tidegate.scaling.aws.cloud import AwsCloud
    from tidegate.scaling.execute.kinds.kinesis_stream.reshard import Progress
    from tidegate.scaling.execute.kinds.kinesis_stream.updates_left import UpdatesLeft
    from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Goal, Operation
    from tidegate.scaling.ports import Ledger

__all__ = ["command"]

OPERATION_SECONDS = 30
"""About what a split or merge takes on AWS; a larger UpdateShardCount takes longer."""


@dataclass(frozen=True, slots=True)
class _Asked:
    stream: str
    to: int | None
    by: str | None
    even: bool
    split: str | None
    into: int
    merge: tuple[str, str] | None
    split_hot: bool
    least: int | None
    most: int | None
    tolerance: float

    @property
    def ways(self) -> int:
        """How many of the ways to say what is wanted were used."""
        said = (self.to is not None, self.by, self.even, self.split, self.merge, self.split_hot)
        return sum(map(bool, said))


@dataclass(frozen=True, slots=True)
class _Edge:
    cloud: "AwsCloud"
    ledger: "Ledger"


def _percent(_: click.Context, __: click.Parameter, value: str) -> float:
    try:
        share = float(value.removesuffix("%")) / 100
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a percentage such as 10%") from None
    if not 0 <= share < 1:
        raise click.BadParameter(f"{value} is not within 0% and 99%")
    return share


@click.command("reshard")
@click.argument("stream", callback=as_stream_name)
@click.option("--to", type=int, help="This many even shards.")
@click.option("--by", help="+N, -N, +P% or -P% of the present count, even.")
@click.option("--even", is_flag=True, help="As many as now, but even.")
@click.option("--split", metavar="SHARD", help="Cut one shard into equal parts (see --into).")
@click.option("--into", type=click.IntRange(min=2), default=2, show_default=True)
@click.option("--merge", nargs=2, metavar="SHARD SHARD", help="Make two neighbours one.")
@click.option("--split-hot", is_flag=True, help="Split the hottest shard where its load says.")
@click.option("--min", "least", type=int, help="Refuse to go below this many shards.")
@click.option("--max", "most", type=int, help="Refuse to go above this many shards.")
@click.option("--tolerance", default="10%", callback=_percent, show_default=True)
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--no-wait", is_flag=True, help="Don't wait for the last operation to finish.")
@click.option("--timeout", type=click.FloatRange(min=1), default=600.0, show_default=True,
              help="Seconds to wait for the stream to become ACTIVE.")  # fmt: skip
@click.option("--ledger", help="A file, or dynamodb:TABLE; default TIDEGATE_LEDGER or a file.")
def command(
    stream: str, to: int | None, by: str | None, even: bool, split: str | None, into: int,
    merge: tuple[str, str] | None, split_hot: bool, least: int | None, most: int | None,
    tolerance: float, dry_run: bool, yes: bool, no_wait: bool, timeout: float, ledger: str | None,
) -> None:  # fmt: skip
    """Reshard STREAM: show the plan, ask, then do it; run again and it goes on from what it sees.

    Exit code 0: as asked. 1: left undone. 2: bad input. 3: AWS could not be asked.
    """
    asked = _Asked(
        stream, to, by, even, split, into, merge, split_hot, least, most, tolerance
    )  # fmt: skip
    if asked.ways != 1:
        raise click.UsageError(
            "give exactly one of --to, --by, --even, --split, --merge and --split-hot"
        )
    try:
        done = _reshard(asked, dry_run, yes, not no_wait, timeout, ledger)
    except TidegateError as error:
        click.echo(str(error), err=True)
        raise SystemExit(_code(error)) from None
    raise SystemExit(0 if done else UNDONE)


def _code(error: TidegateError) -> int:
    return BAD_INPUT if isinstance(error, InvalidRequest) else code_of_error(error)


def _reshard(
    asked: _Asked, dry_run: bool, yes: bool, wait: bool, timeout: float, ledger: str | None
) -> bool:
    from tidegate.commands.sweep import default_ledger, open_ledger
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.cloud import AwsCloud
    from tidegate.scaling.execute.kinds.kinesis_stream.updates_left import updates_left
    from tidegate.scaling.kinds.kinesis_stream.reshard.goals import count_within
    from tidegate.scaling.kinds.kinesis_stream.reshard.planner import plan
    from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import ShardMap
    from tidegate.stream_edge import reshard_executor

    if asked.to is not None:
        count_within(asked.to, asked.least, asked.most)
    clients = Clients()
    kept = open_ledger(ledger or default_ledger(), clients, to_look=dry_run)
    edge = _Edge(AwsCloud(clients), kept)
    stream = edge.cloud.describe_stream(asked.stream)
    if not stream.is_provisioned:
        reason = "the stream is on demand, so AWS sets its shards: switch to provisioned mode"
        raise InvalidRequest("reshard", asked.stream, reason)
    goal = _goal(asked, edge.cloud, stream)
    left = updates_left(edge.ledger, asked.stream, datetime.now(UTC))
    operations = plan(ShardMap.of(stream.open_shards).boundaries, goal, left.count)
    if not operations:
        if not dry_run:
            reshard_executor(asked.stream, goal, edge.cloud, edge.ledger, timeout).settle()
        click.echo(f"{asked.stream} already has the requested shards: nothing to do.")
        return True
    _show_plan(stream, operations, left, edge)
    if dry_run:
        return True
    if not yes and not _is_agreed():
        return False
    return _execute(asked.stream, goal, edge, timeout, wait)


def _is_agreed() -> bool:
    if not sys.stdin.isatty():
        click.echo("Nothing was changed: without a terminal, confirm with --yes.", err=True)
        return False
    return click.confirm("Carry out this plan?")


def _goal(asked: _Asked, cloud: "AwsCloud", stream: "Stream") -> "Goal":
    from tidegate.scaling.kinds.kinesis_stream.reshard.goals import (
        count_by,
        count_within,
        merge_goal,
        split_goal,
        split_hot_goal,
    )
    from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Even
    from tidegate.stream_edge import sample_all

    def within(count: int) -> int:
        return count_within(count, asked.least, asked.most)

    now = stream.shard_count
    if asked.split_hot:
        within(now + 1)
        return split_hot_goal(stream, sample_all(cloud, stream, datetime.now(UTC)))
    if asked.split is not None:
        within(now + asked.into - 1)
        return split_goal(cloud.all_shards(stream.name), asked.split, asked.into)
    if asked.merge:
        within(max(1, now - 1))
        return merge_goal(cloud.all_shards(stream.name), *asked.merge)
    count = asked.to if asked.to is not None else now
    return Even(within(count_by(now, asked.by) if asked.by else count), asked.tolerance)


def _words(operations: tuple["Operation", ...]) -> str:
    from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Merge, Split, Uniform

    names = {Split: "split", Merge: "merge", Uniform: "UpdateShardCount"}
    counts = Counter(names[type(each)] for each in operations)
    return ", ".join(f"{number} x {name}" for name, number in counts.items())


def _foreseen(now: int, operations: tuple["Operation", ...]) -> tuple[list[int], int, int]:
    """Open shards after each operation, shards made in all, UpdateShardCount calls."""
    from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Merge, Uniform

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


def _show_plan(
    stream: "Stream", operations: tuple["Operation", ...], left: "UpdatesLeft", edge: _Edge
) -> None:
    from tidegate.rules.cause import LeverKind
    from tidegate.scaling.kinds.kinesis_stream.price import stream_monthly_usd
    from tidegate.scaling.model.change_record import Lever

    counts, made, updates = _foreseen(stream.shard_count, operations)
    quota = edge.cloud.shards_left_in_quota()
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


def _execute(stream: str, goal: "Goal", edge: _Edge, timeout: float, wait: bool) -> bool:
    from rich.console import Console
    from rich.progress import Progress as Bar

    from tidegate.stream_edge import reshard_executor

    console = Console()
    with Bar(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("resharding", total=None)

        def tell(progress: "Progress") -> None:
            total = progress.taken + len(progress.left)
            words = f"{progress.shard_count} shards, {len(progress.left)} operations left"
            bar.update(task, completed=progress.taken, total=total, description=words)
            if not console.is_terminal:
                click.echo(words)

        executor = reshard_executor(stream, goal, edge.cloud, edge.ledger, timeout)
        executor.tell = tell
        executor.run(wait=wait)
    click.echo(f"{stream}: done" if wait else f"{stream}: the last operation is in progress")
    return True
