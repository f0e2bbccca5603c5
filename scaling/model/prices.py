"""What capacity costs a month, from the dated price file."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever

__all__ = ["HOURS_PER_MONTH", "kpus_monthly_usd", "list_of", "monthly_usd", "prices"]

HOURS_PER_MONTH = 730
"""The month of AWS's price pages."""


@cache
def _file() -> dict[str, Any]:
    text = files("tidegate.scaling.model").joinpath("prices.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


@cache
def prices() -> dict[str, float]:
    """The figures of ``scaling/model/prices.json``, in US dollars, and the bytes of a PUT payload
    unit; the file names date and sources."""
    return {key: value for key, value in _file().items() if isinstance(value, int | float)}


def list_of() -> str:
    """Whose list the prices are from, and of when, in words."""
    return f"list prices of {_file()['region']} on {_file()['as_of']}, without any free tier"


def monthly_usd(lever: Lever, capacity: int, shards: int) -> float:
    """What a lever's capacity costs a month by itself.

    The factor costs nothing: Lambda bills the work, not the executions. ``shards`` is needed for
    retention, which is priced by shard hour beyond the first 24 hours.
    """
    price = prices()
    match lever.kind:
        case LeverKind.SHARD_COUNT:
            hourly = capacity * price["shard_hour_usd"]
        case LeverKind.WRITE_CAPACITY:
            hourly = capacity * price["write_capacity_unit_hour_usd"]
        case LeverKind.READ_CAPACITY:
            hourly = capacity * price["read_capacity_unit_hour_usd"]
        case LeverKind.RETENTION_HOURS:
            extended = capacity > 24
            hourly = shards * price["extended_retention_shard_hour_usd"] if extended else 0.0
        case LeverKind.PARALLELIZATION_FACTOR | LeverKind.BATCHING_WINDOW:
            hourly = 0.0
        case LeverKind.PARALLELISM | LeverKind.PARALLELISM_PER_KPU:
            raise ValueError(f"{lever} is priced by its KPUs")
    return hourly * HOURS_PER_MONTH


def kpus_monthly_usd(kpus: int) -> float:
    """What a Flink application's KPUs cost a month, each with its 50 GB of running storage. The one
    for orchestration is billed whatever the parallelism, so that it is left out."""
    price = prices()
    storage = price["running_storage_gigabytes_per_kpu"]
    storage *= price["running_storage_gigabyte_month_usd"]
    return kpus * (price["kpu_hour_usd"] * HOURS_PER_MONTH + storage)
