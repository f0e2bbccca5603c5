"""From a pipeline file to what CloudFormation or Terraform deploys.

``python -m tidegate.deployment.package FILE OUT``. The file is validated and compiled here, so that
nothing that validates it has to be deployed.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from tidegate.arguments import named
from tidegate.deployment.deployed import reached
from tidegate.deployment.options import DEFAULTS, Options
from tidegate.deployment.permissions import CHARACTERS_MAX, characters, policy
from tidegate.deployment.template import extras
from tidegate.deployment.terraform import terraform
from tidegate.pipeline_file import load
from tidegate.scaling.config.compiled import compiled
from tidegate.scaling.config.names import APPCONFIG, PARAMETER, VPC_ENDPOINT
from tidegate.scaling.config.specification import PipelineFile
from tidegate.scaling.model.errors import ConfigurationError, shown

__all__ = ["package", "stage_app"]

APP = Path(__file__).parents[2] / "chalice_app"
PACKAGES = ("rules", "scaling")
"""Of ``tidegate``, those that the app may import."""

NOT_DATA = shutil.ignore_patterns("__pycache__", "*.test.yaml")
NOT_DEPLOYED = shutil.ignore_patterns("__pycache__")


def stage_app(file: PipelineFile, folder: Path, options: Options = DEFAULTS) -> None:
    """The app with the rooms it stands on and the compiled pipelines, in a folder of its own."""
    shutil.copytree(APP, folder, ignore=NOT_DEPLOYED)
    _stage_rooms(folder / "vendor")
    text = json.dumps(compiled(file))
    (folder / "chalicelib" / "pipelines.json").write_text(text, encoding="utf-8")
    (folder / "extras.json").write_text(json.dumps(extras(file, options)), encoding="utf-8")


def _stage_rooms(vendor: Path) -> None:
    root = APP.parent
    needed = reached(APP, root)

    def left_out(folder: str, names: list[str]) -> set[str]:
        # A package that holds data alone is named in a text, not imported.
        code = {name for name in names if name.endswith(".py") and name != "__init__.py"}
        return {*NOT_DATA(folder, names), *(n for n in code if Path(folder, n) not in needed)}

    for package in PACKAGES:
        place = Path("tidegate") / package
        shutil.copytree(root / place, vendor / place, ignore=left_out)
    shutil.copy(root / "tidegate" / "__init__.py", vendor / "tidegate")


def package(file: PipelineFile, folder: Path, format: str, options: Options) -> int:
    """Stage the app and let Chalice package it into ``folder/deploy``; Chalice's exit code."""
    shutil.rmtree(folder, ignore_errors=True)
    stage_app(file, folder / "app", options)
    chalice = str(Path(sys.executable).with_name("chalice"))
    command = [chalice, "package", "--stage", "dev", "--pkg-format", format]
    if format == "cloudformation":
        command += ["--merge-template", "extras.json"]
    # Chalice wants a region although nothing that it writes here names one, and imports the app,
    # whose bytecode would end up in the zip.
    environment = {"AWS_DEFAULT_REGION": "us-east-1", **os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    deploy = (folder / "deploy").resolve()
    done = subprocess.run([*command, str(deploy)], cwd=folder / "app", env=environment, check=False)
    if done.returncode == 0 and format == "terraform":
        written = deploy / "chalice.tf.json"
        module = terraform(json.loads(written.read_text(encoding="utf-8")), extras(file, options))
        written.write_text(json.dumps(module, indent=2), encoding="utf-8")
    return done.returncode


def _check(configuration: str, vpc_endpoint_id: str | None) -> None:
    """Both end up in policies and templates."""
    kind, _, name = configuration.partition(":")
    match kind, name.split("/"):
        case "package", [""] if configuration == "package":
            pass
        case "ssm", _:
            named(PARAMETER, name, "--configuration")
        case "appconfig", [_, _, _] as parts:
            for part in parts:
                named(APPCONFIG, part, "--configuration")
        case _:
            words = (
                f"{shown(configuration)}; package, ssm:NAME or appconfig:APPLICATION/ENV/PROFILE is"
            )
            raise click.BadParameter(words, param_hint="--configuration")
    if vpc_endpoint_id is not None:
        named(VPC_ENDPOINT, vpc_endpoint_id, "--private")


@click.command()
@click.argument("config")
@click.argument("out")
@click.option(
    "--format", type=click.Choice(["cloudformation", "terraform"]), default="cloudformation"
)
@click.option(
    "--configuration", default=DEFAULTS.configuration,
    help="Where the app reads its pipelines: package, ssm:NAME, appconfig:APPLICATION/ENV/PROFILE.",
)  # fmt: skip
@click.option("--private", "vpc_endpoint_id", help="The interface endpoint (vpce-...) let in.")
@click.option("--tracing", is_flag=True, help="Switch X-Ray on.")
def main(
    config: str,
    out: str,
    format: str,
    configuration: str,
    vpc_endpoint_id: str | None,
    tracing: bool,
) -> None:
    """Package the app with the pipelines of CONFIG into OUT/deploy."""
    _check(configuration, vpc_endpoint_id)
    try:
        file = load(config)
    except ConfigurationError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    options = Options(configuration, vpc_endpoint_id, tracing)
    needed = characters(policy(file.pipelines, options, sweeps=True))
    if needed > CHARACTERS_MAX:
        words = f"the sweep's role needs a policy of {needed:,} characters; IAM allows"
        click.echo(f"{config}: {words} {CHARACTERS_MAX:,}: split it over two stages", err=True)
        raise SystemExit(2)
    raise SystemExit(package(file, Path(out), format, options))


if __name__ == "__main__":
    main()
