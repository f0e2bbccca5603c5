"""A route takes as few operations as its calls of UpdateShardCount leave to be done by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.scaling.kinds.kinesis_stream.reshard.routes import route, routes

counts = st.integers(1, 300)


@pytest.mark.parametrize(
    ("count", "landed", "updates", "steps"),
    [(4, 8, 1, 0), (4, 9, 1, 1), (4, 16, 2, 0), (8, 4, 1, 0), (9, 4, 1, 1), (16, 4, 2, 0)],
)
def test_a_call_doubles_or_halves_at_most(
    count: int, landed: int, updates: int, steps: int
) -> None:
    assert route(count, landed, updates).steps == steps


def test_to_the_same_count_one_split_makes_the_call_a_change() -> None:
    same = route(5, 5, 3)
    assert (same.updates, same.steps, same.cost) == (1, 1, 2)


@given(counts, counts, st.integers(1, 6))
def test_every_route_ends_where_it_is_to_and_no_call_goes_beyond_twice_or_half(
    count: int, landed: int, updates: int
) -> None:
    taken = list(route(count, landed, updates).counts())
    assert taken[-1] == (True, landed)
    assert len(taken) == route(count, landed, updates).cost
    before = count
    for is_update, now in taken:
        assert (before / 2 <= now <= before * 2) if is_update else abs(now - before) == 1
        before = now


@given(counts, counts, st.integers(0, 4))
def test_the_target_itself_is_among_the_routes_where_a_call_is_left(
    count: int, target: int, updates: int
) -> None:
    found = list(routes(count, target, updates))
    assert any(each.landed == target for each in found) == (updates > 0)
    assert all(1 <= each.updates <= max(1, updates) for each in found)
