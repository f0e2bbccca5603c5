"""What a run came to: the figures that it is judged by, and the true history for reports."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

__all__ = ["Costs", "Figures", "MinuteTruth", "prices"]


@cache
def prices() -> dict[str, float]:
    """List prices in US dollars from the project's dated price file."""
    text = files("scaling").joinpath("prices.json").read_text(encoding="utf-8")
    return {
        key: value for key, value in json.loads(text).items() if not isinstance(value, str | list)
    }


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a whole run; ``limit_violations`` counts the calls that AWS refused."""

    seconds_out_of_objective: int
    iterator_age_max_seconds: float
    records_written: int
    records_read: int
    records_lost: int
    producer_throttles: int
    table_throttles: int
    cost_usd: float
    limit_violations: int


@dataclass(frozen=True, slots=True)
class MinuteTruth:
    """One minute as it really was; ``units`` and ``consumed`` are writes a second by capacity."""

    at: datetime
    arrivals_per_second: float
    bytes_per_second: float
    iterator_age_seconds: float
    shard_count: int
    parallelization_factor: int
    concurrency: float
    backlog_records: int
    producer_throttles: int
    table_throttles: int
    retention_hours: int
    units: dict[str, int]
    consumed: dict[str, float]


@dataclass(slots=True)
class Costs:
    """What the run has cost so far, in US dollars."""

    usd: float = 0.0

    def add_second(self, shards: int, write_units: int, read_units: int, extended: bool) -> None:
        """Capacity held for a second."""
        price = prices()
        hourly = shards * price["shard_hour_usd"]
        hourly += write_units * price["write_capacity_unit_hour_usd"]
        hourly += read_units * price["read_capacity_unit_hour_usd"]
        if extended:
            hourly += shards * price["extended_retention_shard_hour_usd"]
        self.usd += hourly / 3600

    def add_records(self, records: int, record_bytes: int) -> None:
        """PUT payload units of records written."""
        price = prices()
        units = -(-record_bytes // int(price["put_payload_unit_bytes"]))
        self.usd += records * units * price["put_payload_unit_usd"]

    def add_lambda(self, gigabyte_seconds: float, requests: int) -> None:
        """What the function has run."""
        price = prices()
        self.usd += gigabyte_seconds * price["lambda_gigabyte_second_usd"]
        self.usd += requests * price["lambda_request_usd"]
