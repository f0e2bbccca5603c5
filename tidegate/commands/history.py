"""``tidegate history``: what was seen, decided, done and refused, and why, from the ledger."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidegate.exits import leave
from tidegate.scaling.model.errors import TidegateError
from tidegate.since import as_moment

if TYPE_CHECKING:
    from tidegate.history import Told
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.config.specification import PipelineSpec
    from tidegate.scaling.ports import Ledger

__all__ = ["command"]


@click.command("history")
@click.option(
    "--since", default="24h", show_default=True, callback=as_moment,
    help="How far back: 90m, 24h, 14d, or a moment in ISO 8601.",
)  # fmt: skip
@click.option("--pipeline", help="This one only; default: all that the file or the ledger names.")
@click.option("--output", type=click.Choice(["table", "json"]), default="table")
@click.option(
    "--report",
    type=click.Path(dir_okay=False),
    help="Write an HTML report here, drawn over the metrics.",
)
@click.option("--config", help="The pipeline file; needed for --report.")
@click.option("--ledger", help="A file, or dynamodb:TABLE; default TIDEGATE_LEDGER or a file.")
def command(
    since: datetime, pipeline: str | None, output: str, report: str | None, config: str | None,
    ledger: str | None,
) -> None:  # fmt: skip
    """Tell what sweeps found, advised, changed and held back, what AWS refused, and why.

    The ledger has a line when something changed, not one for each sweep.
    """
    try:
        _history(since, pipeline, _Wanted(output, report, config, ledger))
    except TidegateError as error:
        leave(error)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The command's options of these names."""

    output: str
    report: str | None
    config: str | None
    ledger: str | None


def _history(since: datetime, pipeline: str | None, wanted: _Wanted) -> None:
    from rich.console import Console

    from tidegate.history import history_as_json, show_history, tell
    from tidegate.ledgers import default_ledger
    from tidegate.scaling.aws.clients import Clients

    clients = Clients()
    place = wanted.ledger or default_ledger()
    kept = _existing(place, clients)
    specs = _specs(wanted.config)
    names = _asked_for(pipeline, specs, kept, place)
    told = [tell(kept, name, specs.get(name), since) for name in names]
    if wanted.report is not None:
        _draw(wanted.report, told, specs, clients, since)
    if wanted.output == "json":
        click.echo(json.dumps(history_as_json(told, since, datetime.now(UTC)), indent=2))
        return
    if not told:
        click.echo(f"{place} holds nothing yet: no sweep has used this ledger.")
    show_history(told, Console(), since)


def _existing(place: str, clients: "Clients") -> "Ledger":
    from tidegate.ledgers import open_ledger

    if not place.startswith("dynamodb:") and not Path(place).exists():
        raise click.BadParameter(
            f"there is no ledger at {place}; the first sweep creates one", param_hint="--ledger"
        )
    return open_ledger(place, clients, to_look=True)


def _specs(config: str | None) -> dict[str, "PipelineSpec"]:
    from tidegate.kinds.registry import kinds_in_use
    from tidegate.pipeline_file import load

    return (
        {}
        if config is None
        else {each.name: each for each in load(config, kinds_in_use().kinds).pipelines}
    )


def _asked_for(
    pipeline: str | None, specs: dict[str, "PipelineSpec"], ledger: "Ledger", place: str
) -> list[str]:
    if pipeline is None:
        return [*(specs or ledger.pipelines())]
    known = specs or ledger.pipelines()
    if pipeline not in known:
        where = "the file" if specs else place
        words = f"{where} has no pipeline {pipeline!r}; it has: {', '.join(known) or 'none'}"
        raise click.BadParameter(words, param_hint="--pipeline")
    return [pipeline]


def _draw(
    report: str, told: list["Told"], specs: dict[str, "PipelineSpec"], clients: "Clients",
    since: datetime,
) -> None:  # fmt: skip
    from tidegate.dashboard_page import Span, dashboard_page
    from tidegate.history import coarser, lines
    from tidegate.scaling.aws.metrics import AwsMetrics
    from tidegate.scaling.observability.pipeline_rows import rows

    if len(told) != 1 or told[0].pipeline not in specs:
        words = "a report shows one pipeline of a file: name both with --config and --pipeline"
        raise click.BadParameter(words, param_hint="--report")
    (one,) = told
    from tidegate.kinds.registry import kinds_in_use

    now = datetime.now(UTC)
    spec = specs[one.pipeline]
    layers = coarser(rows(kinds_in_use().cloud(clients).describe(spec), spec), now - since)
    history = [(at, f"{kind.value}: {words}") for at, kind, words in lines(one, since)]
    span = Span(since, now, one.change_records, history)
    page = dashboard_page(layers, one.pipeline, AwsMetrics(clients), span)
    try:
        Path(report).write_text(page, encoding="utf-8")
    except OSError as error:
        words = f"{report} can't be written: {error.strerror}"
        raise click.BadParameter(words, param_hint="--report") from None
    click.echo(f"Drawn in {report}.", err=True)
