"""A policy has what each kind of resource of the file needs, and what the functions need."""

from typing import Any

import pytest
from botocore.session import Session

from tests.builders import SPEC
from tests.scaling.kinds.toy import TOY
from tidegate.deployment.permissions import TOLD_BY_TAG, policy
from tidegate.scaling.kinds.registry import TYPES

ACCOUNT = "arn:${AWS::Partition}:%s:${AWS::Region}:${AWS::AccountId}:%s"


def statements(**passed: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = policy([SPEC], **passed)["Statement"]
    return found


@pytest.mark.parametrize(
    ("sweeps", "calls"),
    [(True, ["toy:DescribeQueue", "toy:SetConsumers"]), (False, ["toy:DescribeQueue"])],
)
def test_a_kind_that_is_passed_in_is_allowed_what_it_needs(sweeps: bool, calls: list[str]) -> None:
    with_toy = statements(sweeps=sweeps, types=[TOY, *TYPES])
    queue = {"Fn::Sub": ACCOUNT % ("toy", "queue/orders")}
    own = {"Effect": "Allow", "Action": calls, "Resource": [queue]}
    assert own in with_toy
    assert [each for each in with_toy if each != own] == statements(sweeps=sweeps)


def test_a_call_without_a_narrower_resource_is_allowed_on_everything() -> None:
    (found,) = (
        each for each in statements(sweeps=True) if "kinesis:UpdateShardCount" in each["Action"]
    )
    assert found["Resource"] == ["*"]
    assert "Condition" not in found


def test_a_mapping_is_changed_where_its_function_is_one_of_the_file() -> None:
    (found,) = (each for each in statements(sweeps=False) if "Condition" in each)
    function = ACCOUNT % ("lambda", "function:scorer")
    owners = {"lambda:FunctionArn": [{"Fn::Sub": function}, {"Fn::Sub": f"{function}:*"}]}
    assert found["Condition"] == {"ArnLike": owners}
    mappings = ACCOUNT % ("lambda", "event-source-mapping:*")
    assert found["Resource"] == [{"Fn::Sub": mappings}]


def test_a_resource_that_two_pipelines_share_is_named_once() -> None:
    once, twice = (policy([SPEC] * times, sweeps=True) for times in (1, 2))
    assert once == twice


def test_dynamodb_tells_nobody_whether_it_looks_at_tags() -> None:
    """So no table is granted by a tag (0042). Fails on the day that it can be asked: then
    ``make deploy`` can check it."""
    calls = Session().create_client("dynamodb", region_name="us-east-1").meta.service_model
    assert not [name for name in calls.operation_names if "abac" in name.lower()]
    assert "dynamodb" not in TOLD_BY_TAG
