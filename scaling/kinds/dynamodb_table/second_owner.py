"""Capacities of tables that another owner sets too: two owners undo each other's changes."""

from collections.abc import Iterator

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import Table
from tidegate.rules.reason import Reason
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.kinds.dynamodb_table import words
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Prohibition

__all__ = ["replicated", "scaled_too", "second_owners"]


def second_owners(pipeline: Pipeline, table: Table, lever: Lever) -> Iterator[Prohibition]:
    """Who sets a capacity of the table beside its owner in the file, or may: DynamoDB's own auto
    scaling, which a global table has in every region, and which can't always be asked for."""
    if table.replicas and lever.kind is LeverKind.WRITE_CAPACITY:
        yield Prohibition(replicated(table))
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


def replicated(table: Table) -> Reason:
    """Why the write capacity of a replicated table is not set."""
    # V2globaltables_reqs_bestpractices, requirements for managing capacity.
    return words.REPLICATED(table=table.name, regions=", ".join(table.replicas))
