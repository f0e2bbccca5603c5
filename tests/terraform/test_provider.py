"""The Terraform module against the schema of the AWS provider: by Terraform itself where it is, and
without it by the schema and HashiCorp's own parser.

The provider itself can be had from its registry alone. So its schema is that of bindings that were
made from it, of the lowest version that the module takes and of a late one.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.terraform.bindings import Bindings, mistakes
from tests.tidegate.deployment.test_terraform import EACH, module
from tidegate.deployment.options import Options

FOLDER = "TIDEGATE_TERRAFORM"
"""Where the wheels and the parser are; ``make verify`` makes it."""

SERVED = Path(__file__).with_name("served.py")
REFERENCE = re.compile(r"\b(data\.)?(aws_[a-z_]+)\.[a-z0-9_]+(?:\[\*\])?\.([a-z_]+)\b")
PARSE = """
import json, sys, pygohcl
for text in json.load(sys.stdin):
    pygohcl.loads(f"a = <<EOT\\n{text}\\nEOT\\n")
"""


def folder() -> Path:
    found = os.environ.get(FOLDER)
    if found is None:
        pytest.skip(f"{FOLDER} names no folder with the provider's bindings (make verify)")
    return Path(found)


@cache
def read(wheel: Path) -> Bindings:
    return Bindings(wheel)


def wheel_of(version: str) -> Path:
    (found,) = (folder() / version).glob("*.whl")
    return found


@pytest.fixture(params=["lowest", "newest"])
def wheel(request: pytest.FixtureRequest) -> Path:
    return wheel_of(request.param)


@pytest.fixture
def provider(wheel: Path) -> Bindings:
    return read(wheel)


def of(found: dict[str, Any], bindings: Bindings) -> Iterator[str]:
    for section, where in (("resource", "resources"), ("data", "data-sources")):
        for kind, each in found[section].items():
            place = bindings.resource(kind, where)
            if place is None:
                yield f"{kind} is no type"
                continue
            for name, declared in each.items():
                yield from mistakes(bindings, place, declared, f"{kind}.{name}")


@EACH
def test_the_provider_takes_every_argument_of_every_resource(
    provider: Bindings, options: Options
) -> None:
    assert list(of(module(options), provider)) == []


def test_the_versions_that_it_asks_for_are_those_that_take_it() -> None:
    asked = module()["terraform"]["required_providers"]["aws"]["version"]
    lowest, newest = (read(wheel_of(each)).version for each in ("lowest", "newest"))
    assert asked == f">= {lowest.removesuffix('.0')}, < {int(newest.split('.')[0]) + 1}"


@EACH
def test_what_is_referred_to_is_an_attribute_of_its_type(
    provider: Bindings, options: Options
) -> None:
    used = set(REFERENCE.findall(json.dumps(module(options))))
    assert len(used) > 20
    for data, kind, attribute in used:
        place = provider.resource(kind, "data-sources" if data else "resources")
        assert place is not None, kind
        assert attribute in provider.attributes(place), (kind, attribute)


def test_what_the_lowest_version_can_tag_is_tagged() -> None:
    lowest = read(wheel_of("lowest"))
    for kind, each in module()["resource"].items():
        place = lowest.resource(kind)
        assert place is not None
        takes = "tags" in lowest.arguments(place)
        assert {takes} == {"tags" in declared for declared in each.values()}, kind


CHANGED = pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"memory_sise": 512}, ("memory_sise is no argument", 'is named "memory_sise"')),
        ({"timeout": "soon"}, ("'soon' is no number", "a number is required")),
        ({"publish": [1]}, ("[1] is no bool", "bool required")),
        ({"environment": {"variables": []}}, ("variables: [] is no", "map of string required")),
        ({"logging_config": {}}, ("logging_config.log_format is missing", '"log_format" is requ')),
        ({"tracing_config": [{"mode": "a"}] * 2}, ("is one block", "No more than 1 ")),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)


@CHANGED
def test_a_mistake_is_found(
    provider: Bindings, changed: dict[str, Any], words: tuple[str, str]
) -> None:
    (told,) = of(with_callback(changed), provider)
    assert words[0] in told


def with_callback(changed: dict[str, Any]) -> dict[str, Any]:
    found = module()
    found["resource"]["aws_lambda_function"]["api_handler"] |= changed
    return found


@EACH
def test_terraform_validates_it(wheel: Path, options: Options, tmp_path: Path) -> None:
    assert validated(module(options), wheel, tmp_path) == []


@CHANGED
def test_terraform_finds_a_mistake(
    changed: dict[str, Any], words: tuple[str, str], tmp_path: Path
) -> None:
    (told,) = validated(with_callback(changed), wheel_of("newest"), tmp_path)
    assert words[1] in told


def validated(found: dict[str, Any], wheel: Path, place: Path) -> list[str]:
    """What ``terraform validate`` says of a module, before a provider with the schema of a wheel."""
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("there is no Terraform here")
    (place / "tidegate.tf.json").write_text(json.dumps(found), encoding="utf-8")
    (place / "deployment.zip").touch()
    (place / "none.tfrc").touch()
    kinds = [*found["resource"], *(f"data.{kind}" for kind in found["data"])]
    command = [folder() / "bin" / "python", SERVED, wheel, *kinds]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        environment = {
            "PATH": os.environ["PATH"], "TF_REATTACH_PROVIDERS": process.stdout.readline(),
            "TF_CLI_CONFIG_FILE": str(place / "none.tfrc"), "CHECKPOINT_DISABLE": "1",
        }  # fmt: skip
        done = subprocess.run(
            [terraform, "validate", "-json"], cwd=place, env=environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        process.stdin.close()
    told = json.loads(done.stdout)
    return [f"{each['summary']}: {each['detail']}" for each in told["diagnostics"]]


@EACH
def test_hashicorps_parser_takes_every_template(options: Options) -> None:
    assert parsed(list(texts(module(options)))) == ""
    assert "Missing argument separator" in parsed(["${jsonencode(var.stage}"])


def parsed(found: list[str]) -> str:
    """What the parser says."""
    python = folder() / "bin" / "python"
    done = subprocess.run(
        [python, "-c", PARSE], input=json.dumps(found), capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1)
    return done.stderr


def texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from texts(each)
        case list():
            for each in value:
                yield from texts(each)
