"""``tidegate bench``: every controller on every load, in the same world."""

import json
import os
import shlex
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from tidegate.exits import leave

if TYPE_CHECKING:
    from rich.console import Console

    from tidegate.bench.bench import Benchmark
    from tidegate.bench.case import Case

__all__ = ["command"]


def _names(
    text: str | None, known: list[str], option: str, shown: list[str] | None = None
) -> list[str]:
    """The names of a comma-separated option, all known ones when it isn't given; those ``shown``
    are told to who asks for another."""
    if text is None:
        return known
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise click.BadParameter(
            f"there is no {', '.join(unknown) or 'name'}; there are {', '.join(shown or known)}",
            param_hint=option,
        )
    return wanted


@click.command("bench")
@click.option(
    "--traces",
    type=click.Path(file_okay=False, path_type=Path),
    help="The shared traces; ../shared/traces when not given.",
)
@click.option("--controllers", help="Some of them, comma-separated.")
@click.option("--loads", help="Some loads, traces or cases (LOAD+FAULT), comma-separated.")
@click.option("--seeds", type=click.IntRange(min=1), help="How many seeds each case is run with.")
@click.option("--quick", is_flag=True, help="Faults befall one load of each half, not every load.")
@click.option(
    "--trace",
    type=click.Path(dir_okay=False, path_type=Path),
    help="One's own load instead, with healthy consumers: a CSV file with the columns "
    "second,value; the value is records a second unless --peak is given.",
)
@click.option(
    "--peak",
    type=click.FloatRange(min=0, min_open=True),
    help="Scales --trace: its highest records a second.",
)
@click.option(
    "--draw",
    type=int,
    metavar="SEED",
    help="Loads that this seed draws instead: shapes, hours of the traces and faults that nobody "
    "chose.",
)
@click.option(
    "--open",
    "is_open",
    is_flag=True,
    help="Every load alone and in an open account: beside two foreign readers of the stream and a "
    "foreign writer to the table. Tidegate only, unless --controllers is given.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("bench"),
    show_default=True,
    help="Where results.json, tables.md and index.html go.",
)
@click.option("--processes", type=click.IntRange(min=1), help="As many as there are processors.")
def command(
    traces: Path | None,
    controllers: str | None,
    loads: str | None,
    seeds: int | None,
    quick: bool,
    trace: Path | None,
    peak: float | None,
    draw: int | None,
    is_open: bool,
    out: Path,
    processes: int | None,
) -> None:
    """Compare Tidegate with its peers and with a lower bound of the cost, in the embedded world."""
    from rich.console import Console

    from tidegate.bench.controllers.registry import CONTROLLERS, TIDEGATE
    from tidegate.scaling.model.errors import ConfigurationError

    console = Console()
    asked = controllers or (TIDEGATE if is_open else None)
    names = _names(asked, list(CONTROLLERS), "--controllers")
    if peak is not None and trace is None:
        raise click.BadParameter("it scales --trace, which is missing", param_hint="--peak")
    if draw is not None:
        _alone("--draw", {"--trace": trace, "--seeds": seeds, "--quick": quick or None})
    if is_open:
        _alone("--open", {"--trace": trace, "--draw": draw, "--quick": quick or None})
    try:
        if trace is not None:
            cases = _own(trace, peak, seeds or 1)
        else:
            asked_for = _Asked(seeds or 1, quick, is_open, draw)
            cases = _cases(asked_for, _folder(traces, console))
        chosen = _chosen(cases, loads)
    except ConfigurationError as error:
        leave(error)
    _make(out)
    benchmark = _run(names, chosen, processes or os.cpu_count() or 1, console)
    _write(benchmark, chosen, out, console)


def _alone(option: str, others: dict[str, object]) -> None:
    """That none of the others is given with an option."""
    if any(value is not None for value in others.values()):
        first, second, third = others
        words = f"it goes without {first}, {second} and {third}"
        raise click.BadParameter(words, param_hint=option)


