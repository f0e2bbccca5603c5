"""Deploy what was packaged as a CloudFormation stack, and take all of it away again.

``python -m tidegate.deployment.deploy up STAGE FOLDER --operator ROLE_ARN`` and ``down STAGE``.
Needs nothing but boto3 and credentials that may deploy.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from tidegate.scaling.autoscaling_api.registration import Registration, steps
from tidegate.scaling.autoscaling_api.site import Site
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.registry import Registry
from tidegate.scaling.model.errors import TidegateError
from tidegate.scaling.model.partitions import dns_suffix

__all__ = ["Deployment"]

WAIT = {"Delay": 5, "MaxAttempts": 240}


class Deployment:
    """One stage: its stack and the bucket that its code was uploaded to."""

    def __init__(self, session: boto3.Session, stage: str) -> None:
        account = session.client("sts").get_caller_identity()["Account"]
        self.stack = f"tidegate-{stage}"
        self.bucket = f"tidegate-{stage}-{account}-{session.region_name}"
        self._region = session.region_name
        self._s3 = session.client("s3")
        self._cloudformation = session.client("cloudformation")

    def up(self, folder: Path, operator_role_arns: str) -> str:
        """Upload the code, create or update the stack and wait; the stage's URL."""
        self._remove_failed_creation()
        parameter: Any = {
            "ParameterKey": "OperatorRoleArns", "ParameterValue": operator_role_arns,
        }  # fmt: skip
        request: Any = {
            "StackName": self.stack,
            "TemplateURL": self._uploaded(folder),
            # The second lets CloudFormation expand the serverless transform.
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            "Parameters": [parameter],
        }
        if self._status() is None:
            self._cloudformation.create_stack(**request)
            self._wait("stack_create_complete")
        elif self._updates(request):
            self._wait("stack_update_complete")
        return self.url() or ""

    def _updates(self, request: Any) -> bool:
        """Begin an update; False when there is nothing to change."""
        try:
            self._cloudformation.update_stack(**request)
        except ClientError as error:
            if "No updates" in str(error):
                return False
            raise
        return True

    def _remove_failed_creation(self) -> None:
        """A stack whose creation failed can't be updated, only removed (CloudFormation guide)."""
        if self._status() == "ROLLBACK_COMPLETE":
            self._remove_stack()

    def _uploaded(self, folder: Path) -> str:
        """The URL of the template in the bucket, beside the code that it names: a template that is
        sent along may have 51,200 bytes only (CloudFormation quotas)."""
        self._make_bucket()
        key = self._put((folder / "deployment.zip").read_bytes(), ".zip")
        template: dict[str, Any] = json.loads((folder / "sam.json").read_text(encoding="utf-8"))
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                resource["Properties"]["CodeUri"] = f"s3://{self.bucket}/{key}"
        name = self._put(json.dumps(template).encode(), ".json")
        suffix = dns_suffix(self._s3.meta.partition)
        return f"https://{self.bucket}.s3.{self._region}.{suffix}/{name}"

    def _put(self, content: bytes, ending: str) -> str:
        key = hashlib.sha256(content).hexdigest() + ending
        self._s3.put_object(Bucket=self.bucket, Key=key, Body=content)
        return key

    def _make_bucket(self) -> None:
        place: dict[str, Any] = {}
        if self._region != "us-east-1":
            place["CreateBucketConfiguration"] = {"LocationConstraint": self._region}
        try:
            self._s3.create_bucket(Bucket=self.bucket, **place)
        except self._s3.exceptions.BucketAlreadyOwnedByYou:
            return
        self._s3.put_public_access_block(
            Bucket=self.bucket,
            PublicAccessBlockConfiguration=dict.fromkeys(
                (
                    "BlockPublicAcls",
                    "IgnorePublicAcls",
                    "BlockPublicPolicy",
                    "RestrictPublicBuckets",
                ),
                True,
            ),
        )

    def _wait(self, waiter: Any) -> None:
        try:
            self._cloudformation.get_waiter(waiter).wait(StackName=self.stack, WaiterConfig=WAIT)
        except WaiterError as error:
            reasons = "\n".join(self._failures())
            raise TidegateError(f"{self.stack} is {self._status()}:\n{reasons}") from error

    def _failures(self) -> Iterator[str]:
        for page in self._cloudformation.get_paginator("describe_stack_events").paginate(
            StackName=self.stack
        ):
            for event in page["StackEvents"]:
                if event.get("ResourceStatus", "").endswith("FAILED"):
                    reason = event.get("ResourceStatusReason", "")
                    yield f"  {event.get('LogicalResourceId', '')}: {reason}"

    def _described(self) -> Any:
        try:
            return self._cloudformation.describe_stacks(StackName=self.stack)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def _status(self) -> str | None:
        stack = self._described()
        return None if stack is None else str(stack["StackStatus"])

    def url(self) -> str | None:
        """The stage's URL, None where nothing is deployed."""
        found = self._output("EndpointURL")
        return None if found is None else found.rstrip("/")

    def topic_arn(self) -> str | None:
        """Where the alarms on Tidegate itself are told, None where nothing is deployed."""
        return self._output("AlertsTopicArn")

    def _output(self, key: str) -> str | None:
        outputs = (self._described() or {}).get("Outputs", [])
        return next((each["OutputValue"] for each in outputs if each["OutputKey"] == key), None)

    def down(self) -> None:
        """Take back what Application Auto Scaling knows of the stage, then the stack, then the
        bucket. What is gone already is no error, so that it can be run again."""
        url = self.url()
        if url is not None and url.startswith("https://"):
            registry = Registry(Clients(), Site.at(url))
            for step in steps(registry.read(), Registration()):
                registry.take(step)
        if self._status() is not None:
            self._remove_stack()
        self._delete_bucket()

    def _remove_stack(self) -> None:
        self._cloudformation.delete_stack(StackName=self.stack)
        self._wait("stack_delete_complete")

    def _delete_bucket(self) -> None:
        try:
            for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
                for each in page.get("Contents", []):
                    self._s3.delete_object(Bucket=self.bucket, Key=each["Key"])
            self._s3.delete_bucket(Bucket=self.bucket)
        except self._s3.exceptions.NoSuchBucket:
            return


def _deployment(stage: str) -> Deployment:
    return Deployment(boto3.Session(), stage)


@click.group()
def main() -> None:
    """Deploy a packaged app, or take it away."""


@main.command("up")
@click.argument("stage")
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.option("--operator", required=True, help="Role ARNs that may call by hand, with commas.")
def up(stage: str, folder: Path, operator: str) -> None:
    """Deploy FOLDER (build/deploy) as STAGE."""

    def deployed() -> str:
        deployment = _deployment(stage)
        url = deployment.up(folder, operator)
        topic = deployment.topic_arn()
        return f"The endpoint is at {url}\nSubscribe to Tidegate's own alarms at {topic}"

    _told(deployed)


@main.command("down")
@click.argument("stage")
def down(stage: str) -> None:
    """Take STAGE away: registrations, stack and bucket."""

    def gone() -> str:
        _deployment(stage).down()
        return f"Nothing is left of {stage}."

    _told(gone)


def _told(act: Any) -> None:
    try:
        click.echo(act())
    except (TidegateError, ClientError, BotoCoreError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(3) from None


if __name__ == "__main__":
    main()
