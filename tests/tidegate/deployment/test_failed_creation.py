"""A stack whose creation failed, which can be removed alone, and is when somebody agrees."""

from typing import Any

import boto3
import pytest

from tidegate.deployment.failed_creation import is_plannable
from tidegate.deployment.stack import Stack

TEMPLATE = '{"Resources": {"A": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}'


@pytest.fixture(params=["ROLLBACK_COMPLETE", "ROLLBACK_FAILED"])
def failed(
    aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Stack:
    """A stack of moto's, which never fails to make one, with a status as CloudFormation tells it."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    aws["cloudformation"].create_stack(StackName="tidegate-dev", TemplateBody=TEMPLATE)

    def tell(parsed: dict[str, Any], **_: Any) -> None:
        for each in parsed.get("Stacks", ()):
            if each["StackStatus"] == "CREATE_COMPLETE":
                each["StackStatus"] = request.param

    session = boto3.Session()
    session.events.register("after-call.cloudformation.DescribeStacks", tell)
    return Stack(session, "tidegate-dev", {})


def test_a_dry_run_says_that_it_would_go_and_leaves_it(
    failed: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not is_plannable(failed, dry_run=True, yes=False)
    told = "would remove stack tidegate-dev, whose creation failed, and make it anew\n"
    assert capsys.readouterr().out == told
    assert failed.status() is not None


def test_without_an_answer_it_stays(failed: Stack) -> None:
    with pytest.raises(SystemExit) as left:
        is_plannable(failed, dry_run=False, yes=False)
    assert left.value.code == 1
    assert failed.status() is not None


def test_it_is_removed_when_somebody_agrees(failed: Stack) -> None:
    assert is_plannable(failed, dry_run=False, yes=True)
    assert failed.status() is None


def test_a_stack_that_stands_is_left_to_its_change_set(
    aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    aws["cloudformation"].create_stack(StackName="tidegate-dev", TemplateBody=TEMPLATE)
    stack = Stack(boto3.Session(), "tidegate-dev", {})
    for dry_run in (True, False):
        assert is_plannable(stack, dry_run=dry_run, yes=True)
        assert stack.status() == "CREATE_COMPLETE"
