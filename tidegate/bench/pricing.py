"""What a run costs: provisioned as the world counts it, on demand by what was used."""

from math import ceil

from tidegate.bench.plant import RECORD_BYTES
from tidegate.simulator.figures import prices
from tidegate.simulator.world import World

__all__ = ["on_demand_usd", "provisioned_usd"]

KIBIBYTE, GIBIBYTE = 1024, 1024**3


def provisioned_usd(world: World) -> float:
    """Shard hours, PUT units, capacity-unit hours, Lambda."""
    return world.figures().cost_usd


def on_demand_usd(world: World) -> float:
    """Stream hours, data in and out, write request units, Lambda; data in is billed by whole KiB a
    record."""
    price = prices()
    written = world.stream.records_written * ceil(RECORD_BYTES / KIBIBYTE) * KIBIBYTE
    read = world.consumer.records_read * RECORD_BYTES
    consumed = sum(60 * sum(minute.consumed.values()) for minute in world.series)
    return (
        world.second / 3600 * price["on_demand_stream_hour_usd"]
        + written / GIBIBYTE * price["on_demand_gigabyte_in_usd"]
        + read / GIBIBYTE * price["on_demand_gigabyte_out_usd"]
        + consumed * price["on_demand_write_request_unit_usd"]
        + world.consumer.gigabyte_seconds * price["lambda_gigabyte_second_usd"]
        + world.consumer.requests * price["lambda_request_usd"]
    )
