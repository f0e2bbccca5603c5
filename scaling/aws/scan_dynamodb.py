"""All of the ledger's table, for what only a person asks."""

from typing import TYPE_CHECKING, Any

from tidegate.scaling.aws.errors import asking

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

__all__ = ["scanned"]


def scanned(client: "DynamoDBClient", table: str, prefixes: tuple[str, ...]) -> list[Any]:
    """Items of the partitions that begin so, from a scan: the table is small."""
    pages = client.get_paginator("scan")
    with asking("dynamodb:Scan", table):
        return [
            item
            for page in pages.paginate(TableName=table, ConsistentRead=True)
            for item in page["Items"]
            if item["pk"]["S"].startswith(prefixes)
        ]
