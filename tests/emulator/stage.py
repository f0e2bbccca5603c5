"""What a test does in the emulator's account: deploy, sign requests, and list what is there."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from click.testing import CliRunner, Result

from tidegate.deployment.deploy import main

__all__ = ["ACCOUNT", "REGION", "Account", "package"]

ACCOUNT, REGION = "123456789012", "us-east-1"
ROOT = Path(__file__).parents[2]
SERVICE_ROLE = "AWSServiceRoleForApplicationAutoScaling_CustomResource"
SERVICE_PATH = "/aws-service-role/custom-resource.application-autoscaling.amazonaws.com/"


def package(folder: Path, file: str) -> Path:
    """The package of a pipeline file's text."""
    written = folder / "pipelines.yaml"
    written.write_text(file, encoding="utf-8")
    command = [sys.executable, "-m", "tidegate.deployment.package", str(written)]
    done = subprocess.run(
        [*command, str(folder / "build")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder / "build" / "deploy"


@dataclass(frozen=True)
class Account:
    """One account of MiniStack, with moto beside it for Application Auto Scaling."""

    url: str
    region: str = REGION

    def client(self, service: str) -> Any:
        session: Any = boto3
        return session.client(service, region_name=self.region)

    def make_orders(self) -> None:
        """A stream and a table, as of the README's five lines."""
        self.client("kinesis").create_stream(StreamName="orders", ShardCount=2)
        self.client("dynamodb").create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 20},
        )

    def up(self, stage: str, folder: Path, *operators: str) -> str:
        """Deploy; the URL of the stage."""
        arns = ",".join(self.role(each) for each in operators)
        done = self.deploy("up", stage, str(folder), "--operator", arns, "--yes")
        assert done.exit_code == 0, done.output
        url: str = done.stdout.split("The endpoint is at ")[1].splitlines()[0]
        return url

    def deploy(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments])

    def role(self, name: str, path: str = "/") -> str:
        """The ARN of a role whose own policy lets it call every API."""
        iam = self.client("iam")
        trusted = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        allowed = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
        assumed = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
        with suppress(iam.exceptions.EntityAlreadyExistsException):
            iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=_document(assumed))
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=_document(allowed))
        arn: str = iam.get_role(RoleName=name)["Role"]["Arn"]
        return arn

    def call(
        self, role: str | None, method: str, url: str, body: str | None = None
    ) -> tuple[int, Any]:
        """A request that a session of a role signs, or nobody; status and body. A busy machine runs
        into the endpoint's own time limit: then it is asked again, as any client would."""
        answers = (self._call(role, method, url, body) for _ in range(5))
        return next((each for each in answers if each[0] != 500), (500, {}))

    def _call(self, role: str | None, method: str, url: str, body: str | None) -> tuple[int, Any]:
        request = AWSRequest(
            method=method, url=url, data=body, headers={"Content-Type": "application/json"}
        )
        if role is not None:
            SigV4Auth(self._session(role), "execute-api", self.region).add_auth(request)
        host = url.split("/")[2]
        sent = urllib.request.Request(
            url.replace(f"https://{host}", self.url), method=method,
            data=body.encode() if body else None,
            headers={**dict(request.prepare().headers), "Host": host},
        )  # fmt: skip
        try:
            with urllib.request.urlopen(sent, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def _session(self, arn: str) -> Credentials:
        told = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="a-session")
        found = told["Credentials"]
        return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])

    def auto_scaling(self) -> str:
        """The ARN of the role that Application Auto Scaling calls with."""
        return self.role(SERVICE_ROLE, SERVICE_PATH)

    def inventory(self) -> dict[str, list[str]]:
        """What there is of a stage, by kind."""
        lists = {
            "stacks": ("cloudformation", "list_stacks", "StackSummaries", "StackName"),
            "buckets": ("s3", "list_buckets", "Buckets", "Name"),
            "tables": ("dynamodb", "list_tables", "TableNames", None),
            "topics": ("sns", "list_topics", "Topics", "TopicArn"),
            "queues": ("sqs", "list_queues", "QueueUrls", None),
            "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
            "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
            "dashboards": (
                "cloudwatch",
                "list_dashboards",
                "DashboardEntries",
                "DashboardName",
            ),
            "logs": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
            "apis": ("apigateway", "get_rest_apis", "items", "id"),
            "rules": ("events", "list_rules", "Rules", "Name"),
            "shifts": ("codedeploy", "list_applications", "applications", None),
            "roles": ("iam", "list_roles", "Roles", "RoleName"),
        }
        found: dict[str, list[str]] = {}
        for name, (service, operation, key, inner) in lists.items():
            told = getattr(self.client(service), operation)().get(key, [])
            live = [each for each in told if not _is_deleted(each)]
            found[name] = [each if inner is None else each[inner] for each in live]
        return found


def _is_deleted(listed: Any) -> bool:
    return isinstance(listed, dict) and listed.get("StackStatus") == "DELETE_COMPLETE"


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
