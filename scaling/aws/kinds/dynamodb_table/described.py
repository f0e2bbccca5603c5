"""From DynamoDB's descriptions to tables."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tidegate.rules.kinds.dynamodb_table.state import Capacity, Table
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.kinds.dynamodb_table.warm_throughput import warm_throughput
from tidegate.scaling.aws.looked import Looked, Reader
from tidegate.scaling.aws.moments import as_text

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import TableDescriptionTypeDef

__all__ = ["service", "table_alone", "tables_of_reader"]


def service(clients: Clients) -> "DynamoDBClient":
    """DynamoDB."""
    client: DynamoDBClient = clients.of("dynamodb")
    return client


def tables_of_reader(looked: Looked, reader: Reader) -> tuple[Table, ...]:
    """The tables that the file names of a reader."""
    return tuple(looked.once(_described, table.name) for table in reader.table_specs)


def table_alone(looked: Looked, name: str) -> tuple[Table]:
    """The table of that name, whoever writes to it."""
    return (looked.once(_described, name),)


def _described(clients: Clients, name: str) -> Table:
    with asking("dynamodb:DescribeTable", name):
        return _table(service(clients).describe_table(TableName=name)["Table"])


def _capacity(table: str, index: str | None, status: str, described: Mapping[str, Any]) -> Capacity:
    """Of a table's description, or an index's."""
    data = described.get("ProvisionedThroughput", {})
    return Capacity(
        table,
        index,
        status,
        data.get("WriteCapacityUnits", 0),
        data.get("ReadCapacityUnits", 0),
        data.get("NumberOfDecreasesToday", 0),
        _in_utc(data.get("LastDecreaseDateTime")),
        _in_utc(data.get("LastIncreaseDateTime")),
        warm_throughput(described),
    )


def _in_utc(moment: datetime | None) -> datetime | None:
    """botocore tells moments in the machine's own zone; messages are in UTC."""
    return None if moment is None else moment.astimezone(UTC)


def _table(data: "TableDescriptionTypeDef") -> Table:
    name, status = data["TableName"], data["TableStatus"]
    mode = data.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    indexes = tuple(
        _capacity(name, each["IndexName"], each.get("IndexStatus", status), each)
        for each in data.get("GlobalSecondaryIndexes", [])
        if "ProvisionedThroughput" in each
    )
    own = _capacity(name, None, status, data)
    replicas = tuple(
        each["RegionName"]
        for each in data.get("Replicas", [])
        # A region that is being taken out of a global table needs nothing of it any more.
        if each.get("ReplicaStatus") != "DELETING" and "RegionName" in each
    )
    since = as_text(data.get("CreationDateTime"))
    return Table(name, status, mode, own, indexes, replicas, since)
