"""Mappings in a plan: a batching window waits for the factor, and costs what its batches do."""

from tests.builders import NOON, SPEC, Minute, a_pipeline, signals
from tests.change_records import history
from tests.flink_builders import a_flink_pipeline
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.kinds.lambda_mapping.batching_window import batching, batching_recommendations
from tidegate.scaling.kinds.lambda_mapping.planning import MappingPlanning
from tidegate.scaling.kinds.lambda_mapping.resource import LambdaMapping
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look

WINDOW = Lever.of(LeverKind.BATCHING_WINDOW, "scorer")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SMALL = [
    Minute(records_per_second=160, batch=batch, seconds_per_batch=0.1 + 0.004 * batch)
    for batch in (8, 10, 12) * 30
]
"""0.1 s an invocation and 4 ms a record, in batches far from full."""

PIPELINE = a_pipeline(factor=8)
PLANNING = MappingPlanning(consumers_of(PIPELINE))


def test_a_pipeline_without_functions_has_none_in_its_plan() -> None:
    assert LambdaMapping().planning(PIPELINE) == PLANNING
    assert LambdaMapping().planning(a_flink_pipeline()) is None


def test_the_window_is_recommended_after_what_moves_of_its_mapping() -> None:
    look = Look(signals(PIPELINE, *SMALL), (), in_file(SPEC), history(), NOON)
    for moved in ((), (FACTOR,)):
        expected = list(batching_recommendations(look, moved))
        assert list(PLANNING.recommendations_after(look, moved)) == expected
    (stays,) = PLANNING.recommendations_after(look, (FACTOR,))
    (longer,) = PLANNING.recommendations_after(look, ())
    assert longer.wanted > stays.wanted == 0


def test_a_window_costs_what_was_measured_and_a_factor_has_no_price_of_its_own() -> None:
    seen = signals(PIPELINE, *SMALL)
    of_the_hour = batching(seen, PLANNING.consumers[0])
    assert of_the_hour is not None
    assert PLANNING.monthly_usd(seen, WINDOW, 6) == of_the_hour.monthly_usd(6)
    assert PLANNING.monthly_usd(signals(PIPELINE, *[None] * 90), WINDOW, 6) == 0.0
    assert PLANNING.monthly_usd(seen, FACTOR, 6) is None
    assert set(PLANNING.unpriced) == {LeverKind.BATCHING_WINDOW}
