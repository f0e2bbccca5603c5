"""``tidegate init``: a first pipeline file from what an account has."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from re import fullmatch
from typing import TYPE_CHECKING

import click

from tidegate.exits import UNDONE, leave
from tidegate.scaling.model.errors import ConfigurationError, Mistake, TidegateError

if TYPE_CHECKING:
    from tidegate.scaling.onboarding.iam_write_access import Candidate
    from tidegate.survey import Ask, Survey

__all__ = ["command"]


def _region(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not fullmatch(r"[a-z]+(-[a-z]+)+-\d+", value):
        raise click.BadParameter(f"{value!r} is not a region; one such as eu-central-1 is")
    return value


@click.command("init")
@click.option(
    "--region", callback=_region, help="Where to look; default: the environment's or the profile's."
)
@click.option("--output", type=click.Path(), help="The file to write; default: standard output.")
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
def command(region: str | None, output: str | None, force: bool) -> None:
    """Find the account's pipelines and draft a pipeline file for them. Reads only.

    Streams come from event source mappings, tables from the roles and environments of their
    functions, objectives and bounds from two weeks of metrics. Where only a wildcard tells which
    tables a function writes, it asks on a terminal and leaves a comment elsewhere.

    Exit code 0: drafted. 1: there is no pipeline here. 2: bad input. 3: AWS could not be asked.
    """
    try:
        target = None if output is None else _free(Path(output), force=force)
        found = _survey(region)
        if not found.drafted:
            _say_none(found)
            raise SystemExit(UNDONE)
        _write(found, target)
    except TidegateError as error:
        leave(error)


def _free(target: Path, *, force: bool) -> Path:
    if target.is_dir():
        raise _refused(target, "it is a directory; a file is needed")
    if not target.parent.is_dir():
        raise _refused(target, f"there is no directory {target.parent}")
    if target.exists() and not force:
        raise _refused(target, "it is there already; --force overwrites it")
    return target


def _refused(target: Path, words: str) -> ConfigurationError:
    return ConfigurationError((Mistake(str(target), 1, 1, words),))


def _survey(region: str | None) -> "Survey":
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.discovery import Discovery
    from tidegate.scaling.aws.metrics import AwsMetrics
    from tidegate.survey import survey

    clients = Clients(region=region)
    return survey(Discovery(clients), AwsMetrics(clients), datetime.now(UTC), _asker())


def _asker() -> "Ask":
    return _ask if sys.stdin.isatty() else lambda _, __: None


def _ask(function: str, candidates: "tuple[Candidate, ...]") -> tuple[str, ...]:
    known = {each.table: each for each in candidates}
    for each in candidates:
        click.echo(f"  {each.table}: {each.because}", err=True)

    def chosen(text: str) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(text.replace(",", " ").split()))
        strange = [name for name in names if name not in known]
        if strange:
            raise click.BadParameter(f"not among them: {', '.join(strange)}")
        return names

    answer: tuple[str, ...] = click.prompt(
        f"Which of these does {function} write? (names, or Enter for none)",
        default="", show_default=False, value_proc=chosen, err=True,
    )  # fmt: skip
    return answer


def _say_none(found: "Survey") -> None:
    words = "No pipeline found: no event source mapping here reads a stream that Tidegate"
    click.echo(f"{found.region}: {words} supports. No file is written.", err=True)
    for each in found.left_out:
        click.echo(f"left out: {each}", err=True)


def _write(found: "Survey", target: Path | None) -> None:
    from tidegate.pipeline_draft import draft

    text = draft(found)
    if target is None:
        click.echo(text, nl=False)
    else:
        try:
            target.write_text(text, encoding="utf-8")
        except OSError as error:
            raise _refused(target, str(error.strerror)) from None
    for each in found.unread:
        click.echo(f"not read: {each}", err=True)
    for each in found.left_out:
        click.echo(f"left out: {each}", err=True)
    undecided = sum(bool(tables) for each in found.drafted for tables in each.undecided.values())
    if undecided:
        click.echo(f"{undecided} functions: which tables they write is for you to decide", err=True)
    pipelines = "pipeline" if len(found.drafted) == 1 else "pipelines"
    where = "" if target is None else f" in {target}"
    click.echo(f"{len(found.drafted)} {pipelines}{where}", err=True)
