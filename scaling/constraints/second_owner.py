"""Capacities of tables that the file and another owner both move."""

from collections.abc import Iterator

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import Table, tables_of
from tidegate.scaling.config.levers import CAPACITIES, current_capacities, lever_spec
from tidegate.scaling.config.specification import Owner, PipelineSpec
from tidegate.scaling.kinds.dynamodb_table.second_owner import replicated, scaled_too
from tidegate.scaling.model.change_record import Lever

__all__ = ["is_handed_over", "second_owner_conflicts"]


def second_owner_conflicts(pipeline: Pipeline, spec: PipelineSpec) -> tuple[str, ...]:
    """A sentence for every capacity that has an owner in the file and another one in AWS, and one
    for all of those of which it is not known."""
    unread, found = pipeline.scalable_targets.unread, dict[str, None]()
    for table, lever in _owned(pipeline, spec, ("tidegate", "application-autoscaling")):
        target = pipeline.scalable_targets.of(lever.kind, lever.where)
        if table.replicas and lever.kind is LeverKind.WRITE_CAPACITY:
            words = "switch the table to on demand, or take the owner of write_capacity out of"
            found[f"{replicated(table)}: {words} the file"] = None
        elif target is not None:
            words = "deregister the target, or remove the owner of the lever from the pipeline file"
            found[f"{scaled_too(lever, target)}: {words}"] = None
    if unread is not None and is_handed_over(pipeline, spec):
        words = "whether DynamoDB's own auto scaling sets capacities of this pipeline too is not"
        found[f"{words} known, so Tidegate only advises on its tables: {unread}"] = None
    return tuple(found)


def is_handed_over(pipeline: Pipeline, spec: PipelineSpec) -> bool:
    """Whether a capacity of the pipeline's tables is Tidegate's to set."""
    return any(_owned(pipeline, spec, ("tidegate",)))


def _owned(
    pipeline: Pipeline, spec: PipelineSpec, owners: tuple[Owner, ...]
) -> Iterator[tuple[Table, Lever]]:
    tables = {table.name: table for table in tables_of(pipeline)}
    for lever in current_capacities(pipeline):
        said = lever_spec(spec, lever) if lever.kind in CAPACITIES else None
        if said is not None and said.owner in owners:
            yield tables[lever.where.partition("/")[0]], lever
