"""The ledger as a DynamoDB table: one winner by conditional writes."""

from datetime import datetime
from typing import TYPE_CHECKING

from tidegate.scaling.aws.changes_dynamodb import DynamoChanges
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.ledger_items import (
    LEASE,
    PAUSE,
    PIPELINE,
    SNAPSHOT,
    expiry,
    lease_in,
    note_key,
    pause_key,
    snapshot_in,
    text,
)
from tidegate.scaling.model.change_record import CallerArn, Lease, nobody
from tidegate.scaling.model.pause import Pause

if TYPE_CHECKING:
    from tidegate.scaling.model.snapshot import StatusSnapshot

__all__ = ["DynamoLedger"]


class DynamoLedger(DynamoChanges):
    """``tidegate.scaling.ports.Ledger`` in a table with string keys ``pk`` and ``sk``. ``caller``
    gives the ARN that change records keep.

    What is forgotten after KEEP has ``expires_at``, for the table's time to live."""

    @classmethod
    def over(cls, clients: Clients, table: str, caller: CallerArn = nobody) -> "DynamoLedger":
        """The ledger in a table of the account and region that the clients are of."""
        return cls(clients.of("dynamodb"), table, caller)

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

    def keep_pause(self, pause: Pause) -> None:
        """Keep a pause."""
        item = {**pause_key(pause.key), "value": {"S": pause.to_text()}}
        with asking("dynamodb:PutItem", self._table):
            kept = {**item, "expires_at": {"N": expiry(pause.until)}}
            self._client.put_item(TableName=self._table, Item=kept)

    def end_pause(self, key: str) -> bool:
        """Forget a pause."""
        with asking("dynamodb:DeleteItem", self._table):
            answer = self._client.delete_item(
                TableName=self._table, Key=pause_key(key), ReturnValues="ALL_OLD"
            )
        return "Attributes" in answer

    def pauses(self) -> tuple[Pause, ...]:
        """Every pause."""
        return tuple(Pause.from_text(item["value"]["S"]) for item in self._items(PAUSE, " "))

    def keep(self, name: str, value: str) -> None:
        """Keep a note."""
        item = {**note_key(name), "value": {"S": value}}
        with asking("dynamodb:PutItem", self._table):
            self._client.put_item(TableName=self._table, Item=item)

    def kept(self, name: str) -> str | None:
        """The note of that name."""
        item = self._item_at(note_key(name))
        return None if item is None else str(item["value"]["S"])

    def notes(self) -> dict[str, str]:
        """Every note."""
        from tidegate.scaling.aws.schema_dynamodb import notes_in

        return notes_in(self._scanned)

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
        """Names that anything was written under."""
        found = {item["pk"]["S"].partition("/")[::2] for item in self._scanned(SNAPSHOT, PIPELINE)}
        return tuple(sorted({name for _, name in found}))

    def leases(self) -> tuple[Lease, ...]:
        """Every lease."""
        found = map(lease_in, self._scanned(LEASE))
        return tuple(sorted(found, key=lambda lease: lease.resource))
