"""What `make package` has left, as `make deploy` takes it."""

import json
from pathlib import Path

import click

from tidegate.deployment.package import ARCHIVE, TEMPLATE
from tidegate.deployment.shifting import is_of_code

__all__ = ["packaged"]


def packaged(_: click.Context, __: click.Parameter, folder: Path) -> Path:
    """A folder with all that a stack is made of; said before anything is asked of AWS."""
    for name in (ARCHIVE, TEMPLATE):
        if not (folder / name).is_file():
            raise click.BadParameter(
                f"{folder} has no {name}; make package CONFIG=... leaves it (without "
                "FORMAT=terraform)"
            )
    try:
        template = json.loads((folder / TEMPLATE).read_text(encoding="utf-8"))
        fits = is_of_code(template, (folder / ARCHIVE).read_bytes())
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise click.BadParameter(f"{folder / TEMPLATE} is no template: {error}") from None
    if not fits:
        raise click.BadParameter(
            f"{folder / ARCHIVE} is not the zip that {TEMPLATE} was made for, by its SHA-256: "
            "sweeps would run it, and the endpoint would not. make package CONFIG=... leaves both"
        )
    return folder
