"""Who is let in, when that takes effect, what is logged."""

import ast
import copy
import json
from typing import Any

import pytest

from tests.tidegate.deployment.conftest import OPERATOR, RACE, ROOT
from tidegate.deployment.gateway import PATH, admitting
from tidegate.deployment.options import Options
from tidegate.deployment.template import template
from tidegate.pipeline_file import load

OTHER = "arn:aws:iam::123456789012:role/team/others"


def deployment(found: dict[str, Any]) -> str:
    (name,) = (
        name
        for name, each in found["Resources"].items()
        if each["Type"] == "AWS::ApiGateway::Deployment"
    )
    assert found["Resources"]["RestAPIv1Stage"]["Properties"]["DeploymentId"] == {"Ref": name}
    return name


def denial(found: dict[str, Any]) -> Any:
    api = found["Resources"]["RestAPI"]["Properties"]
    # Whichever of the two CloudFormation puts last, it is the same one.
    assert api["Policy"] == api["Body"]["x-amazon-apigateway-policy"]
    return api["Policy"]["Statement"][1]["Condition"]


def test_its_routes_are_those_of_the_app_and_each_needs_a_signed_request(
    resources: dict[str, Any],
) -> None:
    body = resources["RestAPI"]["Properties"]["Body"]
    routed = {
        (path, method.upper()) for path, methods in body["paths"].items() for method in methods
    }
    assert routed == served()
    assert all(
        method["security"] == [{"sigv4": []}]
        for methods in body["paths"].values()
        for method in methods.values()
    )
    signed = body["securityDefinitions"]["sigv4"]
    assert signed["x-amazon-apigateway-authtype"] == "awsSigv4"


def served() -> set[tuple[str, str]]:
    """The routes that the app's own source declares."""
    tree = ast.parse((ROOT / "chalice_app" / "app.py").read_text(encoding="utf-8"))
    return {
        (PATH, method)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "route"
        for each in node.keywords
        if each.arg == "methods"
        for method in ast.literal_eval(each.value)
    }


def test_there_is_one_stage_and_it_is_throttled_measured_and_logged(
    resources: dict[str, Any],
) -> None:
    (stage,) = (each for each in resources.values() if each["Type"] == "AWS::ApiGateway::Stage")
    (settings,) = stage["Properties"]["MethodSettings"]
    assert settings == {
        "ResourcePath": "/*", "HttpMethod": "*", "MetricsEnabled": True,
        "ThrottlingRateLimit": 20, "ThrottlingBurstLimit": 40,
    }  # fmt: skip
    assert stage["Properties"]["AccessLogSetting"]["DestinationArn"]["Fn::Sub"].endswith(
        "log-group:${AccessLog}"
    )
    (made,) = (e for e in resources.values() if e["Type"] == "AWS::ApiGateway::Deployment")
    assert "StageName" not in made["Properties"]


def test_only_application_auto_scaling_and_the_operators_are_let_in(
    whole: dict[str, Any],
) -> None:
    allow, deny = whole["Resources"]["RestAPI"]["Properties"]["Policy"]["Statement"]
    assert (allow["Effect"], deny["Effect"]) == ("Allow", "Deny")
    assert {each["Principal"] for each in (allow, deny)} == {"*"}
    # Both must hold for the denial: whoever is neither of them is kept out, whatever its own
    # policy allows (IAM guide, conditions with several operators).
    condition = denial(whole)
    assert condition.keys() == {"ArnNotEquals", "StringNotEquals"}
    role = condition["ArnNotEquals"]["aws:PrincipalArn"]["Fn::Sub"]
    assert role.endswith("AWSServiceRoleForApplicationAutoScaling_CustomResource")
    assert condition["StringNotEquals"] == {"aws:PrincipalArn": [OPERATOR]}


def test_without_operators_application_auto_scaling_alone_is_let_in() -> None:
    assert denial(template(load(RACE))).keys() == {"ArnNotEquals"}


def test_other_operators_are_another_deployment_and_the_same_ones_are_not() -> None:
    plain = template(load(RACE))
    one = admitting(plain, [OPERATOR])
    assert deployment(one) != deployment(plain)
    assert deployment(admitting(one, [OPERATOR, OTHER])) != deployment(one)
    assert deployment(admitting(one, [])) == deployment(plain)
    both = [admitting(one, each) for each in ([OPERATOR, OTHER], [OTHER, OPERATOR, OTHER])]
    assert both[0] == both[1]


def test_another_way_in_is_another_deployment() -> None:
    names = {
        deployment(template(load(RACE), options, [OPERATOR]))
        for options in (Options(), Options(vpc_endpoint_id="vpce-12345678"))
    }
    assert len(names) == 2


def test_another_route_is_another_deployment() -> None:
    plain = template(load(RACE))
    more = copy.deepcopy(plain)
    paths = more["Resources"]["RestAPI"]["Properties"]["Body"]["paths"]
    paths["/other"] = paths[PATH]
    assert deployment(admitting(more, [OPERATOR])) != deployment(admitting(plain, [OPERATOR]))


def test_what_is_not_the_gateway_makes_no_new_deployment() -> None:
    names = {
        deployment(template(load(RACE), options, [OPERATOR]))
        for options in (Options(), Options("ssm:/a"), Options(tracing=True))
    }
    assert len(names) == 1


def test_a_private_endpoint_lets_in_one_vpc_endpoint_only() -> None:
    resources = template(load(RACE), Options(vpc_endpoint_id="vpce-12345678"))["Resources"]
    api = resources["RestAPI"]["Properties"]
    assert api["EndpointConfiguration"] == {
        "Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-12345678"],
    }  # fmt: skip
    elsewhere = api["Policy"]["Statement"][-1]
    assert elsewhere["Effect"] == "Deny"
    assert elsewhere["Condition"] == {"StringNotEquals": {"aws:SourceVpce": "vpce-12345678"}}


def test_the_access_log_is_json_with_every_phase_of_a_signed_request(
    resources: dict[str, Any],
) -> None:
    setting = resources["RestAPIv1Stage"]["Properties"]["AccessLogSetting"]
    line = json.loads(setting["Format"])
    for phase in ("waf", "authenticate", "authorize", "integration"):
        for what in ("error", "status", "latency"):
            assert line[f"{phase}-{what}"] == f"$context.{phase}.{what}"
    assert line["userArn"] == "$context.identity.userArn"


@pytest.mark.parametrize("odd", ['say "no"', "back\\slash"])
def test_a_quote_in_an_error_hides_neither_who_asked_nor_how_it_ended(
    resources: dict[str, Any], odd: str
) -> None:
    setting = resources["RestAPIv1Stage"]["Properties"]["AccessLogSetting"]
    keys = list(json.loads(setting["Format"]))
    words = [key for key in keys if key.endswith("error") or key == "path"]
    first = min(keys.index(key) for key in words)
    assert {"userArn", "status", "requestId", "authorize-status"} <= set(keys[:first])
    line = setting["Format"].replace("$context.authorize.error", odd)
    whole = line[: line.index('"waf-error"') - 1] + "}"
    assert json.loads(whole)["status"] == "$context.status"
