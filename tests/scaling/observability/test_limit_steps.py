"""A limit is drawn as it was in each minute, by the changes in the ledger."""

from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.change_records import change
from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever, Outcome
from tidegate.scaling.model.dashboard_row import Limit
from tidegate.scaling.observability.limit_steps import limit_steps

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "orders")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "order-writer")
UNITS = Lever.of(LeverKind.WRITE_CAPACITY, "orders")
START = NOON - timedelta(hours=1)


def steps(limit: Limit, *changes: object) -> list[tuple[float, float]]:
    """Minutes before noon, and the limit from then on."""
    told = limit_steps(limit, changes, START, NOON)  # type: ignore[arg-type]
    return [((NOON - at).total_seconds() / 60, value) for at, value in told]


@pytest.mark.parametrize("lever", [SHARDS, UNITS, FACTOR], ids=lambda lever: lever.kind.value)
def test_minutes_before_a_change_have_the_limit_of_before(lever: Lever) -> None:
    limit = Limit("limit", 4000, ((lever, 4),))
    changes = (change(lever, 1, 2, minutes_ago=40), change(lever, 2, 4, minutes_ago=10))
    assert steps(limit, *changes) == [(60, 1000), (40, 2000), (10, 4000)]
    assert steps(limit, *reversed(changes)) == [(60, 1000), (40, 2000), (10, 4000)]


def test_a_limit_of_two_levers_has_a_step_of_each() -> None:
    limit = Limit("shards x factor", 20, ((SHARDS, 4), (FACTOR, 5)))
    assert steps(
        limit, change(FACTOR, 1, 5, minutes_ago=30), change(SHARDS, 2, 4, minutes_ago=20)
    ) == [(60, 2), (30, 10), (20, 20)]


def test_what_was_changed_by_someone_else_counts_from_the_last_known_change_on() -> None:
    limit = Limit("limit", 8000, ((SHARDS, 8),))
    assert steps(limit, change(SHARDS, 1, 2, minutes_ago=30)) == [(60, 1000), (30, 8000)]


@pytest.mark.parametrize(
    "other",
    [
        change(UNITS, 1, 2, minutes_ago=30),
        change(SHARDS, 1, 2, minutes_ago=30, outcome=Outcome.FAILED),
        change(SHARDS, 1, 2, minutes_ago=90),
    ],
    ids=["another lever", "not made", "before the graph begins"],
)
def test_what_changes_nothing_in_the_graph_makes_no_step(other: object) -> None:
    assert steps(Limit("limit", 2000, ((SHARDS, 2),)), other) == [(60, 2000)]


def test_a_limit_that_no_lever_sets_has_none() -> None:
    assert steps(Limit("objective", 60), change(SHARDS, 1, 2, minutes_ago=30)) == [(60, 60)]
