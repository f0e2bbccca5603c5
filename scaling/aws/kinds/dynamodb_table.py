"""The call that changes a table and its indexes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.model.actions import CapacityTarget, UpdateTableThroughput

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import ProvisionedThroughputTypeDef

__all__ = ["update_table"]


def update_table(action: UpdateTableThroughput, clients: Clients) -> None:
    """Read and write units of a table and of its indexes."""
    with asking("dynamodb:UpdateTable", action.table):
        clients.once("dynamodb").update_table(**_table_update(action, clients))


def _with_units_of_now(action: UpdateTableThroughput, clients: Clients) -> UpdateTableThroughput:
    """The action with the units that it doesn't change as they are now: UpdateTable takes both
    (ProvisionedThroughput), and another owner may have moved them since the pipeline was described.
    """
    with asking("dynamodb:DescribeTable", action.table):
        table = clients.dynamodb.describe_table(TableName=action.table)["Table"]
    units: dict[str | None, Any] = {None: table.get("ProvisionedThroughput", {})}
    for index in table.get("GlobalSecondaryIndexes", []):
        units[index.get("IndexName")] = index.get("ProvisionedThroughput", {})
    return replace(action, targets=tuple(_unmoved_as_now(each, units) for each in action.targets))


def _unmoved_as_now(target: CapacityTarget, units: Mapping[str | None, Any]) -> CapacityTarget:
    now = units.get(target.index, {})
    if target.to_read_units == target.from_read_units:
        target = replace(target, to_read_units=now.get("ReadCapacityUnits", target.to_read_units))
    if target.to_write_units == target.from_write_units:
        write = now.get("WriteCapacityUnits", target.to_write_units)
        target = replace(target, to_write_units=write)
    return target


def _throughput(target: CapacityTarget) -> "ProvisionedThroughputTypeDef":
    return {
        "ReadCapacityUnits": target.to_read_units,
        "WriteCapacityUnits": target.to_write_units,
    }


def _index_updates(targets: tuple[CapacityTarget, ...]) -> Iterator[Mapping[str, Any]]:
    for target in targets:
        if target.index is not None:
            yield {
                "Update": {
                    "IndexName": target.index,
                    "ProvisionedThroughput": _throughput(target),
                }
            }


def _table_update(action: UpdateTableThroughput, clients: Clients) -> dict[str, Any]:
    action = _with_units_of_now(action, clients)
    request: dict[str, Any] = {"TableName": action.table}
    own = next((target for target in action.targets if target.index is None), None)
    if own is not None:
        request["ProvisionedThroughput"] = _throughput(own)
    indexes = list(_index_updates(action.targets))
    if indexes:
        request["GlobalSecondaryIndexUpdates"] = indexes
    return request
