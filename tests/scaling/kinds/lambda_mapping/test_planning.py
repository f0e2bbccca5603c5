"""Mappings in a plan: a batching window waits for the factor, and costs what its batches do."""

from tests.builders import NOON, SPEC, Minute, a_pipeline, newest, signals
from tests.change_records import change, history
from tests.flink_builders import a_flink_pipeline
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Role
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.lambda_mapping.words import BATCHES_FAILED
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.kinds.lambda_mapping.batching_window import batching, batching_recommendations
from tidegate.scaling.kinds.lambda_mapping.executions import FunctionExecutions
from tidegate.scaling.kinds.lambda_mapping.planning import MappingPlanning
from tidegate.scaling.kinds.lambda_mapping.reader import learn_reader
from tidegate.scaling.kinds.lambda_mapping.resource import LambdaMapping
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation

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


def test_the_factor_is_sized_with_the_shards_and_the_window_is_not() -> None:
    assert PLANNING.roles == {LeverKind.PARALLELIZATION_FACTOR: Role.PROCESSOR}


def test_each_function_is_a_reader_with_executions() -> None:
    seen, said = signals(PIPELINE, *SMALL), in_file(SPEC)
    (consumer,) = PLANNING.consumers
    executions = FunctionExecutions(seen, consumer, said)
    assert list(PLANNING.executions(seen, said)) == [executions]
    assert list(PLANNING.units_in_use(seen, said)) == [executions.units_needed()]
    assert list(PLANNING.readers(seen, history())) == [learn_reader(seen, consumer, history())]


def test_a_raise_of_the_factor_is_judged_with_those_of_the_shards() -> None:
    shards = Lever.of(LeverKind.SHARD_COUNT, "racers")
    ages = [(10_000 + 60 * at) * 1000.0 for at in range(90)]
    seen = newest(signals(PIPELINE), iterator_age_milliseconds=ages)
    past = history(change(shards, 1, 2, minutes_ago=20))
    raises = Raises(seen, past, NOON, {shards: 2, FACTOR: 8})
    found = PLANNING.why_ineffective(raises, Recommendation(FACTOR, 8, 10, UNCHANGED))
    assert ["shard count of racers" in str(each.reason) for each in found] == [True]
    window = Recommendation(WINDOW, 0, 6, UNCHANGED)
    assert list(PLANNING.why_ineffective(raises, window)) == []


def test_what_is_advised_of_a_function_with_two_mappings_is_priced_once() -> None:
    evidence = BATCHES_FAILED(failed_invocations=9, invocations=9, name="scorer", minutes=3)
    advised = Diagnosis(Cause.POISON_BATCH, "scorer", (evidence,), advice="find the record")
    twice = MappingPlanning(consumers_of(PIPELINE) * 2)
    (price,) = twice.advice_prices(signals(PIPELINE), advised)
    assert price.what == "Lambda Insights"
