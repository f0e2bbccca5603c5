"""The concurrent executions that a consumer can have on so many shards."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    SPEC,
    Reading,
    a_pipeline,
    newest,
    signals,
    the_consumer,
    with_mapping,
    with_reserved_concurrency,
)
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import Levers, LeverSpec, Owner
from tidegate.scaling.kinds.lambda_mapping.concurrency import (
    ANY_OWNER,
    TIDEGATE,
    Concurrency,
    concurrency,
    executions_needed,
)


@pytest.mark.parametrize(
    ("shards", "factor", "executions"),
    [(1, 10, 10), (5, 4, 20), (10, 2, 20), (20, 2, 20), (40, 2, 20)],
)
def test_a_factor_is_raised_as_far_as_the_concurrency_reaches(
    shards: int, factor: int, executions: int
) -> None:
    """Of a factor that is 2 and may be 10, of a function that may have 20 executions."""
    known = Concurrency(2, 10, 20)
    assert (known.factor_on(shards), known.executions_on(shards)) == (factor, executions)


@given(
    st.builds(Concurrency, st.integers(1, 10), st.integers(1, 10), st.integers(1, 500)),
    st.floats(0, 800),
)
def test_the_fewest_shards_are_those_with_which_one_fewer_would_not_do(
    known: Concurrency, executions: float
) -> None:
    wanted = min(executions, known.executions_max)
    shards = known.shards_for(executions)
    assert known.executions_on(shards) >= wanted
    assert shards == 1 or known.executions_on(shards - 1) < wanted


def test_in_order_each_shard_has_one_batch_whatever_the_factor() -> None:
    known = Concurrency(1, 1, 20, is_fixed=True)
    assert [known.executions(shards, 10) for shards in (1, 5, 30)] == [1, 5, 20]
    assert known.shards_for(7.5) == 8


@pytest.mark.parametrize(
    ("factor_owner", "shards_owner", "owners", "most"),
    [
        ("tidegate", None, TIDEGATE, 6),
        ("application-autoscaling", None, TIDEGATE, 2),
        ("application-autoscaling", None, ANY_OWNER, 6),
        (None, "tidegate", ANY_OWNER, 2),
        (None, None, ANY_OWNER, 10),
        (None, None, TIDEGATE, 10),
    ],
    ids=["its own", "another's", "anyone's", "a person's beside an owner's shards", "a person's",
         "a person's for Tidegate too"],
)  # fmt: skip
def test_how_far_a_factor_can_be_raised_is_its_owners(
    factor_owner: Owner | None, shards_owner: Owner | None, owners: tuple[Owner, ...], most: int
) -> None:
    levers = Levers(
        parallelization_factor=LeverSpec(max=6, owner=factor_owner),
        shard_count=LeverSpec(max=9, owner=shards_owner),
    )
    pipeline = a_pipeline(shards=4, factor=2)
    spec = replace(SPEC, levers=levers)
    known = concurrency(pipeline, the_consumer(pipeline), in_file(spec), owners)
    assert known == Concurrency(2, most, 1000)


@pytest.mark.parametrize(("reserved", "executions"), [(None, 700), (5, 5), (0, 1)])
def test_a_function_has_its_reservation_or_what_is_left_of_the_account(
    reserved: int | None, executions: int
) -> None:
    pipeline = with_reserved_concurrency(a_pipeline(reserved_concurrency=reserved), 300)
    known = concurrency(pipeline, the_consumer(pipeline), in_file(SPEC), TIDEGATE)
    assert known.executions_max == executions


def test_a_files_max_beyond_aws_limit_is_that() -> None:
    levers = Levers(parallelization_factor=LeverSpec(max=99, owner="tidegate"))
    pipeline = a_pipeline()
    spec = replace(SPEC, levers=levers)
    assert concurrency(pipeline, the_consumer(pipeline), in_file(spec), TIDEGATE).factor_max == 10


def test_a_tumbling_window_leaves_one_batch_a_shard() -> None:
    pipeline = with_mapping(a_pipeline(factor=4), reading=Reading(tumbling_window_seconds=30))
    assert concurrency(pipeline, the_consumer(pipeline), in_file(SPEC), TIDEGATE) == Concurrency(
        1, 1, 1000, is_fixed=True
    )


@pytest.mark.parametrize(("seconds", "executions"), [(60, 2), (120, 8), (3600, 8)])
def test_executions_that_were_busy_are_left_at_half_of_their_use(
    seconds: int, executions: float
) -> None:
    seen = newest(
        signals(a_pipeline(factor=10)), "scorer",
        duration_sum_milliseconds=[240_000, 60_000],
    )  # fmt: skip
    assert (
        executions_needed(seen, the_consumer(seen.pipeline), in_file(SPEC), seconds) == executions
    )
