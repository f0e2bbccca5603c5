"""What is quicker about moto's items changes none of its answers."""

from random import Random
from typing import Any

import pytest
from botocore.session import get_session
from moto.core.serialize import JSONSerializer
from moto.dynamodb.models.dynamo_type import DynamoType

from tests.moto_items import as_moto, serialize_structure

VALUES: tuple[dict[str, Any], ...] = (
    {"S": ""}, {"S": "x"}, {"N": "1.50"}, {"BOOL": False}, {"NULL": True}, {"SS": ["a", "b"]},
    {"L": [{"S": "x"}, {"M": {"a": {"N": "1"}}}]}, {"M": {"a": {"S": "x"}, "b": {"L": []}}},
)  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_items_are_what_moto_would_have_answered(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    made = [{f"k{n}": random.choice(VALUES) for n in range(4)} for _ in range(3)]
    items = [{key: DynamoType(each) for key, each in item.items()} for item in made]
    operation = get_session().get_service_model("dynamodb").operation_model("Query")
    told = []
    for how in (as_moto, serialize_structure):
        monkeypatch.setattr("moto.core.serialize.BaseJSONSerializer._serialize_type_structure", how)
        result = {"Items": items, "Count": 3}
        told.append(JSONSerializer(operation).serialize(result)["body"])
    assert told[0] == told[1]
    assert '"k0"' in told[0]
