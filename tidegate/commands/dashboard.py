"""``tidegate dashboard``: one CloudWatch dashboard a pipeline, with its limits drawn."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidegate.arguments import named
from tidegate.commands.register import agreed
from tidegate.exits import leave, leave_if_any
from tidegate.scaling.config.names import DASHBOARD
from tidegate.scaling.model.errors import TidegateError
from tidegate.words import counted

if TYPE_CHECKING:
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.watching import Watching
    from tidegate.scaling.config.specification import PipelineSpec
    from tidegate.scaling.model.change_record import ChangeRecord
    from tidegate.scaling.ports import Ledger

__all__ = ["command"]

LOOK_BACK = timedelta(hours=3)


@click.command("dashboard")
@click.argument("file")
@click.option("--name", help="For a file of one pipeline; default tidegate-PIPELINE-REGION.")
@click.option("--preview", type=click.Path(dir_okay=False), help="Draw it here as HTML as well.")
@click.option("--remove", is_flag=True, help="Remove the dashboards of the file instead.")
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--ledger", help="A file, or dynamodb:TABLE; default TIDEGATE_LEDGER or a file.")
def command(
    file: str, name: str | None, preview: str | None, remove: bool, dry_run: bool, yes: bool,
    ledger: str | None,
) -> None:  # fmt: skip
    """Put a dashboard for every pipeline of FILE: a row a layer, each graph with the limit that
    the resource has now, and Tidegate's own actions marked. Run again after a change, or let the
    sweep do it (``update_dashboard: true``)."""
    try:
        _dashboard(file, _Wanted(name, preview, remove, dry_run, yes, ledger))
    except TidegateError as error:
        leave(error)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The command's options of these names."""

    name: str | None
    preview: str | None
    remove: bool
    dry_run: bool
    yes: bool
    ledger: str | None


def _dashboard(file: str, wanted: _Wanted) -> None:
    from tidegate.kinds.registry import kinds_in_use
    from tidegate.ledgers import default_ledger, open_ledger
    from tidegate.pipeline_file import load
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.watching import Watching
    from tidegate.scaling.observability.dashboard import dashboard_name

    specs = load(file, kinds_in_use().kinds).pipelines
    _check(wanted.name, wanted.preview, len(specs))
    clients = Clients()
    watching = Watching(clients, Path(file))
    bodies: dict[str, str | None] = dict.fromkeys(watching.own_dashboards())
    kept = (
        None
        if wanted.remove
        else open_ledger(wanted.ledger or default_ledger(), clients, to_look=True)
    )
    errors: dict[str, TidegateError] = {}
    for spec in specs:
        known = wanted.name or dashboard_name(spec.name, clients.cloudwatch.meta.region_name)
        try:
            bodies[known] = None if kept is None else _body(spec, clients, kept, wanted.preview)
        except TidegateError as error:
            # The dashboards of the others are put, and that of this one stays as it is.
            errors[spec.name] = error
            bodies.pop(known, None)
    planned = [(known, body) for known, body in bodies.items() if _differs(watching, known, body)]
    _put(planned, watching, wanted, is_silent=len(errors) == len(specs))
    leave_if_any(errors, is_alone=len(errors) == len(specs))


def _put(
    planned: list[tuple[str, str | None]],
    watching: "Watching",
    wanted: _Wanted,
    *,
    is_silent: bool,
) -> None:
    if not planned:
        if not is_silent:
            click.echo("Nothing to do: the dashboards are as they should be.")
        return
    for known, body in planned:
        verb = "remove" if body is None else "put"
        click.echo(f"{'would ' if wanted.dry_run else ''}{verb} dashboard {known}{_size(body)}")
    if wanted.dry_run or not agreed(f"Make {counted(len(planned), 'change')}?", yes=wanted.yes):
        return
    for known, body in planned:
        if body is None:
            watching.delete_dashboard(known)
        else:
            watching.put_dashboard(known, body)
    click.echo(f"Done: {counted(len(planned), 'change')}.")


def _check(name: str | None, preview: str | None, pipelines: int) -> None:
    for option, value in (("--name", name), ("--preview", preview)):
        if value is not None and pipelines > 1:
            raise click.BadParameter("the file has several pipelines", param_hint=option)
    if name is not None:
        named(DASHBOARD, name, "--name")


def _differs(watching: "Watching", known: str, body: str | None) -> bool:
    import json

    have = watching.dashboard(known)
    if have is None or body is None:
        return have is not body
    return bool(json.loads(have) != json.loads(body))


def _size(body: str | None) -> str:
    import json

    if body is None:
        return ""
    widgets = [each["properties"] for each in json.loads(body)["widgets"]]
    graphs = [each for each in widgets if "metrics" in each]
    limits = sum(len(each["annotations"]["horizontal"]) for each in graphs)
    limits += sum("color" in line[-1] for each in graphs for line in each["metrics"])
    return f": {len(graphs)} graphs, {limits} limits"


def _body(spec: "PipelineSpec", clients: "Clients", kept: "Ledger", preview: str | None) -> str:
    from tidegate.dashboard_page import Span, changes_told, dashboard_page
    from tidegate.kinds.registry import kinds_in_use
    from tidegate.scaling.aws.metrics import AwsMetrics
    from tidegate.scaling.ledger.seen_levers import changes_by_all
    from tidegate.scaling.observability.dashboard import body
    from tidegate.scaling.observability.pipeline_rows import rows

    pipeline = kinds_in_use().cloud(clients).describe(spec)
    layers = rows(pipeline, spec)
    now = datetime.now(UTC)
    change_records: tuple[ChangeRecord, ...] = kept.change_records(spec.name, now - LOOK_BACK)
    if preview is not None:
        by_all = changes_by_all(kept, spec.name, now - LOOK_BACK)
        span = Span(now - LOOK_BACK, now, by_all, changes_told(by_all))
        page = dashboard_page(layers, spec.name, AwsMetrics(clients), span)
        try:
            Path(preview).write_text(page, encoding="utf-8")
        except OSError as error:
            words = f"{preview} can't be written: {error.strerror}"
            raise click.BadParameter(words, param_hint="--preview") from None
        click.echo(f"Drawn in {preview}.")
    return body(layers, pipeline.source.arn.split(":")[3], spec.name, now, change_records)
