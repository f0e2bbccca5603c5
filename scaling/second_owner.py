"""Capacities of tables that another owner sets too: two owners undo each other's changes."""

from collections.abc import Iterator

from rules.diagnosis import LeverKind
from rules.pipeline import Pipeline, ScalableTarget, Table
from scaling.levers import CAPACITIES, current_capacities, lever_spec
from scaling.plan import Prohibition
from scaling.record import Lever
from scaling.specification import Owner, PipelineSpec

__all__ = ["NOT_MOVED", "hands_over", "scaled_too", "second_owner_conflicts", "second_owners"]

NOT_MOVED = "so Tidegate does not move it"
"""In the reason of each of these prohibitions."""


def second_owners(pipeline: Pipeline, table: Table, lever: Lever) -> Iterator[Prohibition]:
    """Who sets a capacity of the table beside its owner in the file, or may: DynamoDB's own auto
    scaling, which a global table has in every region, and which can't always be asked for."""
    if table.replicas and lever.kind is LeverKind.WRITE_CAPACITY:
        yield Prohibition(_replicated(table))
    target = pipeline.scalable_targets.of(lever.kind, lever.where)
    if target is not None:
        yield Prohibition(scaled_too(lever, target))
    elif pipeline.scalable_targets.unread is not None:
        yield Prohibition(
            f"whether DynamoDB's own auto scaling sets {lever} too is not known, {NOT_MOVED}: "
            f"{pipeline.scalable_targets.unread}"
        )


def scaled_too(lever: Lever, target: ScalableTarget) -> str:
    """That a lever has two owners."""
    return (
        f"{lever} is also a scalable target of DynamoDB's own auto scaling "
        f"({target.min:,}..{target.max:,}), {NOT_MOVED}"
    )


def _replicated(table: Table) -> str:
    # V2globaltables_reqs_bestpractices, requirements for managing capacity.
    return (
        f"{table.name} is a global table (replicas in {', '.join(table.replicas)}): its write "
        "capacity must be the same in every region and is set by DynamoDB's own auto scaling, "
        f"{NOT_MOVED}"
    )


def second_owner_conflicts(pipeline: Pipeline, spec: PipelineSpec) -> tuple[str, ...]:
    """A sentence for every capacity that has an owner in the file and another one in AWS, and one
    for all of those of which it is not known."""
    unread, found = pipeline.scalable_targets.unread, dict[str, None]()
    for table, lever in _owned(pipeline, spec, ("tidegate", "application-autoscaling")):
        target = pipeline.scalable_targets.of(lever.kind, lever.where)
        if table.replicas and lever.kind is LeverKind.WRITE_CAPACITY:
            words = "switch the table to on demand, or take the owner of write_capacity out of"
            found[f"{_replicated(table)}: {words} the file"] = None
        elif target is not None:
            words = "deregister that target, or take the lever's owner out of the file"
            found[f"{scaled_too(lever, target)}: {words}"] = None
    if unread is not None and hands_over(pipeline, spec):
        words = "whether DynamoDB's own auto scaling sets capacities of this pipeline too is not"
        found[f"{words} known, so Tidegate only advises on its tables: {unread}"] = None
    return tuple(found)


def hands_over(pipeline: Pipeline, spec: PipelineSpec) -> bool:
    """Whether a capacity of the pipeline's tables is Tidegate's to set."""
    return any(_owned(pipeline, spec, ("tidegate",)))


def _owned(
    pipeline: Pipeline, spec: PipelineSpec, owners: tuple[Owner, ...]
) -> Iterator[tuple[Table, Lever]]:
    tables = {table.name: table for table in pipeline.tables}
    for lever in current_capacities(pipeline):
        said = lever_spec(spec, lever) if lever.kind in CAPACITIES else None
        if said is not None and said.owner in owners:
            yield tables[lever.where.partition("/")[0]], lever
