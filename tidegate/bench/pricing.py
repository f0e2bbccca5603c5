"""What a run costs: provisioned as the world counts it, on demand by what was used."""

from math import ceil

from tidegate.bench.plant import RECORD_BYTES
from tidegate.simulator.figures import prices
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.kinds.lambda_mapping.function import FunctionState
from tidegate.simulator.kinds.lambda_mapping.mapping import MappingState
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
    function = world.the(FunctionState)
    written = world.the(StreamState).records_written * ceil(RECORD_BYTES / KIBIBYTE) * KIBIBYTE
    read = world.the(MappingState).records_read * RECORD_BYTES
    consumed = sum(60 * minute.total("consumed_write_units") for minute in world.series)
    return (
        world.second / 3600 * price["on_demand_stream_hour_usd"]
        + written / GIBIBYTE * price["on_demand_gigabyte_in_usd"]
        + read / GIBIBYTE * price["on_demand_gigabyte_out_usd"]
        + consumed * price["on_demand_write_request_unit_usd"]
        + function.gigabyte_seconds * price["lambda_gigabyte_second_usd"]
        + function.requests * price["lambda_request_usd"]
    )
