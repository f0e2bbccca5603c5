"""The desired capacities in the ledger's table, and how its items are read."""

from typing import TYPE_CHECKING, Any

from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.ledger_items import DESIRED, desired_item, desired_key
from tidegate.scaling.model.change_record import CallerArn, DesiredCapacity, Lever, nobody

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

__all__ = ["DynamoDesired"]


class DynamoDesired:
    """The part of ``Ledger`` that keeps desired capacities, one item a lever."""

    def __init__(self, client: "DynamoDBClient", table: str, caller: CallerArn = nobody) -> None:
        self._client = client
        self._table = table
        self._caller = caller

    def keep_desired(self, lever: Lever, desired: DesiredCapacity | None) -> None:
        """Keep the desired capacity of a lever, or forget it."""
        self._set(lever, desired, {})

    def desired(self, lever: Lever) -> DesiredCapacity | None:
        """The desired capacity of a lever."""
        item = self._item_at(desired_key(lever))
        return None if item is None else DesiredCapacity.from_text(item["value"]["S"])

    def all_desired(self) -> dict[Lever, DesiredCapacity]:
        """Every desired capacity."""
        return {
            Lever(*item["sk"]["S"].split("/", 1)): DesiredCapacity.from_text(item["value"]["S"])
            for item in self._items(DESIRED, " ")
        }

    def amend_desired(
        self, lever: Lever, before: DesiredCapacity, after: DesiredCapacity | None
    ) -> bool:
        """Replace a desired capacity that is still ``before``."""
        condition = {
            "ConditionExpression": "#value = :before",
            "ExpressionAttributeNames": {"#value": "value"},
            "ExpressionAttributeValues": {":before": {"S": before.to_text()}},
        }
        return self._set(lever, after, condition)

    def _set(self, lever: Lever, desired: DesiredCapacity | None, condition: Any) -> bool:
        call = "DeleteItem" if desired is None else "PutItem"
        with asking(f"dynamodb:{call}", self._table):
            try:
                if desired is None:
                    key = desired_key(lever)
                    self._client.delete_item(TableName=self._table, Key=key, **condition)
                else:
                    item = desired_item(lever, desired)
                    self._client.put_item(TableName=self._table, Item=item, **condition)
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def _item_at(self, key: Any) -> Any:
        with asking("dynamodb:GetItem", self._table):
            return self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get(
                "Item"
            )

    def _items(self, partition: str, since: str) -> list[Any]:
        pages = self._client.get_paginator("query")
        with asking("dynamodb:Query", self._table):
            return [
                item
                for page in pages.paginate(
                    TableName=self._table,
                    KeyConditionExpression="pk = :partition AND sk >= :since",
                    ExpressionAttributeValues={
                        ":partition": {"S": partition},
                        ":since": {"S": since},
                    },
                    ConsistentRead=True,
                )
                for item in page["Items"]
            ]

    def _items_at(self, keys: list[Any]) -> list[Any]:
        """Those of some items that are there."""
        found: list[Any] = []
        # AWS answers for at most a hundred keys a call (BatchGetItem, API reference).
        for at in range(0, len(keys), 100):
            wanted: Any = {self._table: {"Keys": keys[at : at + 100], "ConsistentRead": True}}
            while wanted:
                with asking("dynamodb:BatchGetItem", self._table):
                    answer = self._client.batch_get_item(RequestItems=wanted)
                found += answer["Responses"].get(self._table, [])
                wanted = answer.get("UnprocessedKeys")
        return found

    def _scanned(self, *prefixes: str) -> list[Any]:
        """Items of the partitions that begin so."""
        # Only a person asks.
        from tidegate.scaling.aws.scan_dynamodb import scanned

        return scanned(self._client, self._table, prefixes)
