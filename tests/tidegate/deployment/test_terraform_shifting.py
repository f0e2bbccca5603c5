"""Terraform leaves the alias alone, and says how CodeDeploy moves it."""

import json
import re
from typing import Any

from botocore.session import Session
from botocore.validate import validate_parameters

from tests.tidegate.deployment.test_terraform import EACH, module
from tidegate.deployment.options import Options


@EACH
def test_traffic_is_moved_by_a_request_that_codedeploy_takes(options: Options) -> None:
    found = module(options)
    resources = found["resource"]
    request = evaluated(found["output"]["traffic_shift"]["value"])
    client = Session().create_client("codedeploy", region_name="us-east-1")
    shape = client.meta.service_model.operation_model("CreateDeployment").input_shape
    assert shape is not None
    assert not validate_parameters(request, shape)
    group = resources["aws_codedeploy_deployment_group"]["callback_shift"]
    assert request["applicationName"] == "aws_codedeploy_app.shifts.name" == bare(group["app_name"])
    assert request["deploymentGroupName"].endswith("callback_shift.deployment_group_name")
    (moved,) = json.loads(request["revision"]["appSpecContent"]["content"])["Resources"]
    alias = resources["aws_lambda_alias"]["callback_live"]
    assert moved["callback"]["Properties"] == {
        "Name": bare(alias["function_name"]),
        "Alias": alias["name"],
        "CurrentVersion": "aws_lambda_alias.callback_live.function_version",
        "TargetVersion": bare(alias["function_version"]),
    }


def evaluated(value: str) -> Any:
    """A request as Terraform would write it, each reference standing for what it refers to."""
    text = bare(re.sub(r"\$\{(aws_[^}]+)\}", r"\1", value))
    parts = re.fullmatch(r"jsonencode\((.*)jsonencode\((.*?)\)(.*)\)", text)
    assert parts is not None
    start, inner, end = parts.groups()
    return json.loads(start + json.dumps(json.dumps(json.loads(inner))) + end)


def bare(value: str) -> str:
    return value.removeprefix("${").removesuffix("}")


def test_terraform_leaves_the_alias_to_codedeploy() -> None:
    resources = module()["resource"]
    alias = resources["aws_lambda_alias"]["callback_live"]
    assert alias["lifecycle"] == {"ignore_changes": ["function_version", "routing_config"]}
    published = {
        name for name, each in resources["aws_lambda_function"].items() if "publish" in each
    }
    assert published == {"api_handler"}
    permission = resources["aws_lambda_permission"]["api_handler_invoke_permission"]
    assert permission["qualifier"] == "${aws_lambda_alias.callback_live.name}"
