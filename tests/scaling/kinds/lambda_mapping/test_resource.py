from dataclasses import replace

import pytest

from tests.builders import (
    NOON,
    Function,
    a_pipeline,
    signals,
    the_consumer,
    with_consumers,
    with_mapping,
    with_reserved_concurrency,
)
from tests.change_records import history
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.scaling.kinds.lambda_mapping.actions import (
    UpdateBatchingWindow,
    UpdateParallelizationFactor,
)
from tidegate.scaling.kinds.lambda_mapping.resource import LambdaMapping
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Situation
from tidegate.scaling.model.plan import Range
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.model.resource_type import Changes

MAPPING = LambdaMapping()
FACTOR, WINDOW = (
    Lever.of(kind, "scorer")
    for kind in (LeverKind.PARALLELIZATION_FACTOR, LeverKind.BATCHING_WINDOW)
)
OTHER_FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "auditor")


def two_consumers() -> Pipeline:
    pipeline = a_pipeline(shards=4, factor=2)
    scorer = the_consumer(pipeline)
    mapping = replace(
        scorer.mapping, uuid="uuid-2", parallelization_factor=5, batching_window_seconds=9
    )
    return with_consumers(
        pipeline, scorer, replace(scorer, function=Function("auditor", 15, 512, 8), mapping=mapping)
    )


def test_a_mapping_has_the_levers_factor_and_batching_window_with_what_their_calls_take() -> None:
    assert dict(MAPPING.levers) == {
        LeverKind.PARALLELIZATION_FACTOR: (1, 10),
        LeverKind.BATCHING_WINDOW: (0, 300),
    }


def test_the_factor_is_a_capacity_and_the_batching_window_is_none() -> None:
    seen = two_consumers()
    assert list(MAPPING.capacities(seen)) == [(FACTOR, 2), (OTHER_FACTOR, 5)]
    assert list(MAPPING.other_settings(seen)) == [
        (WINDOW, 0),
        (Lever.of(LeverKind.BATCHING_WINDOW, "auditor"), 9),
    ]


@pytest.mark.parametrize(
    ("state", "changing"), [("Enabled", False), ("Updating", True), ("Disabled", False)]
)
def test_the_state_of_a_lever_is_that_of_its_mapping(state: str, changing: bool) -> None:
    seen = with_mapping(a_pipeline(), state=state, modified="at noon")
    told = [(each.name, each.word) for each in MAPPING.statuses(seen, FACTOR)]
    assert told == [("the event source mapping of scorer", state)]
    assert MAPPING.is_changing(seen, FACTOR) is changing
    assert (MAPPING.identity(seen, FACTOR), MAPPING.marks(seen, FACTOR)) == (
        "uuid-1", ("at noon",)
    )  # fmt: skip
    told = [(each.name, each.word) for each in MAPPING.statuses(seen, OTHER_FACTOR)]
    assert told == []
    assert (MAPPING.identity(seen, OTHER_FACTOR), MAPPING.marks(seen, OTHER_FACTOR)) == ("", ())
    assert MAPPING.why_undone(seen, FACTOR, NOON) is None


@pytest.mark.parametrize(
    ("lever", "reserved", "is_useless"),
    [(FACTOR, 0, True), (FACTOR, 1, False), (FACTOR, None, False), (WINDOW, 0, False)],
)
def test_a_factor_is_useless_where_the_function_is_never_invoked(
    lever: Lever, reserved: int | None, is_useless: bool
) -> None:
    why = "scorer has a reserved concurrency of 0 and is never invoked"
    seen = a_pipeline(reserved_concurrency=reserved)
    assert MAPPING.why_useless(seen, lever) == (why if is_useless else None)


def upper_limits(pipeline: Pipeline, lever: Lever) -> list[int]:
    situation = Situation(signals(pipeline), history(), NOON)
    limits = MAPPING.limits(situation, Recommendation(lever, 2, 3, UNCHANGED))
    return [each.upper for each in limits if isinstance(each, Range)]


def test_each_lever_has_its_own_limits() -> None:
    seen = with_reserved_concurrency(a_pipeline(shards=4), 980)
    assert upper_limits(seen, FACTOR) == [10, 5]
    assert upper_limits(seen, WINDOW) == [300]
    assert upper_limits(seen, OTHER_FACTOR) == []
    assert upper_limits(two_consumers(), OTHER_FACTOR) == [10, 2]


def test_each_setting_of_each_mapping_is_a_call_of_its_own() -> None:
    settings = {OTHER_FACTOR: 6, WINDOW: 3, FACTOR: 4}
    assert list(MAPPING.actions(two_consumers(), Changes(settings))) == [
        UpdateParallelizationFactor("uuid-1", "scorer", 2, 4),
        UpdateBatchingWindow("uuid-1", "scorer", 0, 3),
        UpdateParallelizationFactor("uuid-2", "auditor", 5, 6),
    ]
    zero = {Lever.of(LeverKind.BATCHING_WINDOW, "auditor"): 0}
    assert list(MAPPING.actions(two_consumers(), Changes(zero))) == [
        UpdateBatchingWindow("uuid-2", "auditor", 9, 0)
    ]


def test_what_may_be_done_at_once_costs_nothing() -> None:
    assert MAPPING.monthly_usd(a_pipeline(), FACTOR, 10) == 0.0
