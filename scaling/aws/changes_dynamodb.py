"""The change records in the ledger's table: one winner by conditional writes."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from tidegate.scaling.aws.desired_dynamodb import DynamoDesired
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.ledger_items import (
    OPEN,
    PIPELINE,
    change_records_in,
    expiry,
    items_of,
    marker_key,
    newest_key,
    partitions,
    pointer_key,
    text,
)
from tidegate.scaling.config.levers import resource_of
from tidegate.scaling.model.change_record import (
    ChangeRecord,
    Lever,
    Outcome,
    closed_by,
    revision,
)
from tidegate.scaling.model.errors import InvalidRequest, Throttled

__all__ = ["DynamoChanges"]

AT_ONCE = 24
"""Change records that one transaction can write: it takes at most a hundred items
(TransactWriteItems, API reference), and each is four."""

_LATER = ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")
"""Why a transaction was cancelled that is right when it is asked for again."""

_NEW = "attribute_not_exists(pk)"


class DynamoChanges(DynamoDesired):
    """The part of ``Ledger`` that keeps change records.

    A change record is four items: itself under its pipeline and again under its lever, a pointer by
    its id, and while it is open a marker under its lever, which no second intention can put. One
    item for each resource says which is the newest, and how it ended."""

    _is_stamped = False

    def newest(self, resources: Collection[str]) -> dict[str, str]:
        """The newest change record of each resource."""
        items = self._items_at([newest_key(each) for each in dict.fromkeys(resources)])
        return {item["pk"]["S"].partition("/")[2]: item["revision"]["S"] for item in items}

    def begin(self, *change_records: ChangeRecord, after: Mapping[str, str] | None = None) -> bool:
        """Write the intentions of one call down, unless another run was faster."""
        self._stamp()
        caller = self._caller()
        change_records = tuple(replace(each, caller=caller) for each in change_records)
        for at in range(0, len(change_records), AT_ONCE):
            part = change_records[at : at + AT_ONCE]
            puts = [self._put(item, _NEW) for each in part for item in items_of(each)]
            if not self._transact([*puts, *self._marking(part, after if at == 0 else None)]):
                for each in change_records[:at]:
                    words = "the rest of its call could not be written down"
                    self.complete(each.entry_id, Outcome.SUPERSEDED, each.begun_at, words)
                return False
        return True

    def _stamp(self) -> None:
        if not self._is_stamped:
            self._is_stamped = True
            # Imported here: most requests change nothing, and a cold start is shorter without it.
            from tidegate.scaling.aws.schema_dynamodb import stamp

            stamp(self._client, self._table)

    def _marking(
        self, change_records: Collection[ChangeRecord], after: Mapping[str, str] | None
    ) -> Iterator[Any]:
        """The writes that make them the newest of their resources."""
        last = {resource_of(each.lever): each for each in change_records}
        for resource, each in last.items():
            item = {
                **newest_key(resource),
                "revision": {"S": revision(each.entry_id, each.outcome)},
                "expires_at": {"N": expiry(each.begun_at)},
            }
            known = None if after is None else after.get(resource)
            if after is None:
                yield self._put(item)
            elif known is None:
                yield self._put(item, _NEW)
            else:
                yield self._put(item, "revision = :known", {":known": {"S": known}})

    def _put(self, item: Any, condition: str | None = None, values: Any = None) -> Any:
        put = {"TableName": self._table, "Item": item}
        if condition is not None:
            put["ConditionExpression"] = condition
        if values is not None:
            put["ExpressionAttributeValues"] = values
        return {"Put": put}

    def _transact(self, writes: list[Any]) -> bool:
        with asking("dynamodb:TransactWriteItems", self._table):
            try:
                self._client.transact_write_items(TransactItems=writes)
            except self._client.exceptions.TransactionCanceledException as error:
                codes = {each.get("Code") for each in error.response.get("CancellationReasons", [])}
                if "ConditionalCheckFailed" in codes:
                    return False
                kind = Throttled if codes.intersection(_LATER) else InvalidRequest
                raise kind("dynamodb:TransactWriteItems", self._table, str(error)) from error
        return True

    def complete(self, entry_id: str, outcome: Outcome, at: datetime, detail: str | None) -> None:
        """Close an intention once."""
        pointer = self._item_at(pointer_key(entry_id))
        if pointer is None:
            return
        lever = Lever(pointer["kind"]["S"], pointer["where"]["S"])
        places = partitions(pointer["pipeline"]["S"], lever)
        values = {
            ":outcome": {"S": outcome.value},
            ":at": {"S": text(at)},
            ":detail": {"NULL": True} if detail is None else {"S": detail},
            ":expiry": {"N": expiry(at)},
        }
        earlier = {f":{each.value}": {"S": each.value} for each in closed_by(outcome)}
        closing = {
            "TableName": self._table,
            "UpdateExpression": "SET outcome = :outcome, ended_at = :at, detail = :detail, "
            "expires_at = :expiry",
            "ConditionExpression": f"outcome IN ({', '.join(earlier)})",
            "ExpressionAttributeValues": values | earlier,
        }
        closes: list[Any] = [
            {"Update": {**closing, "Key": {"pk": {"S": partition}, "sk": pointer["place"]}}}
            for partition in places
        ]
        closes.append(self._put({**pointer, "expires_at": {"N": expiry(at)}}))
        newest = {"revision": {"S": revision(entry_id, outcome)}, "expires_at": {"N": expiry(at)}}
        if lever.is_known:
            closes.append(self._put({**newest_key(resource_of(lever)), **newest}))
        # Where another version of Tidegate has taken the marker off, it is closed all the same.
        if not self._transact([*closes, self._unmark(lever, entry_id)]):
            self._transact(closes)

    def _unmark(self, lever: Lever, entry_id: str) -> Any:
        return {
            "Delete": {
                "TableName": self._table,
                "Key": marker_key(lever),
                "ConditionExpression": "entry_id = :id",
                "ExpressionAttributeValues": {":id": {"S": entry_id}},
            }
        }

    def change_record(self, entry_id: str) -> ChangeRecord | None:
        """The entry of that id."""
        pointer = self._item_at(pointer_key(entry_id))
        if pointer is None:
            return None
        lever = Lever(pointer["kind"]["S"], pointer["where"]["S"])
        place = partitions(pointer["pipeline"]["S"], lever)[1]
        item = self._item_at({"pk": {"S": place}, "sk": pointer["place"]})
        return None if item is None else change_records_in([item], self._table)[0]

    def open_change_records(
        self, levers: Collection[Lever] | None = None
    ) -> tuple[ChangeRecord, ...]:
        """Entries that are still begun, by the markers of their levers."""
        if levers is None:
            markers = self._scanned(OPEN)
        else:
            markers = self._items_at([marker_key(each) for each in levers])
        whole = [each for each in markers if "begun_at" in each]
        found = [*change_records_in(whole, self._table)]
        for marker in markers:
            if "begun_at" not in marker:
                found += self._of_earlier_version(marker)
        return tuple(sorted(found, key=lambda each: each.begun_at))

    def _of_earlier_version(self, marker: Any) -> tuple[ChangeRecord, ...]:
        """Of a marker that has an id alone. One whose change record was forgotten is of no use, and
        would keep its lever for ever: it is taken off."""
        entry_id = marker["entry_id"]["S"]
        found = self.change_record(entry_id)
        if found is not None:
            return (found,)
        _, kind, where = marker["pk"]["S"].split("/", 2)
        lever = Lever(kind, where)
        self._transact([self._unmark(lever, entry_id)])
        return ()

    def change_records(self, pipeline: str, since: datetime) -> tuple[ChangeRecord, ...]:
        """Entries that began at or after a moment, oldest first."""
        return self._query(f"{PIPELINE}{pipeline}", since)

    def change_records_of(self, lever: Lever, since: datetime) -> tuple[ChangeRecord, ...]:
        """Entries of a lever, oldest first."""
        return self._query(f"lever/{lever.kind_word}/{lever.where}", since)

    def _query(self, partition: str, since: datetime) -> tuple[ChangeRecord, ...]:
        return change_records_in(self._items(partition, f"entry/{text(since)}"), self._table)
