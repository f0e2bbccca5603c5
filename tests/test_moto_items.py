"""What is quicker about moto's items changes none of its answers."""

from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core.serialize import BaseJSONSerializer

from tests.moto_items import as_moto, serialize_structure
from tests.orders import create_ledger_table

VALUES: tuple[dict[str, Any], ...] = (
    {"S": ""}, {"S": "x"}, {"N": "1.5"}, {"BOOL": False}, {"NULL": True}, {"SS": ["a", "b"]},
    {"B": b"\0"}, {"L": [{"S": "x"}, {"M": {"a": {"N": "1"}}}]}, {"M": {"a": {"S": "x"}, "b": {"L": []}}},
)  # fmt: skip


def test_items_are_what_moto_would_have_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_aws():
        dynamodb = boto3.Session("testing", "testing").client("dynamodb", region_name="us-east-1")
        create_ledger_table(dynamodb, "ledger")
        items = [
            {"pk": {"S": "a"}, "sk": {"S": str(n)}, "value": each} for n, each in enumerate(VALUES)
        ]
        for item in items:
            dynamodb.put_item(TableName="ledger", Item=item)
        for how in (as_moto, serialize_structure):
            monkeypatch.setattr(BaseJSONSerializer, "_serialize_type_structure", how)
            assert dynamodb.scan(TableName="ledger")["Items"] == items
            for item in items:
                key = {name: item[name] for name in ("pk", "sk")}
                assert dynamodb.get_item(TableName="ledger", Key=key)["Item"] == item
