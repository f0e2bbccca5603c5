"""How AWS shows the tables of a world, to the ports directly and to boto3's clients."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput
from tidegate.simulator.clock import START
from tidegate.simulator.kind import Correction, Face
from tidegate.simulator.kinds.dynamodb_table.capacity import CapacityState
from tidegate.simulator.kinds.dynamodb_table.control import TableControl
from tidegate.simulator.kinds.dynamodb_table.table import TableState
from tidegate.simulator.manners import Refusal
from tidegate.simulator.participant import Answer, Call

if TYPE_CHECKING:
    from boto3.session import Session

__all__ = ["TableFace"]


class TableFace(Face):
    """Of tables. They are described with who writes to them."""

    def apply(self, action: Any) -> bool:
        """A table's capacity, and its indexes'."""
        if not isinstance(action, UpdateTableThroughput):
            return False
        table = self.site.named(TableState, action.table)
        if table is None:
            raise Refusal("ResourceNotFoundException", f"no table {action.table}")
        TableControl(table).update({each.index: _wanted(each, table) for each in action.targets})
        return True

    def put(self, session: "Session") -> None:
        """The tables, as moto is to have them."""
        for table in self.site.all(TableState):
            session.client("dynamodb").create_table(**_request(table))

    def answers(self) -> Mapping[str, Call]:
        """Changes; moto makes them at once and takes them all."""
        return {"dynamodb.UpdateTable": self._update}

    def corrections(self) -> Mapping[str, Correction]:
        """moto's table with the world's capacity and status."""
        return {"dynamodb.DescribeTable": self._correct}

    def _update(self, params: Answer) -> Answer | None:
        table = self.site.named(TableState, params["TableName"])
        if table is None:
            return None
        wanted: dict[str | None, tuple[int, int]] = {}
        for index, units in _wanted_units(params):
            wanted[index] = (units["WriteCapacityUnits"], units["ReadCapacityUnits"])
        TableControl(table).update(wanted)
        return {"TableDescription": {"TableStatus": "UPDATING"}}

    def _correct(self, parsed: Answer, **_: Any) -> None:
        told = parsed.get("Table", {})
        table = self.site.named(TableState, told.get("TableName", ""))
        if table is None:
            return
        status = table.described().status
        told |= {"TableStatus": status, "CreationDateTime": START}
        told["ProvisionedThroughput"] = _throughput_now(table.capacities[None])
        told.pop("WarmThroughput", None)  # The world has no partitions that are yet to be made.
        for index in told.get("GlobalSecondaryIndexes", []):
            index.pop("WarmThroughput", None)
            index["IndexStatus"] = status
            state = table.capacities[index["IndexName"]]
            index["ProvisionedThroughput"] = _throughput_now(state)


def _wanted(target: CapacityTarget, table: TableState) -> tuple[int, int]:
    """(write, read) units; what the target doesn't change is as it is now, since another owner may
    have moved it."""
    now = table.capacities.get(target.index)
    write, read = target.to_write_units, target.to_read_units
    if now is not None and write == target.from_write_units:
        write = now.write_units
    if now is not None and read == target.from_read_units:
        read = now.read_units
    return write, read


def _throughput(write_units: int, read_units: int = 10) -> dict[str, int]:
    return {"WriteCapacityUnits": write_units, "ReadCapacityUnits": read_units}


def _throughput_now(state: CapacityState) -> Answer:
    told: Answer = {
        **_throughput(state.write_units, state.read_units),
        "NumberOfDecreasesToday": state.decreases_today,
    }
    if state.last_decrease_at is not None:
        told["LastDecreaseDateTime"] = state.last_decrease_at
    if state.last_increase_at is not None:
        told["LastIncreaseDateTime"] = state.last_increase_at
    return told


def _wanted_units(params: Answer) -> Iterator[tuple[str | None, Answer]]:
    if "ProvisionedThroughput" in params:
        yield None, params["ProvisionedThroughput"]
    for update in params.get("GlobalSecondaryIndexUpdates", []):
        yield update["Update"]["IndexName"], update["Update"]["ProvisionedThroughput"]


def _request(table: TableState) -> Answer:
    states = list(table.capacities.values())
    attributes = {"id"} | {each.index for each in states if each.index}
    request: Answer = {
        "TableName": table.name,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in sorted(attributes)
        ],
        "ProvisionedThroughput": _throughput(states[0].write_units),
    }
    indexes = [
        {
            "IndexName": each.index,
            "KeySchema": [{"AttributeName": each.index, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
            "ProvisionedThroughput": _throughput(each.write_units),
        }
        for each in states[1:]
    ]
    return request | ({"GlobalSecondaryIndexes": indexes} if indexes else {})
