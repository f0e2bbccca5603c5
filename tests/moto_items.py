"""DynamoDB's items out of moto without asking of each attribute whether it is of each of ten types.

moto looks for every member that an attribute's value could have, in four spellings: three quarters
of its time where a ledger is read.
"""

from typing import Any

from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models.dynamo_type import DynamoType

PLAIN = ("S", "N")

as_moto = BaseJSONSerializer._serialize_type_structure


def serialize_structure(
    self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str
) -> None:
    """The same for a string or a number, at once."""
    if shape.name == "AttributeValue" and key:
        held = value.to_json() if isinstance(value, DynamoType) else value
        if isinstance(held, dict) and len(held) == 1:
            ((kind, text),) = held.items()
            if kind in PLAIN and isinstance(text, str):
                self._default_serialize(serialized, {kind: text}, shape, key)
                return
    as_moto(self, serialized, value, shape, key)


def quicken_items() -> None:
    BaseJSONSerializer._serialize_type_structure = serialize_structure
