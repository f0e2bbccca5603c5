"""From a pipeline file to what CloudFormation or Terraform deploys.

``python -m tidegate.deployment.package FILE OUT``. The file is validated and compiled here, so that
nothing that validates it has to be deployed.
"""

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from tidegate.arguments import held_to, named
from tidegate.deployment.archive import REQUIREMENTS, stage_app, zipped
from tidegate.deployment.libraries import bill_of_materials
from tidegate.deployment.names import (
    APPCONFIG,
    BOUNDARY,
    PARAMETER,
    PREFIX,
    SECURITY_GROUP,
    SUBNET,
    TAG_KEY,
    TAG_VALUE,
    VPC_ENDPOINT,
    WEB_ACL,
)
from tidegate.deployment.options import DEFAULTS, Options
from tidegate.deployment.resource import Json
from tidegate.deployment.shifting import published
from tidegate.deployment.template import template
from tidegate.deployment.terraform import terraform
from tidegate.exits import leave
from tidegate.folded import folded
from tidegate.pipeline_file import load
from tidegate.scaling.config.grammar import Grammar
from tidegate.scaling.config.names import KMS_KEY
from tidegate.scaling.config.specification import PipelineFile
from tidegate.scaling.model.errors import TidegateError, shown

__all__ = ["ARCHIVE", "TEMPLATE", "package"]

ARCHIVE, TEMPLATE, MODULE, BILL = (
    "deployment.zip",
    "template.json",
    "tidegate.tf.json",
    "sbom.cdx.json",
)
WRITTEN = (ARCHIVE, TEMPLATE, MODULE, BILL)


def package(file: PipelineFile, folder: Path, format: str, options: Options) -> None:
    """Leave the zip, its bill of materials, and the template or module in ``folder/deploy``, in
    place of those of another time; whatever else is there stays. Raises TidegateError."""
    # Made first: nothing is written for a file that no role can be made for.
    if format == "terraform":
        name, told = MODULE, terraform(file, options)
    else:
        name, told = TEMPLATE, template(file, options)
    deploy = folder / "deploy"
    deploy.mkdir(parents=True, exist_ok=True)
    for each in WRITTEN:
        # By name: Terraform keeps its state here, which nothing could bring back.
        (deploy / each).unlink(missing_ok=True)
    with TemporaryDirectory() as staged:
        app = Path(staged) / "app"
        stage_app(file, app)
        zipped(app, deploy / ARCHIVE)
        bill = bill_of_materials(REQUIREMENTS, app, version("tidegate"))
    (deploy / BILL).write_text(bill, encoding="utf-8")
    if format == "cloudformation":
        told = published(told, (deploy / ARCHIVE).read_bytes())
    (deploy / name).write_text(_text(told), encoding="utf-8")


def _left(deploy: Path) -> str:
    """What a package is made of, and how large it is."""
    megabytes = (deploy / ARCHIVE).stat().st_size / 1_000_000
    names = ", ".join(each for each in WRITTEN[1:] if (deploy / each).exists())
    return f"{deploy} has {ARCHIVE} ({megabytes:.1f} MB), {names}."


def _text(told: Json) -> str:
    return json.dumps(told, indent=2) + "\n"


def _source(_: click.Context, __: click.Parameter, configuration: str) -> str:
    """It ends up in policies and templates."""
    kind, _colon, name = configuration.partition(":")
    match kind, name.split("/"):
        case "package", [""] if configuration == "package":
            pass
        case "ssm", _:
            named(PARAMETER, name)
        case "appconfig", [_, _, _] as parts:
            for part in parts:
                named(APPCONFIG, part)
        case _:
            raise click.BadParameter(
                f"{shown(configuration)}; package, ssm:NAME or appconfig:APPLICATION/ENV/PROFILE is"
            )
    return configuration


def _each_held_to(grammar: Grammar) -> Callable[..., tuple[str, ...]]:
    def held(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(named(grammar, each) for each in given)

    return held


def _tags(
    _: click.Context, __: click.Parameter, given: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    return tuple(dict(map(_pair, given)).items())


def _tag(_: click.Context, __: click.Parameter, given: str | None) -> tuple[str, str] | None:
    return None if given is None else _pair(given)


def _pair(given: str) -> tuple[str, str]:
    key, sign, value = given.partition("=")
    if not sign:
        raise click.BadParameter(f"{shown(given)}; KEY=VALUE is")
    return named(TAG_KEY, key), named(TAG_VALUE, value)


@click.command()
@click.argument("config")
@click.argument("out")
@click.option(
    "--format", type=click.Choice(["cloudformation", "terraform"]), default="cloudformation"
)
@click.option(
    "--configuration", default=DEFAULTS.configuration, callback=_source,
    help="Where the app reads its pipelines: package, ssm:NAME, appconfig:APPLICATION/ENV/PROFILE.",
)  # fmt: skip
@click.option(
    "--private", "vpc_endpoint_id", callback=held_to(VPC_ENDPOINT),
    help="The interface endpoint (vpce-...) let in. Application Auto Scaling can't use it.",
)  # fmt: skip
@click.option("--tracing", is_flag=True, help="Switch X-Ray on.")
@click.option("--snap-start", is_flag=True, help="The endpoint starts from a snapshot.")
@click.option(
    "--kms-key", "kms_key_arn", callback=held_to(KMS_KEY), help="Encrypts all that is kept."
)
@click.option(
    "--web-acl", "web_acl_arn", callback=held_to(WEB_ACL), help="A WAF ACL before the endpoint."
)
@click.option(
    "--permissions-boundary", "boundary_arn", callback=held_to(BOUNDARY), help="On every role."
)
@click.option("--tag", "tags", multiple=True, callback=_tags, help="KEY=VALUE on every resource.")
@click.option(
    "--prefix", "prefixes", multiple=True, callback=_each_held_to(PREFIX),
    help="Grant names that begin with it by the prefix, not one by one.",
)  # fmt: skip
@click.option(
    "--granted-tag", callback=_tag,
    help="KEY=VALUE: grant streams, functions, mappings and applications by this tag of theirs.",
)  # fmt: skip
@click.option(
    "--subnet", "subnet_ids", multiple=True, callback=_each_held_to(SUBNET),
    help="Of the VPC that both functions are in.",
)  # fmt: skip
@click.option(
    "--security-group", "security_group_ids", multiple=True,
    callback=_each_held_to(SECURITY_GROUP), help="Of both functions in their VPC.",
)  # fmt: skip
def main(config: str, out: str, format: str, **chosen: Any) -> None:
    """Package the app with the pipelines of CONFIG into OUT/deploy."""
    if bool(chosen["subnet_ids"]) is not bool(chosen["security_group_ids"]):
        raise click.UsageError("--subnet and --security-group belong together")
    try:
        package(load(config), Path(out), format, Options(**chosen))
    except TidegateError as error:
        leave(error)
    click.echo(folded(_left(Path(out) / "deploy")))


if __name__ == "__main__":
    main()
