"""``tidegate shards``: the open shards of a stream, in key order."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from tidegate.arguments import as_stream_name
from tidegate.exits import leave
from tidegate.scaling.model.errors import ResourceInUse, TidegateError

if TYPE_CHECKING:
    from tidegate.rules.kinds.kinesis_stream.state import Shard, Stream

__all__ = ["command"]

BAR = 24
PARENTS_SHOWN = 8
HOT, COLD = 1.5, 0.5


@dataclass(frozen=True, slots=True)
class _Seen:
    stream: "Stream"
    draining: list["Shard"]
    load: dict[str, tuple[float, float]]


@click.command("shards")
@click.argument("stream", callback=as_stream_name)
@click.option("--output", type=click.Choice(["table", "json"]), default="table")
@click.option("--enable-metrics", is_flag=True, help="Switch shard-level metrics on (charged).")
def command(stream: str, output: str, enable_metrics: bool) -> None:
    """Show the open shards of STREAM: share of the key space, load, hot and cold ones."""
    try:
        seen = _look(stream, enable_metrics)
    except TidegateError as error:
        leave(error)
    if output == "json":
        click.echo(json.dumps(_as_json(seen), indent=2))
        return
    _show(seen, enable_metrics)


def _look(name: str, enable_metrics: bool) -> _Seen:
    from tidegate.kinds.kinesis_stream.edge import load_by_shard
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.kinds.kinesis_stream.streams import AwsStreams
    from tidegate.scaling.aws.metrics import AwsMetrics

    clients = Clients()
    cloud = AwsStreams(clients)
    stream = cloud.describe_stream(name)
    if not stream.open_shards:
        words = f"the stream is {stream.status} and has no open shard; ask again when it has"
        raise ResourceInUse("kinesis:ListShards", name, words)
    if enable_metrics and not stream.shard_metrics_enabled:
        cloud.enable_shard_metrics(name)
    draining = [shard for shard in cloud.all_shards(name) if not shard.is_open]
    load = load_by_shard(AwsMetrics(clients), stream, datetime.now(UTC))
    return _Seen(stream, draining, load)


def _mark(seen: _Seen, shard: "Shard") -> str:
    """Hot or cold against the mean load where it is known, else by width."""
    count = seen.stream.shard_count
    if seen.load:
        total = sum(records for records, _ in seen.load.values())
        share = seen.load[shard.shard_id][0] / total * count if total else 1.0
    else:
        share = shard.key_share * count
    return "hot" if share >= HOT else "cold" if share <= COLD else ""


def _as_json(seen: _Seen) -> dict[str, Any]:
    return {
        "stream": seen.stream.name,
        "status": seen.stream.status,
        "mode": seen.stream.mode,
        "shard_metrics": seen.stream.shard_metrics_enabled,
        "unevenness": _unevenness(seen),
        "shards": [
            {
                "shard_id": shard.shard_id,
                "starting_hash_key": str(shard.starting_hash_key),
                "ending_hash_key": str(shard.ending_hash_key),
                "key_share": shard.key_share,
                "records_per_second": seen.load.get(shard.shard_id, (None, None))[0],
                "bytes_per_second": seen.load.get(shard.shard_id, (None, None))[1],
                "mark": _mark(seen, shard),
            }
            for shard in seen.stream.open_shards
        ],
        "parents_readable": [shard.shard_id for shard in seen.draining],
    }


def _unevenness(seen: _Seen) -> float:
    count = seen.stream.shard_count
    return max(abs(shard.key_share * count - 1) for shard in seen.stream.open_shards)


def _show(seen: _Seen, enabled_now: bool) -> None:
    stream = seen.stream
    click.echo(f"{stream.name}: {stream.status}, {stream.mode}, {stream.shard_count} open shards")
    widest = max(shard.key_share for shard in stream.open_shards)
    for shard in stream.open_shards:
        bar = "█" * max(1, round(BAR * shard.key_share / widest))
        records, size = seen.load.get(shard.shard_id, (None, None))
        load = "" if records is None else f" {records:>8,.0f} records/s {size:>12,.0f} bytes/s"
        mark = _mark(seen, shard)
        click.echo(f"{shard.shard_id} {shard.key_share:>7.2%} {bar:<{BAR}}{load} {mark}".rstrip())
    click.echo(
        f"The shard farthest from an equal share of the key space is {_unevenness(seen):.0%} off."
    )
    if seen.draining:
        names = ", ".join(shard.shard_id for shard in seen.draining[:PARENTS_SHOWN])
        more = len(seen.draining) - PARENTS_SHOWN
        rest = f" and {more} more" if more > 0 else ""
        click.echo(f"Closed parents, readable until their records expire: {names}{rest}")
    if not stream.shard_metrics_enabled:
        switched = "Shard-level metrics are now on; their first points come in minutes."
        offer = (
            f"The load of each shard is unknown. To see it: tidegate shards {stream.name} "
            "--enable-metrics"
        )
        click.echo(switched if enabled_now else offer)
