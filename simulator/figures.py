"""What a run came to: the figures that it is judged by, and the true history for reports."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

__all__ = ["Costs", "Figures", "MinuteTruth", "prices"]

PUT_PAYLOAD_UNIT_BYTES = 25 * 1024
"""What Kinesis bills a record by (Kinesis Data Streams pricing)."""


@cache
def prices() -> dict[str, float]:
    """List prices in US dollars from the project's dated price file."""
    text = files("tidegate.scaling.model").joinpath("prices.json").read_text(encoding="utf-8")
    return {
        key: value for key, value in json.loads(text).items() if not isinstance(value, str | list)
    }


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a whole run; ``limit_violations`` counts the calls that AWS refused. ``seconds_late`` are
    those out of the objective when the wait of refused records at their producers counts too. The
    last two are an application's."""

    seconds_out_of_objective: int
    seconds_late: int
    iterator_age_max_seconds: float
    records_written: int
    records_read: int
    records_lost: int
    producer_throttles: int
    table_throttles: int
    cost_usd: float
    limit_violations: int
    seconds_down: int = 0
    records_read_again: int = 0


@dataclass(frozen=True, slots=True)
class MinuteTruth:
    """One minute as it really was; ``units`` and ``consumed`` are writes a second by capacity.

    ``lateness_seconds`` is the oldest record's age and what a record waits at its producer.
    ``parallelism``, ``kpus`` (with the one for orchestration) and ``seconds_down`` are an
    application's.
    """

    at: datetime
    arrivals_per_second: float
    bytes_per_second: float
    iterator_age_seconds: float
    lateness_seconds: float
    shard_count: int
    parallelization_factor: int
    concurrency: float
    backlog_records: int
    producer_throttles: int
    table_throttles: int
    retention_hours: int
    batching_window_seconds: int
    units: dict[str, int]
    consumed: dict[str, float]
    parallelism: int = 0
    kpus: int = 0
    seconds_down: int = 0


@dataclass(slots=True)
class Costs:
    """What has been held and written so far, to be priced at the end."""

    shard_seconds: int = 0
    extended_shard_seconds: int = 0
    write_unit_seconds: int = 0
    read_unit_seconds: int = 0
    put_payload_units: int = 0
    kpu_seconds: int = 0

    def add_records(self, records: int, record_bytes: int) -> None:
        """Records written; each is billed in payload units of 25 KB."""
        self.put_payload_units += records * -(-record_bytes // PUT_PAYLOAD_UNIT_BYTES)

    def usd(self, gigabyte_seconds: float, requests: int) -> float:
        """All of it with what Lambda has run, in US dollars."""
        price = prices()
        held = (
            self.shard_seconds * price["shard_hour_usd"]
            + self.extended_shard_seconds * price["extended_retention_shard_hour_usd"]
            + self.write_unit_seconds * price["write_capacity_unit_hour_usd"]
            + self.read_unit_seconds * price["read_capacity_unit_hour_usd"]
            + self.kpu_seconds * price["kpu_hour_usd"]
        )
        return (
            held / 3600
            + self.put_payload_units * price["put_payload_unit_usd"]
            + gigabyte_seconds * price["lambda_gigabyte_second_usd"]
            + requests * price["lambda_request_usd"]
        )
