"""The call that changes a table and its indexes, names of tables, and who else sets capacity."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tidegate.rules.cause import LeverKind
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.kinds.dynamodb_table.described import service
from tidegate.scaling.aws.pages import pages
from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput
from tidegate.scaling.model.errors import ResourceInUse

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import ProvisionedThroughputTypeDef

__all__ = ["CALLS", "ChangedMeanwhile", "scalable_targets", "table_names", "update_table"]

_KINDS = {
    "dynamodb:table:WriteCapacityUnits": LeverKind.WRITE_CAPACITY,
    "dynamodb:table:ReadCapacityUnits": LeverKind.READ_CAPACITY,
    "dynamodb:index:WriteCapacityUnits": LeverKind.WRITE_CAPACITY,
    "dynamodb:index:ReadCapacityUnits": LeverKind.READ_CAPACITY,
}
_SUSPENSIONS = (
    "DynamicScalingInSuspended",
    "DynamicScalingOutSuspended",
    "ScheduledScalingSuspended",
)
"""With all three nothing moves the target (SuspendedState, API reference)."""


class ChangedMeanwhile(ResourceInUse):
    """The table is not any more what was decided on, so AWS was not called."""


def update_table(action: UpdateTableThroughput, clients: Clients) -> None:
    """Read and write units of a table and of its indexes."""
    with asking("dynamodb:UpdateTable", action.table):
        clients.once("dynamodb").update_table(**_table_update(action, clients))


def _with_units_of_now(action: UpdateTableThroughput, clients: Clients) -> UpdateTableThroughput:
    """The action with the units that it doesn't change as they are now: UpdateTable takes both
    (ProvisionedThroughput), and another owner may have moved them since the pipeline was described.

    Raises ChangedMeanwhile where somebody is at it, or has changed what the action is to change:
    this process may have been suspended since it was decided. It is looked at once, as the call is
    made once: with more patience the call would come when another run may take it as never made
    (``ABANDONED``).
    """
    with asking("dynamodb:DescribeTable", action.table):
        table = clients.once("dynamodb").describe_table(TableName=action.table)["Table"]
    if table.get("TableStatus", "ACTIVE") == "UPDATING":
        raise ChangedMeanwhile(
            "dynamodb:UpdateTable", action.table, "it is UPDATING; AWS was not called"
        )
    units: dict[str | None, Any] = {None: table.get("ProvisionedThroughput", {})}
    for index in table.get("GlobalSecondaryIndexes", []):
        units[index.get("IndexName")] = index.get("ProvisionedThroughput", {})
    targets = tuple(_unmoved_as_now(each, units, action.table) for each in action.targets)
    return replace(action, targets=targets)


def _unmoved_as_now(
    target: CapacityTarget, units: Mapping[str | None, Any], where: str
) -> CapacityTarget:
    now = units.get(target.index, {})
    if _is_moved(target.from_write_units, target.to_write_units, now.get("WriteCapacityUnits")) or (
        _is_moved(target.from_read_units, target.to_read_units, now.get("ReadCapacityUnits"))
    ):
        raise ChangedMeanwhile(
            "dynamodb:UpdateTable", where, "its units were changed meanwhile; AWS was not called"
        )
    if target.to_read_units == target.from_read_units:
        target = replace(target, to_read_units=now.get("ReadCapacityUnits", target.to_read_units))
    if target.to_write_units == target.from_write_units:
        write = now.get("WriteCapacityUnits", target.to_write_units)
        target = replace(target, to_write_units=write)
    return target


def _is_moved(decided_on: int, wanted: int, now: int | None) -> bool:
    """Whether units that are to be changed have others by now than those decided on."""
    return decided_on != wanted and now not in (None, decided_on)


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


def table_names(clients: Clients) -> tuple[str, ...]:
    """The names of the region's tables. Raises CloudError."""
    found = service(clients).get_paginator("list_tables")
    with asking("dynamodb:ListTables", str(service(clients).meta.region_name)):
        return tuple(name for page in found.paginate() for name in page["TableNames"])


def scalable_targets(clients: Clients, where: str | None = None) -> tuple[ScalableTarget, ...]:
    """The scalable targets of DynamoDB's own auto scaling: those of the region, or of one table or
    table/index, but for the ones that are suspended altogether. Raises CloudError.

    They are those of the namespace ``dynamodb``. What ``tidegate register`` puts is of the
    namespace ``custom-resource``, as is whatever others scale through an endpoint of theirs: its
    resource ids are URLs, which name no table. No other namespace has a dimension that is a lever
    (ScalableTarget, API reference).
    """
    request: dict[str, Any] = {"ServiceNamespace": "dynamodb"}
    if where is not None:
        request["ResourceIds"] = [_resource_id(where)]
    return tuple(_target(each) for each in _pages(clients, request) if _moves(each))


def _pages(clients: Clients, request: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    call = clients.of("application-autoscaling").describe_scalable_targets
    with asking("application-autoscaling:DescribeScalableTargets", "dynamodb"):
        for page in pages(call, request):
            yield from page["ScalableTargets"]


def _moves(data: Mapping[str, Any]) -> bool:
    suspended = data.get("SuspendedState", {})
    is_suspended = all(suspended.get(each, False) for each in _SUSPENSIONS)
    return data["ScalableDimension"] in _KINDS and not is_suspended


def _target(data: Mapping[str, Any]) -> ScalableTarget:
    # table/NAME or table/NAME/index/INDEX (RegisterScalableTarget, API reference).
    where = data["ResourceId"].removeprefix("table/").replace("/index/", "/")
    kind = _KINDS[data["ScalableDimension"]]
    return ScalableTarget(where, kind, data["MinCapacity"], data["MaxCapacity"])


def _resource_id(where: str) -> str:
    table, _, index = where.partition("/")
    return f"table/{table}/index/{index}" if index else f"table/{table}"


CALLS: Mapping[type, Callable[[Any, Clients], None]] = {UpdateTableThroughput: update_table}
"""The one AWS call that each action is."""
