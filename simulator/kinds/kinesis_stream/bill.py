"""What a stream costs."""

from dataclasses import dataclass

from tidegate.simulator.figures import prices

__all__ = ["PUT_PAYLOAD_UNIT_BYTES", "Bill"]

PUT_PAYLOAD_UNIT_BYTES = 25 * 1024
"""What Kinesis bills a record by (Kinesis Data Streams pricing)."""


@dataclass(slots=True)
class Bill:
    """What has been held and written so far, to be priced at the end."""

    shard_seconds: int = 0
    extended_shard_seconds: int = 0
    put_payload_units: int = 0

    def add_second(self, shards: int, is_extended: bool) -> None:
        """Shards held for a second, with a retention of more than a day or not."""
        self.shard_seconds += shards
        if is_extended:
            self.extended_shard_seconds += shards

    def add_records(self, records: int, record_bytes: int) -> None:
        """Records written; each is billed in payload units of 25 KB."""
        self.put_payload_units += records * -(-record_bytes // PUT_PAYLOAD_UNIT_BYTES)

    @property
    def usd(self) -> float:
        """All of it in US dollars."""
        price = prices()
        held = (
            self.shard_seconds * price["shard_hour_usd"]
            + self.extended_shard_seconds * price["extended_retention_shard_hour_usd"]
        )
        return held / 3600 + self.put_payload_units * price["put_payload_unit_usd"]
