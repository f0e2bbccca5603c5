"""``tidegate rules``: the thresholds in force, where they come from and what they feed."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from tidegate.exits import leave

if TYPE_CHECKING:
    from rich.console import Console

    from tidegate.rules.pack_rule import Threshold
    from tidegate.scaling.config.specification import PipelineSpec, UserRule

__all__ = ["command"]

TITLES = (
    "rule", "metric", "fires when", "for", "severity", "source", "default", "in force", "causes",
    "decisions", "alarms", "dashboard",
)  # fmt: skip
WIDTH_MAX, LABEL = 100, 11


@click.command("rules")
@click.option("--config", help="A pipeline file, whose own rules and thresholds are shown too.")
def command(config: str | None) -> None:
    """Show every rule: metric, threshold, hold time, severity, source, and the causes, decisions,
    alarms and dashboard lines that its threshold feeds. A pipeline file sets another threshold
    under thresholds."""
    from rich.console import Console

    from tidegate.kinds.registry import kinds_in_use
    from tidegate.pipeline_file import load
    from tidegate.rules.kinds.packs import thresholds
    from tidegate.scaling.model.errors import ConfigurationError

    try:
        pipelines = load(config, kinds_in_use().kinds).pipelines if config else []
    except ConfigurationError as error:
        leave(error)
    rows = [_row(each, pipelines) for each in thresholds(kinds_in_use().kinds.signals)]
    rows += [_own(pipeline.name, each) for pipeline in pipelines for each in pipeline.rules]
    _show(Console(), rows)


def _row(rule: "Threshold", pipelines: "Sequence[PipelineSpec]") -> tuple[str, ...]:
    from tidegate.rules.pack_rule import PackRule

    return (
        f"{rule.pack}/{rule.name}",
        rule.judged,
        f"{rule.comparison.value} {rule.words(rule.share)}",
        f"{rule.hold_seconds} s" if isinstance(rule, PackRule) else "",
        rule.severity.value if isinstance(rule, PackRule) else "",
        rule.source,
        f"{rule.share:g}",
        "; ".join(_in_force(rule, pipelines)),
        ", ".join(rule.causes),
        ", ".join(rule.levers),
        ", ".join(rule.alarms),
        ", ".join(rule.graphs),
    )


def _in_force(rule: "Threshold", pipelines: "Sequence[PipelineSpec]") -> Iterator[str]:
    """The threshold in words, for each pipeline that sets another than the default."""
    home = rule.same_as or rule.name
    if rule.same_as is not None:
        yield f"that of {rule.same_as}"
    elif rule.set_by is not None:
        yield f"set by {rule.set_by}"
    changed = {each.name: each.thresholds[home] for each in pipelines if home in each.thresholds}
    for name, share in changed.items():
        yield f"{rule.words(share)} in {name}"
    if len(changed) < len(pipelines) or not pipelines:
        yield f"{rule.words(rule.share)}, the default{' elsewhere' if changed else ''}"


def _own(pipeline: str, rule: "UserRule") -> tuple[str, ...]:
    return (
        f"{pipeline}/{rule.name}",
        f"{rule.statistic} {rule.namespace} {rule.metric}",
        f"{rule.comparison} {rule.threshold:g} {rule.unit}".rstrip(),
        f"{rule.hold_seconds} s",
        rule.severity,
        rule.source,
        "", f"{rule.threshold:g} {rule.unit}".rstrip(), "", "", "", "",
    )  # fmt: skip


def _show(console: "Console", rows: Sequence[tuple[str, ...]]) -> None:
    if not console.is_terminal:
        for row in (TITLES, *rows):
            click.echo("\t".join(row))
        return
    width = min(console.width, WIDTH_MAX)
    for row in rows:
        console.print("\n".join(_block(row, width)), markup=False, highlight=False)
        console.print()


def _block(row: tuple[str, ...], width: int) -> Iterator[str]:
    """A rule as a person reads it: what fires, then what its threshold feeds."""
    told = dict(zip(TITLES, row, strict=True))
    yield f"{told['rule']}{told['severity']:>{width - len(told['rule'])}}".rstrip()
    held = f", held for {told['for']}" if told["for"] else ""
    yield from _wrapped(f"{told['metric']} {told['fires when']}{held}", "  ", width)
    for title in (*TITLES[TITLES.index("in force") :], "source"):
        if told[title]:
            yield from _wrapped(told[title], f"  {title:{LABEL}}", width)


def _wrapped(text: str, label: str, width: int) -> list[str]:
    below = " " * max(4, len(label))
    return wrap(text, width, initial_indent=label, subsequent_indent=below, break_on_hyphens=False)