def _make(out: Path) -> None:
    """The folder for the results, before minutes are spent on them."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.BadParameter(f"{out}: {error.strerror}", param_hint="--out") from error
    if not os.access(out, os.W_OK):
        raise click.BadParameter(f"{out}: nothing can be written there", param_hint="--out")


def _own(trace: Path, peak: float | None, seeds: int) -> "tuple[Case, ...]":
    from tidegate.bench.suite import own_case

    return tuple(own_case(trace, peak, seed) for seed in range(1, seeds + 1))


def _folder(traces: Path | None, console: "Console") -> Path:
    from tidegate.bench.suite import SHARED_TRACES

    folder = traces or SHARED_TRACES
    if not folder.is_dir():
        if traces is not None:
            raise click.BadParameter(f"{traces} is not a directory", param_hint="--traces")
        console.print(f"{folder} is not there: generated loads only", style="yellow")
    return folder


def _shared(folder: Path, seeds: int, quick: bool) -> "tuple[Case, ...]":
    from tidegate.bench.suite import suite

    return suite(folder, seeds, quick=quick)


class _Asked(NamedTuple):
    """Which of the known loads."""

    seeds: int
    is_quick: bool
    is_open: bool
    draw: int | None


def _cases(asked: _Asked, folder: Path) -> "tuple[Case, ...]":
    from tidegate.bench.suite import open_suite

    if asked.draw is not None:
        return _drawn(asked.draw, folder)
    if asked.is_open:
        return open_suite(folder, asked.seeds)
    return _shared(folder, asked.seeds, asked.is_quick)


def _drawn(seed: int, folder: Path) -> "tuple[Case, ...]":
    from tidegate.bench.drawn import drawn

    return drawn(seed, folder)


def _chosen(cases: "tuple[Case, ...]", loads: str | None) -> "list[Case]":
    known = list(dict.fromkeys(name for case in cases for name in _called(case)))
    faulty = [name for name in known if "+" in name]
    wanted = _names(loads, known, "--loads", [name for name in known if name not in faulty])
    return [case for case in cases if any(name in wanted for name in _called(case))]


def _called(case: "Case") -> tuple[str, ...]:
    """A trace at all its peaks, a load with all its faults, or the one case."""
    return case.load.name.partition("@")[0], case.load.name, case.name


def _run(names: list[str], cases: "list[Case]", processes: int, shown_on: "Console") -> "Benchmark":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    from tidegate.bench.bench import run_all

    columns = (BarColumn(), MofNCompleteColumn(), "runs", TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("runs", total=len(names) * len(cases))
        made = run_all(names, cases, processes, lambda: progress.advance(task))
    _show(made, shown_on)
    return made


def _show(benchmark: "Benchmark", console: "Console") -> None:
    from tidegate.bench.table import screen
    from tidegate.bench.words import LEGEND

    for table in screen(benchmark.summaries, benchmark.by_fault):
        console.print(table)
        console.print()
    console.print(LEGEND, highlight=False)


def _write(benchmark: "Benchmark", cases: "list[Case]", out: Path, console: "Console") -> None:
    from tidegate.bench.bench import as_json
    from tidegate.bench.page import page
    from tidegate.bench.table import markdown

    made_by = shlex.join(["tidegate", *_without_out(sys.argv[1:])])
    figures = {"made_by": made_by, "made_on": f"{date.today():%d %B %Y}"} | as_json(benchmark)
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    (out / "results.json").write_text(text + "\n", encoding="utf-8")
    (out / "tables.md").write_text(
        markdown(benchmark.summaries, benchmark.by_fault), encoding="utf-8"
    )
    (out / "index.html").write_text(page(benchmark, cases, made_by), encoding="utf-8")
    console.print(f"Page: {out / 'index.html'}; figures: {out / 'results.json'}", highlight=False)


def _without_out(arguments: list[str]) -> list[str]:
    """The command line without the folder, which says nothing about the figures."""
    kept = [each for each in arguments if not each.startswith("--out=")]
    if "--out" in kept:
        at = kept.index("--out")
        del kept[at : at + 2]
    return kept
