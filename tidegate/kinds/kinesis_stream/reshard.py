"""``tidegate reshard``: a stream to any shape, with the fewest operations."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tidegate.arguments import as_stream_name
from tidegate.exits import BAD_INPUT, UNDONE, code_of_error
from tidegate.scaling.model.errors import InvalidRequest, TidegateError

if TYPE_CHECKING:
    from tidegate.kinds.kinesis_stream.reshard_goal import Asked
    from tidegate.scaling.execute.kinds.kinesis_stream.reshard import Progress, ReshardExecutor

__all__ = ["command"]


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a reshard is gone about, whatever it is for."""

    dry_run: bool
    is_agreed: bool
    waits: bool
    timeout_seconds: float
    ledger: str | None
    config: str | None


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
@click.option("--config", help="The pipeline file whose bounds for the stream hold here too.")
@click.option("--ledger", help="A file, or dynamodb:TABLE; default TIDEGATE_LEDGER or a file.")
def command(
    stream: str, to: int | None, by: str | None, even: bool, split: str | None, into: int,
    merge: tuple[str, str] | None, split_hot: bool, least: int | None, most: int | None,
    tolerance: float, dry_run: bool, yes: bool, no_wait: bool, timeout: float, config: str | None,
    ledger: str | None,
) -> None:  # fmt: skip
    """Reshard STREAM: show the plan, ask, then do it; run again and it goes on from what it sees.

    Exit code 0: as asked. 1: left undone. 2: bad input. 3: AWS could not be asked.
    """
    # Imported here: help is quick without.
    from tidegate.kinds.kinesis_stream.reshard_goal import Asked

    asked = Asked(stream, to, by, even, split, into, merge, split_hot, least, most, tolerance)
    if asked.ways != 1:
        raise click.UsageError(
            "give exactly one of --to, --by, --even, --split, --merge and --split-hot"
        )
    try:
        done = _reshard(asked, _Manner(dry_run, yes, not no_wait, timeout, ledger, config))
    except TidegateError as error:
        click.echo(str(error), err=True)
        raise SystemExit(_code(error)) from None
    raise SystemExit(0 if done else UNDONE)


def _code(error: TidegateError) -> int:
    return BAD_INPUT if isinstance(error, InvalidRequest) else code_of_error(error)


def _reshard(asked: "Asked", manner: _Manner) -> bool:
    from tidegate.kinds.kinesis_stream.edge import reshard_executor
    from tidegate.kinds.kinesis_stream.reshard_goal import goal_of
    from tidegate.kinds.kinesis_stream.reshard_in_file import refuse_by_file
    from tidegate.kinds.kinesis_stream.reshard_plan import show_plan
    from tidegate.ledgers import default_ledger, open_own_ledger
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.kinds.kinesis_stream.streams import AwsStreams
    from tidegate.scaling.execute.kinds.kinesis_stream.updates_left import updates_left
    from tidegate.scaling.kinds.kinesis_stream.reshard.goals import count_within
    from tidegate.scaling.kinds.kinesis_stream.reshard.planner import plan
    from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import ShardMap

    if asked.to is not None:
        count_within(asked.to, asked.least, asked.most)
    clients = Clients()
    ledger = open_own_ledger(manner.ledger or default_ledger(), clients, to_look=manner.dry_run)
    cloud = AwsStreams(clients)
    stream = cloud.describe_stream(asked.stream)
    if not stream.is_provisioned:
        reason = "the stream is on demand, so AWS sets its shards: switch to provisioned mode"
        raise InvalidRequest("reshard", asked.stream, reason)
    goal = goal_of(asked, cloud, stream)
    left = updates_left(ledger, asked.stream, datetime.now(UTC))
    operations = plan(ShardMap.of(stream.open_shards).boundaries, goal, left.count)
    executor = reshard_executor(asked.stream, goal, cloud, ledger, manner.timeout_seconds)
    if not operations:
        if not manner.dry_run:
            executor.settle()
        click.echo(f"{asked.stream} already has the requested shards: nothing to do.")
        return True
    show_plan(stream, operations, left, cloud.shards_left_in_quota())
    if manner.config is not None:
        refuse_by_file(manner.config, stream, operations, clients, ledger)
    if manner.dry_run:
        return True
    if not manner.is_agreed and not _agrees():
        return False
    _execute(executor, waits=manner.waits)
    return True


def _agrees() -> bool:
    if not sys.stdin.isatty():
        click.echo("Nothing was changed: without a terminal, confirm with --yes.", err=True)
        return False
    return click.confirm("Carry out this plan?")


def _execute(executor: "ReshardExecutor", *, waits: bool) -> None:
    from rich.console import Console
    from rich.progress import Progress as Bar

    console, stream = Console(), executor.stream
    with Bar(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("resharding", total=None)

        def tell(progress: "Progress") -> None:
            total = progress.taken + len(progress.left)
            words = f"{progress.shard_count} shards, {len(progress.left)} operations left"
            bar.update(task, completed=progress.taken, total=total, description=words)
            if not console.is_terminal:
                click.echo(words)

        executor.tell = tell
        executor.run(wait=waits)
    click.echo(f"{stream}: done" if waits else f"{stream}: the last operation is in progress")
