"""Minutes of an account, layer by layer: what the stream tells, what a function, what a table."""

from collections.abc import Iterator

from tests.losses.account import Account

__all__ = ["Minutes", "a_second_consumer", "counted"]


class Minutes:
    """The minutes of the pipeline orders, put from the oldest to the newest: 2,400 records each,
    read at once by the one function, which writes each record. ``back`` is minutes ago."""

    def __init__(self, account: Account, since: int = 80) -> None:
        self._account, self._since = account, since

    def __iter__(self) -> Iterator[int]:
        return iter(range(self._since, 0, -1))

    def stream(
        self, back: int, *, read: float | None = 2400, age: float | None = 500, refused: float = 0,
        came: float = 2400,
    ) -> None:  # fmt: skip
        told = {
            "IncomingRecords": came, "IncomingBytes": came * 300, "GetRecords.Records": read,
            "GetRecords.IteratorAgeMilliseconds": age,
            "WriteProvisionedThroughputExceeded": refused,
        }  # fmt: skip
        present = {name: value for name, value in told.items() if value is not None}
        self._account.put("AWS/Kinesis", {"StreamName": "orders"}, back, present)

    def function(
        self, back: int, *, invocations: float = 24, errors: float = 0, throttles: float = 0,
        duration: float = 900, age: float | None = 300, name: str = "order-writer",
    ) -> None:  # fmt: skip
        told: dict[str, object] = {
            "Invocations": invocations, "Errors": errors, "Throttles": throttles,
        }  # fmt: skip
        if invocations:
            total = duration * invocations
            told["Duration"] = (invocations, total, duration * 0.8, duration * 1.2)
        if age is not None:
            told["IteratorAge"] = age
        self._account.put("AWS/Lambda", {"FunctionName": name}, back, told)

    def table(self, back: int, units: float = 2400, name: str = "orders") -> None:
        self._account.put(
            "AWS/DynamoDB", {"TableName": name}, back, {"ConsumedWriteCapacityUnits": units}
        )

    def events(self, back: int, **counts: float) -> None:
        """What the mapping counts of its own."""
        (mapping,) = self._account.client("lambda").list_event_source_mappings()[
            "EventSourceMappings"
        ]
        names = {
            "polled": "PolledEventCount",
            "filtered": "FilteredOutEventCount",
            "invoked": "InvokedEventCount",
            "failed": "FailedInvokeEventCount",
            "dropped": "DroppedEventCount",
            "kept": "OnFailureDestinationDeliveredEventCount",
        }
        told = {name: counts.get(each, 0) for each, name in names.items()}
        of = {"EventSourceMappingUUID": mapping["UUID"]}
        self._account.put("AWS/Lambda", of, back, told)


counted = {"MetricsConfig": {"Metrics": ["EventCount"]}}
"""The settings of a mapping that counts its events."""


def a_second_consumer(account: Account, pipelines: str, *, units: int = 100) -> str:
    """The file with mailer beside order-writer, which writes the table mails."""
    account.function("mailer")
    summary = account.client("kinesis").describe_stream_summary(StreamName="orders")
    account.mapping(summary["StreamDescriptionSummary"]["StreamARN"], "mailer")
    account.table("mails", units)
    return pipelines.replace(
        "    levers:", "      - {function: mailer, tables: [mails]}\n    levers:"
    )
