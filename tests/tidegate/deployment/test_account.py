"""What a stage finds in its account decides its parameters, and is told apart from another stage's."""

from types import SimpleNamespace
from typing import Any

import pytest

from tidegate.deployment.account import choices, gateway_role_of


def session(*, unreserved: int = 1000, role: str | None = None) -> Any:
    """An account with so many unreserved concurrent executions, and a role of API Gateway or none."""
    limits = {"AccountLimit": {"UnreservedConcurrentExecutions": unreserved}}
    gateway = (
        {} if role is None else {"cloudwatchRoleArn": f"arn:aws:iam::123456789012:role/{role}"}
    )
    clients = {
        "lambda": SimpleNamespace(get_account_settings=lambda: limits),
        "apigateway": SimpleNamespace(get_account=lambda: gateway),
    }
    return SimpleNamespace(client=clients.__getitem__)


def stack(parameters: dict[str, str] | None) -> Any:
    """One with these parameters, or none that has been made."""
    made = parameters is not None
    return SimpleNamespace(
        parameter=(parameters or {}).get, output=lambda _: "a table" if made else None
    )


@pytest.mark.parametrize(
    ("before", "unreserved", "expected"),
    [
        (None, 1000, "reserved"),
        (None, 101, "reserved"),
        (None, 100, "shared"),
        (None, 10, "shared"),
        ({"SweepConcurrency": "shared"}, 10, "shared"),
        ({"SweepConcurrency": "shared"}, 1000, "reserved"),
        # Its own is no longer among the unreserved.
        ({"SweepConcurrency": "reserved"}, 100, "reserved"),
        ({"GatewayLogRole": "existing"}, 100, "reserved"),
    ],
    ids=[
        "a usual account", "the last to reserve", "none to reserve", "a new account", "still new",
        "a quota that was raised", "reserved by this stack", "by a version before this parameter",
    ],
)  # fmt: skip
def test_the_sweep_has_an_execution_of_its_own_wherever_one_can_be_reserved(
    before: dict[str, str] | None, unreserved: int, expected: str
) -> None:
    found = choices(session(unreserved=unreserved), stack(before))
    assert found["SweepConcurrency"] == expected


@pytest.mark.parametrize(
    ("before", "role", "expected"),
    [
        (None, None, "create"),
        (None, "another", "existing"),
        ({"GatewayLogRole": "create"}, "tidegate-dev-GatewayRole-1", "create"),
    ],
)
def test_api_gateways_role_is_set_where_there_is_none_and_stays_with_who_set_it(
    before: dict[str, str] | None, role: str | None, expected: str
) -> None:
    assert choices(session(role=role), stack(before))["GatewayLogRole"] == expected


@pytest.mark.parametrize("other", ["tidegate-dev-2-GatewayRole-1", "tidegate-devGatewayRole", "x"])
def test_the_role_that_another_stage_has_set_is_not_said_to_be_left_by_this_one(other: str) -> None:
    assert gateway_role_of(session(role=other), "tidegate-dev") is None
    own = "tidegate-dev-GatewayRole-1ABC"
    assert str(gateway_role_of(session(role=own), "tidegate-dev")).endswith(own)


def test_where_there_is_no_such_role_none_is_left() -> None:
    assert gateway_role_of(session(), "tidegate-dev") is None
