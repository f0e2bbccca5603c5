"""The schema version of the ledger's table."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.ledger_items import note_key
from tidegate.scaling.ledger.schema_version import SCHEMA_VERSION
from tidegate.scaling.model.errors import CloudError

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

__all__ = ["notes_in", "stamp"]

SCHEMA = "schema"
"""The note that has it, in four digits, so that texts sort as numbers do."""


def stamp(client: "DynamoDBClient", table: str) -> None:
    """Say in which form this version keeps what it keeps, unless a later one has. It is for other
    versions: nothing is raised, and no change waits for it."""
    later = client.exceptions.ConditionalCheckFailedException
    with suppress(CloudError, later), asking("dynamodb:UpdateItem", table):
        client.update_item(
            TableName=table,
            Key=note_key(SCHEMA),
            UpdateExpression="SET #value = :version",
            ConditionExpression="attribute_not_exists(#value) OR #value < :version",
            ExpressionAttributeNames={"#value": "value"},
            ExpressionAttributeValues={":version": {"S": f"{SCHEMA_VERSION:04}"}},
        )


def notes_in(scanned: Callable[[str], list[Any]]) -> dict[str, str]:
    """The notes of a table whose partitions ``scanned`` looks through, by their names; without that
    of the version."""
    prefix = note_key("")["pk"]["S"]
    items = scanned(prefix)
    found = {item["pk"]["S"].removeprefix(prefix): str(item["value"]["S"]) for item in items}
    return {name: found[name] for name in sorted(found) if name != SCHEMA}
