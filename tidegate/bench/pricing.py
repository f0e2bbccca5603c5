"""What a run costs: provisioned as the world counts it, on demand by what was used."""

from math import ceil

from simulator.figures import prices
from simulator.world import World
from tidegate.bench.plant import RECORD_BYTES

__all__ = ["on_demand_usd", "provisioned_usd"]

KIBIBYTE, GIBIBYTE = 1024, 1024**3


def provisioned_usd(world: World) -> float:
    """Shard hours, PUT units, capacity-unit hours, Lambda."""
    return world.figures().cost_usd


def on_demand_usd(world: World) -> float:
    """Stream hours, data in and out, request units, Lambda; records are billed by whole KiB."""
    price = prices()
    hours = world.second / 3600
    billed = ceil(RECORD_BYTES / KIBIBYTE) * KIBIBYTE / GIBIBYTE
    consumed = sum(60 * sum(minute.consumed.values()) for minute in world.series)
    read, written = world.consumer.records_read, world.stream.records_written
    return (
        hours * price["on_demand_stream_hour_usd"]
        + written * billed * price["on_demand_gigabyte_in_usd"]
        + read * billed * price["on_demand_gigabyte_out_usd"]
        + consumed * price["on_demand_write_request_unit_usd"]
        + world.consumer.gigabyte_seconds * price["lambda_gigabyte_second_usd"]
        + world.consumer.requests * price["lambda_request_usd"]
    )
