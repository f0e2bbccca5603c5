"""Tables in the draft of a pipeline file."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from tidegate.kinds.draft_kind import Draft, DraftKind, indented, scalar
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Resource
from tidegate.rules.kinds.dynamodb_table.state import Capacity, Table

__all__ = ["KIND"]

_REPLICATED = (
    "A global table: auto scaling sets its write capacity in every region, so give",
    "write_capacity no owner here.",
)


class TableDraft(DraftKind):
    """As what a consumer writes to."""

    units: ClassVar[Mapping[LeverKind, str]] = {
        LeverKind.WRITE_CAPACITY: "write units/s",
        LeverKind.READ_CAPACITY: "read units/s",
    }
    terraform = (
        "aws_dynamodb_table",
        ("read_capacity", "write_capacity", "global_secondary_index"),
    )

    def sink(self, resource: Resource, because: str, draft: Draft) -> Iterator[str]:
        """A table with its indexes."""
        if not isinstance(resource, Table):
            return
        yield f"- name: {scalar(resource.name)} # {because}"
        if not resource.is_provisioned:
            yield "  # On demand: it has no capacity to set."
            return
        if resource.replicas:
            yield from indented(_REPLICATED, "  # ")
        yield from indented(self._capacity(resource.capacity, draft), "  ")
        if resource.indexes:
            yield "  indexes:"
        for index in resource.indexes:
            yield f"    - name: {scalar(index.index or '')}"
            yield from indented(self._capacity(index, draft), "      ")

    def _capacity(self, capacity: Capacity, draft: Draft) -> Iterator[str]:
        yield "levers:"
        for kind in self.units:
            target = draft.survey.scaled.of(kind, capacity.where)
            if target is not None:
                bounds = f"{target.min:,}..{target.max:,}"
                yield f"  # DynamoDB auto scaling sets this capacity ({bounds}):"
                yield "  # set an owner here only after auto scaling is removed."
            yield from indented(draft.lever(kind, capacity.where), "  ")


KIND = TableDraft()
