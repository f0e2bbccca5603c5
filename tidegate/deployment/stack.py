"""The CloudFormation stack of one stage: what would change is shown before it is carried out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError, WaiterError

from tidegate.scaling.model.errors import TidegateError

__all__ = ["Change", "Stack"]

WAIT = {"Delay": 5, "MaxAttempts": 720}
"""An hour: ten minutes of shifting, five of watching, and as long again to take them back."""

WAIT_FOR_PLAN = {"Delay": 2, "MaxAttempts": 150}
WATCHED_MINUTES = 5
"""Five sweeps, after all is deployed; old resources are kept so long."""

ALARM = "AWS::CloudWatch::Alarm"
_UNCHANGED = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True)
class Change:
    """What a change set would do to one resource."""

    action: str
    name: str
    kind: str
    replaces: bool

    def __str__(self) -> str:
        how = ", by a new one" if self.replaces else ""
        return f"{self.action.lower()} {self.kind} {self.name}{how}"


class Stack:
    """One stack, by its name."""

    def __init__(self, session: boto3.Session, name: str, tags: Mapping[str, str]) -> None:
        self.name = name
        self._tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        self._client: Any = session.client("cloudformation")
        self._cloudwatch: Any = session.client("cloudwatch")
        self._plan = ""
        self._is_new = False

    def plan(
        self, template_url: str, parameters: Mapping[str, str], alarms: Sequence[str] = ()
    ) -> tuple[Change, ...]:
        """What an update would change; nothing is changed yet. Empty where nothing would be. When
        one of these alarms (ARNs) goes on meanwhile, CloudFormation takes all of it back."""
        self._plan = f"tidegate-{uuid4().hex}"
        self._is_new = self.status() in (None, "REVIEW_IN_PROGRESS")
        self._client.create_change_set(
            StackName=self.name,
            ChangeSetName=self._plan,
            ChangeSetType="CREATE" if self._is_new else "UPDATE",
            TemplateURL=template_url,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
            Tags=self._tags,
            # Also when there are none: CloudFormation would go on with those of the last update.
            RollbackConfiguration={
                "RollbackTriggers": [{"Arn": each, "Type": ALARM} for each in alarms],
                "MonitoringTimeInMinutes": WATCHED_MINUTES if alarms else 0,
            },
        )
        return tuple(self._changes()) if self._is_made() else ()

    def _is_made(self) -> bool:
        """Wait for the change set; False where it would change nothing."""
        waiter = self._client.get_waiter("change_set_create_complete")
        try:
            waiter.wait(StackName=self.name, ChangeSetName=self._plan, WaiterConfig=WAIT_FOR_PLAN)
        except WaiterError as error:
            told = self._client.describe_change_set(StackName=self.name, ChangeSetName=self._plan)
            reason = told.get("StatusReason", "")
            self.drop_plan()
            if any(words in reason for words in _UNCHANGED):
                return False
            raise TidegateError(f"{self.name} can't be changed so: {reason}") from error
        return True

    def _changes(self) -> Iterator[Change]:
        pages = self._client.get_paginator("describe_change_set").paginate(
            StackName=self.name, ChangeSetName=self._plan
        )
        for page in pages:
            for each in page["Changes"]:
                change = each["ResourceChange"]
                yield Change(
                    change["Action"],
                    change["LogicalResourceId"],
                    change["ResourceType"],
                    change.get("Replacement") == "True",
                )

    def drop_plan(self) -> None:
        """Forget the change set, and the empty stack that one for a new stack brings along."""
        self._client.delete_change_set(StackName=self.name, ChangeSetName=self._plan)
        if self._is_new:
            self._client.delete_stack(StackName=self.name)

    def carry_out(self) -> None:
        """Do what was planned and wait. Raises TidegateError where CloudFormation took it back."""
        self._client.execute_change_set(StackName=self.name, ChangeSetName=self._plan)
        self._wait("stack_create_complete" if self._is_new else "stack_update_complete")

    def _wait(self, waiter: str) -> None:
        try:
            self._client.get_waiter(waiter).wait(StackName=self.name, WaiterConfig=WAIT)
        except WaiterError as error:
            reasons = "\n".join(self._failures())
            raise TidegateError(f"{self.name} is {self.status()}:\n{reasons}") from error

    def _failures(self) -> Iterator[str]:
        """Of what was done last: events come newest first (DescribeStackEvents, API reference)."""
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=self.name)
        for page in pages:
            for event in page["StackEvents"]:
                if _begins(event):
                    return
                if event.get("ResourceStatus", "").endswith("FAILED"):
                    reason = event.get("ResourceStatusReason", "")
                    yield f"  {event.get('LogicalResourceId', '')}: {reason}"

    def _described(self) -> Any:
        try:
            return self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def status(self) -> str | None:
        """As CloudFormation calls it; None where there is no stack."""
        stack = self._described()
        return None if stack is None else str(stack["StackStatus"])

    def output(self, key: str) -> str | None:
        """One of the stack's outputs."""
        outputs = (self._described() or {}).get("Outputs", [])
        return next((each["OutputValue"] for each in outputs if each["OutputKey"] == key), None)

    def parameter(self, key: str) -> str | None:
        """The value that a parameter has now."""
        found = (self._described() or {}).get("Parameters", [])
        values = (each.get("ParameterValue") for each in found if each["ParameterKey"] == key)
        return next(values, None)

    def quiet_alarms(self, logical_ids: Sequence[str]) -> tuple[str, ...]:
        """The ARNs of those of its alarms that are there and not on. One that is on already could
        only be put right by the update that it would take back."""
        pages = self._client.get_paginator("list_stack_resources")
        names = [
            each["PhysicalResourceId"]
            for page in (pages.paginate(StackName=self.name) if self.status() else ())
            for each in page["StackResourceSummaries"]
            if each["LogicalResourceId"] in logical_ids and each["ResourceType"] == ALARM
        ]
        if not names:
            return ()
        told = self._cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
        return tuple(each["AlarmArn"] for each in told if each["StateValue"] != "ALARM")

    def remove(self) -> None:
        """Delete it and wait. One that isn't there is no error."""
        if self.status() is None:
            return
        self._client.delete_stack(StackName=self.name)
        self._wait("stack_delete_complete")


def _begins(event: Any) -> bool:
    """Whether it is that of a stack whose creation, update or deletion begins."""
    is_own = event.get("PhysicalResourceId") == event.get("StackId")
    status = event.get("ResourceStatus", "")
    return is_own and status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")
