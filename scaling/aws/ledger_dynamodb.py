"""The ledger as a DynamoDB table: one winner by conditional writes."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tidegate.scaling.aws.desired_dynamodb import DynamoDesired
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.ledger_items import (
    PIPELINE,
    SNAPSHOT,
    change_record_item,
    change_records_in,
    expiry,
    marker,
    note_key,
    partitions,
    snapshot_in,
    sort_key,
    text,
)
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.errors import InvalidRequest

if TYPE_CHECKING:
    from tidegate.scaling.model.snapshot import StatusSnapshot

__all__ = ["DynamoLedger"]


class DynamoLedger(DynamoDesired):
    """``tidegate.scaling.ports.Ledger`` in a table with string keys ``pk`` and ``sk``.

    What is forgotten after KEEP has ``expires_at``, for the table's time to live.

    A change record is four items: itself under its pipeline and again under its lever, a pointer by
    its id, and while it is open a marker under its lever, which no second intention can put."""

    def acquire(self, resource: str, holder: str, now: datetime, seconds: int) -> bool:
        """Take or prolong a lease."""
        item = {
            "pk": {"S": f"lease/{resource}"},
            "sk": {"S": "lease"},
            "holder": {"S": holder},
            "ends_at": {"N": str(now.timestamp() + seconds)},
        }
        with asking("dynamodb:PutItem", self._table):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(pk) OR holder = :holder "
                    "OR ends_at <= :now",
                    ExpressionAttributeValues={
                        ":holder": {"S": holder},
                        ":now": {"N": str(now.timestamp())},
                    },
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def release(self, resource: str, holder: str) -> None:
        """Give a lease back."""
        with asking("dynamodb:DeleteItem", self._table):
            try:
                self._client.delete_item(
                    TableName=self._table,
                    Key={"pk": {"S": f"lease/{resource}"}, "sk": {"S": "lease"}},
                    ConditionExpression="holder = :holder",
                    ExpressionAttributeValues={":holder": {"S": holder}},
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return

    def begin(self, change_record: ChangeRecord) -> bool:
        """Write an intention down, unless it or another of the same lever is there."""
        pointer = {
            "pk": {"S": f"id/{change_record.entry_id}"},
            "sk": {"S": "id"},
            "pipeline": {"S": change_record.pipeline},
            "place": {"S": sort_key(change_record)},
            "kind": {"S": change_record.lever.kind_word},
            "where": {"S": change_record.lever.where},
            "expires_at": {"N": expiry(change_record.begun_at)},
        }
        items = [
            change_record_item(change_record, each)
            for each in partitions(change_record.pipeline, change_record.lever)
        ]
        items.append(pointer)
        if change_record.outcome is Outcome.BEGUN:
            mark = {"pk": {"S": marker(change_record.lever)}, "sk": {"S": "open"}}
            items.append({**mark, "entry_id": {"S": change_record.entry_id}})
        writes: list[Any] = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": item,
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
            for item in items
        ]
        return self._transact(writes)

    def _transact(self, writes: list[Any]) -> bool:
        with asking("dynamodb:TransactWriteItems", self._table):
            try:
                self._client.transact_write_items(TransactItems=writes)
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = error.response.get("CancellationReasons", [])
                if any(each.get("Code") == "ConditionalCheckFailed" for each in reasons):
                    return False
                raise InvalidRequest(
                    "dynamodb:TransactWriteItems", self._table, str(error)
                ) from error
        return True

    def complete(self, entry_id: str, outcome: Outcome, at: datetime, detail: str | None) -> None:
        """Close an intention once."""
        pointer = self._item_at({"pk": {"S": f"id/{entry_id}"}, "sk": {"S": "id"}})
        if pointer is None:
            return
        values = {
            ":outcome": {"S": outcome.value},
            ":begun": {"S": Outcome.BEGUN.value},
            ":at": {"S": text(at)},
            ":detail": {"NULL": True} if detail is None else {"S": detail},
        }
        lever = Lever(pointer["kind"]["S"], pointer["where"]["S"])
        close = {
            "TableName": self._table,
            "UpdateExpression": "SET outcome = :outcome, ended_at = :at, detail = :detail",
            "ConditionExpression": "outcome = :begun",
            "ExpressionAttributeValues": values,
        }
        unmark = {
            "TableName": self._table,
            "Key": {"pk": {"S": marker(lever)}, "sk": {"S": "open"}},
            "ConditionExpression": "entry_id = :id",
            "ExpressionAttributeValues": {":id": {"S": entry_id}},
        }
        closes = [
            {"Update": {**close, "Key": {"pk": {"S": partition}, "sk": pointer["place"]}}}
            for partition in partitions(pointer["pipeline"]["S"], lever)
        ]
        self._transact([*closes, {"Delete": unmark}])

    def change_records(self, pipeline: str, since: datetime) -> tuple[ChangeRecord, ...]:
        """Entries that began at or after a moment, oldest first."""
        return self._query(f"{PIPELINE}{pipeline}", since)

    def keep(self, name: str, value: str) -> None:
        """Keep a note."""
        item = {**note_key(name), "value": {"S": value}}
        with asking("dynamodb:PutItem", self._table):
            self._client.put_item(TableName=self._table, Item=item)

    def kept(self, name: str) -> str | None:
        """The note of that name."""
        item = self._item_at(note_key(name))
        return None if item is None else str(item["value"]["S"])

    def change_records_of(self, lever: Lever, since: datetime) -> tuple[ChangeRecord, ...]:
        """Entries of a lever, oldest first."""
        return self._query(f"lever/{lever.kind_word}/{lever.where}", since)

    def keep_snapshot(self, snapshot: "StatusSnapshot") -> None:
        """Keep what a sweep saw, until the table's time to live."""
        # Imported here: the endpoint's cold start is shorter without what only sweeps need.
        from tidegate.scaling.model.snapshot import to_text

        item = {
            "pk": {"S": f"{SNAPSHOT}{snapshot.pipeline}"},
            "sk": {"S": text(snapshot.at)},
            "value": {"S": to_text(snapshot)},
            "expires_at": {"N": expiry(snapshot.at)},
        }
        with asking("dynamodb:PutItem", self._table):
            self._client.put_item(TableName=self._table, Item=item)

    def snapshots(self, pipeline: str, since: datetime) -> "tuple[StatusSnapshot, ...]":
        """Sightings from a moment on, oldest first."""
        return tuple(map(snapshot_in, self._items(f"{SNAPSHOT}{pipeline}", text(since))))

    def last_snapshot(self, pipeline: str, before: datetime) -> "StatusSnapshot | None":
        """The newest status snapshot before a moment."""
        with asking("dynamodb:Query", self._table):
            found = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :partition AND sk < :before",
                ExpressionAttributeValues={
                    ":partition": {"S": f"{SNAPSHOT}{pipeline}"},
                    ":before": {"S": text(before)},
                },
                ScanIndexForward=False,
                Limit=1,
                ConsistentRead=True,
            )["Items"]
        return snapshot_in(found[0]) if found else None

    def pipelines(self) -> tuple[str, ...]:
        """Names that anything was written under, from a scan: the table is small, and only a
        person asks."""
        pages = self._client.get_paginator("scan")
        names = set()
        with asking("dynamodb:Scan", self._table):
            for page in pages.paginate(TableName=self._table, ProjectionExpression="pk"):
                for item in page["Items"]:
                    kind, _, name = item["pk"]["S"].partition("/")
                    if f"{kind}/" in (SNAPSHOT, PIPELINE):
                        names.add(name)
        return tuple(sorted(names))

    def _query(self, partition: str, since: datetime) -> tuple[ChangeRecord, ...]:
        return change_records_in(self._items(partition, f"entry/{text(since)}"), self._table)
