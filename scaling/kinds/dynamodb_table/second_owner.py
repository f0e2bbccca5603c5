"""Capacities of tables that another owner sets too: two owners undo each other's changes."""

from collections.abc import Iterable, Iterator

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import Table
from tidegate.rules.reason import Reason
from tidegate.rules.scalable_targets import ScalableTarget, ScalableTargets
from tidegate.scaling.kinds.dynamodb_table import words
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.plan import Prohibition

__all__ = ["is_handed_over", "scaled_too", "second_owner_conflicts", "second_owners"]


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
            words.OWNERS_UNKNOWN(lever=lever, unread=pipeline.scalable_targets.unread),
        )


def scaled_too(lever: Lever, target: ScalableTarget) -> Reason:
    """That a lever has two owners."""
    return words.SCALED_TOO(lever=lever, min=target.min, max=target.max)


def _replicated(table: Table) -> Reason:
    """Why the write capacity of a replicated table is not set."""
    # V2globaltables_reqs_bestpractices, requirements for managing capacity.
    return words.REPLICATED(table=table.name, regions=", ".join(table.replicas))


def second_owner_conflicts(
    tables: Iterable[Table], targets: ScalableTargets, said: InFile
) -> tuple[str, ...]:
    """A sentence for every capacity that has an owner in the file and another one in AWS, and one
    for all of those of which it is not known."""
    known, found = tuple(tables), dict[str, None]()
    for table, lever in _owned(known, said, ("tidegate", "application-autoscaling")):
        target = targets.of(lever.kind, lever.where)
        if table.replicas and lever.kind is LeverKind.WRITE_CAPACITY:
            told = "switch the table to on demand, or take the owner of write_capacity out of"
            found[f"{_replicated(table)}: {told} the file"] = None
        elif target is not None:
            told = "deregister the target, or remove the owner of the lever from the pipeline file"
            found[f"{scaled_too(lever, target)}: {told}"] = None
    if targets.unread is not None and is_handed_over(known, said):
        told = "whether DynamoDB's own auto scaling sets capacities of this pipeline too is not"
        found[f"{told} known, so Tidegate only advises on its tables: {targets.unread}"] = None
    return tuple(found)


def is_handed_over(tables: Iterable[Table], said: InFile) -> bool:
    """Whether a capacity of the tables is Tidegate's to set."""
    return any(_owned(tables, said, ("tidegate",)))


def _owned(
    tables: Iterable[Table], said: InFile, owners: tuple[str, ...]
) -> Iterator[tuple[Table, Lever]]:
    for table in tables:
        for capacity in table.capacities if table.is_provisioned else ():
            for kind in (LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY):
                lever = Lever.of(kind, capacity.where)
                bounds = said.bounds(lever)
                if bounds is not None and bounds.owner in owners:
                    yield table, lever
