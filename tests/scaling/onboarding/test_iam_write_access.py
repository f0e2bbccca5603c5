"""Which tables a function may write, from policies and environment."""

from typing import Any

import pytest

from tidegate.scaling.kinds.dynamodb_table.access import WRITE_ACCESS
from tidegate.scaling.onboarding.iam_write_access import (
    Candidate,
    RolePolicy,
    Sinks,
    gone,
    written,
)

PREFIX = "arn:aws:dynamodb:eu-west-1:123456789012:table/"
TABLES = ("audit", "orders", "orders-archive")
SINKS = Sinks(TABLES, PREFIX, WRITE_ACCESS.actions)


def statement(action: Any, resource: Any, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any], name: str = "own") -> RolePolicy:
    document = list(statements) if len(statements) != 1 else statements[0]
    return RolePolicy(name, {"Statement": document})


def by_name(table: str) -> Candidate:
    return Candidate(table, "policy own lets it be written", is_sure=True)


def by_pattern(table: str, pattern: str) -> Candidate:
    return Candidate(table, f"policy own lets {pattern} be written", is_sure=False)


PUT = "dynamodb:PutItem"


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        pytest.param([statement(PUT, PREFIX + "orders")], (by_name("orders"),), id="by name"),
        pytest.param(
            [statement(["dynamodb:Query", "DynamoDB:putitem"], [PREFIX + "orders"])],
            (by_name("orders"),),
            id="an action in other letters among others",
        ),
        pytest.param(
            [statement("dynamodb:*", "arn:aws:dynamodb:*:*:table/audit")],
            (by_name("audit"),),
            id="wildcards before the name are no doubt about the name",
        ),
        pytest.param([statement("dynamodb:GetItem", PREFIX + "orders")], (), id="reads only"),
        pytest.param(
            [statement("dynamodb:BatchWrite*", PREFIX + "orders*")],
            (by_pattern("orders", PREFIX + "orders*"), by_pattern("orders-archive", PREFIX + "orders*")),
            id="a prefix",
        ),
        pytest.param(
            [statement("*", "*")], tuple(by_pattern(each, "*") for each in TABLES), id="everything"
        ),
        pytest.param(
            [statement("*", "*"), statement(PUT, PREFIX + "audit")],
            (by_name("audit"), by_pattern("orders", "*"), by_pattern("orders-archive", "*")),
            id="a name among everything",
        ),
        pytest.param(
            [statement("*", "*"), statement("dynamodb:*", PREFIX + "orders*", "Deny")],
            (by_pattern("audit", "*"),),
            id="denied",
        ),
        pytest.param(
            [statement(PUT, PREFIX + "audit"), statement("dynamodb:DeleteItem", "*", "Deny")],
            (by_name("audit"),),
            id="one way to write is denied, the others are not",
        ),
        pytest.param(
            [
                statement(PUT, PREFIX + "audit"),
                statement("dynamodb:*", "*", "Deny", Condition={"Bool": {"aws:SecureTransport": "false"}}),
            ],
            (by_name("audit"),),
            id="denied under a condition",
        ),
        pytest.param(
            [{"Effect": "Allow", "NotAction": "iam:*", "Resource": PREFIX + "audit"}],
            (by_name("audit"),),
            id="everything but",
        ),
        pytest.param(
            [{"Effect": "Allow", "Action": PUT, "NotResource": PREFIX + "orders*"}],
            (by_pattern("audit", f"all but {PREFIX}orders*"),),
            id="all tables but",
        ),
        pytest.param([statement(PUT, PREFIX + "orders/index/*")], (), id="an index is no table"),
        pytest.param([statement(PUT, PREFIX.replace("eu-", "us-") + "orders")], (), id="elsewhere"),
        pytest.param([statement("s3:PutItem", "*")], (), id="another service"),
        pytest.param([], (), id="no statement"),
    ],
)  # fmt: skip
def test_what_policies_allow(
    statements: list[dict[str, Any]], found: tuple[Candidate, ...]
) -> None:
    assert written([policy(*statements)], {}, SINKS) == found


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("orders", id="the name"),
        pytest.param(PREFIX + "orders", id="the ARN"),
        pytest.param('{"write": "orders"}', id="within JSON"),
        pytest.param("other,orders", id="within a list"),
    ],
)
def test_a_variable_that_names_a_table_settles_what_a_wildcard_leaves_open(value: str) -> None:
    wide = [policy(statement("dynamodb:*", "*"))]
    sure = Candidate("orders", "environment variable TABLE names it", is_sure=True)
    assert written(wide, {"TABLE": value}, SINKS)[1] == sure
    assert written(None, {"TABLE": value}, SINKS) == (sure,)
    assert written([], {"TABLE": value}, SINKS) == ()


def test_a_name_within_another_word_is_none() -> None:
    assert written(None, {"QUEUE": "my-orders-queue"}, SINKS) == ()


def test_a_table_that_a_policy_names_and_that_is_not_here_is_told() -> None:
    arns = [PREFIX + "orders", PREFIX + "gone", PREFIX + "orders/index/*", PREFIX + "g*"]
    assert gone([policy(statement(PUT, arns))], SINKS) == (PREFIX + "gone",)


def test_another_kind_of_sink_is_written_by_its_own_actions_on_its_own_arns() -> None:
    prefix = "arn:aws:toy:eu-west-1:123456789012:queue/"
    queues = Sinks(("orders", "returns"), prefix, ("toy:Send",))
    policies = [
        policy(
            statement("toy:Send", prefix + "orders"),
            statement("toy:Send", prefix + "gone"),
            statement(PUT, [PREFIX + "audit", prefix + "returns"]),
            statement("toy:Receive", prefix + "returns"),
        )
    ]
    assert written(policies, {}, queues) == (by_name("orders"),)
    assert gone(policies, queues) == (prefix + "gone",)
    assert [each.table for each in written(policies, {}, SINKS)] == ["audit"]


def test_what_is_only_denied_is_not_missed() -> None:
    denied = policy(statement("dynamodb:*", PREFIX + "gone", effect="Deny"))
    assert gone([denied], SINKS) == ()
