from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.client
import pytest
from moto import mock_aws

from tests.losses.account import Account
from tests.losses.endpoint import Endpoint

CLIENT: Any = botocore.client.BaseClient
REAL = CLIENT._make_api_call


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for key, value in {
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1", "NO_COLOR": "1", "COLUMNS": "400",
        "HOME": str(tmp_path),
    }.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    made = Account(tmp_path)

    def call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        made.deliver()
        made.calls.append((operation, parameters))
        hook = made.hooks.get(operation)
        if hook is None:
            return REAL(client, operation, parameters)
        return hook(
            parameters, lambda **changed: REAL(client, operation, {**parameters, **changed})
        )

    with mock_aws():
        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
        yield made


@pytest.fixture
def endpoint(account: Account) -> Endpoint:
    """Stream, function and table, and the endpoint before them."""
    account.pipeline(shards=4, write=20, factor=2)
    return Endpoint.of(account)
