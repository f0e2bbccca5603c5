"""Functions in the draft of a pipeline file."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from tidegate.kinds.draft_kind import Draft, DraftKind, indented, one_line, scalar
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.lambda_mapping.state import Consumer, consumers_of
from tidegate.scaling.kinds.lambda_mapping.event_counts import (
    event_count_call,
    event_count_monthly_usd,
)
from tidegate.scaling.model.monthly_price import about
from tidegate.scaling.onboarding.iam_write_access import Candidate

__all__ = ["KIND"]

UNDECIDED_MAX = 20
"""Tables that are listed for a person to choose from; a role may reach thousands."""


class FunctionDraft(DraftKind):
    """As consumers."""

    units: ClassVar[Mapping[LeverKind, str]] = {
        LeverKind.PARALLELIZATION_FACTOR: "concurrent executions per shard",
        LeverKind.BATCHING_WINDOW: "seconds to wait for a fuller batch",
    }
    terraform = (
        "aws_lambda_event_source_mapping",
        ("parallelization_factor", "maximum_batching_window_in_seconds"),
    )

    def processors(self, draft: Draft) -> Iterator[str]:
        """Each with what it writes to, and what a person must decide."""
        yield "consumers:"
        for consumer in consumers_of(draft.pipeline):
            yield from indented(self._consumer(consumer, draft), "  ")

    def _consumer(self, consumer: Consumer, draft: Draft) -> Iterator[str]:
        name = consumer.function.name
        yield f"- function: {scalar(name)}"
        if not consumer.mapping.counts_events:
            yield from _counts_offered(consumer)
        undecided = draft.drafted.undecided[name]
        if consumer.writes:
            yield "  tables:"
            reasons = {each.table: each.because for each in draft.drafted.tables[name]}
            for sink in consumer.writes:
                yield from indented(draft.sink(sink, reasons[sink.name]), "    ")
            yield from indented(_undecided(undecided), "    # ")
        elif undecided:
            yield "  # tables:"
            yield from indented(_undecided(undecided), "  #   ")
        else:
            yield "  # tables: [NAME] # neither the role nor the environment names a table"
        yield "  levers:"
        for kind in self.units:
            yield from indented(draft.lever(kind, name), "    ")


def _counts_offered(consumer: Consumer) -> Iterator[str]:
    """How to know of every record what became of it, for a person to decide on."""
    yield "  # Lambda counts what this mapping reads, filters out and gives up once you call"
    yield f"  # {event_count_call(consumer.mapping)}"
    yield (
        "  # (no charge by Lambda; for sweeps to read the counts CloudWatch charges "
        f"{about(event_count_monthly_usd())})."
    )


def _undecided(candidates: tuple[Candidate, ...]) -> Iterator[str]:
    """For a comment, whose names become part of the file once their ``# `` is taken away."""
    if not candidates:
        return
    yield f"For you to decide: {one_line(candidates[0].because)}. Of these"
    yield "tables, take the # away from those that it does write, and drop the others."
    yield from (f"- {scalar(each.table)}" for each in candidates[:UNDECIDED_MAX])
    more = len(candidates) - UNDECIDED_MAX
    if more > 0:
        yield f"and {more} more"


KIND = FunctionDraft()
