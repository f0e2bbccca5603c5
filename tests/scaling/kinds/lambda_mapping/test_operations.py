"""Functions and their mappings in operation."""

from dataclasses import replace

from tests.builders import SPEC, a_pipeline, with_consumers
from tests.scaling.cost.use import priced
from tests.scaling.kinds.evidence import evidence
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.scaling.kinds.lambda_mapping.operations import MappingOperations
from tidegate.scaling.model.proposal import Lateness

FUNCTIONS = MappingOperations()


def test_a_function_has_one_mode_and_no_metric_for_its_bill_alone() -> None:
    assert list(FUNCTIONS.modes(priced(a_pipeline()))) == []
    assert list(FUNCTIONS.billed_metrics(a_pipeline())) == []
    assert len(list(FUNCTIONS.bill(priced(a_pipeline())))) == 2


def test_a_batching_window_is_how_long_records_wait() -> None:
    pipeline = a_pipeline()
    (consumer,) = consumers_of(pipeline)
    mapping = replace(consumer.mapping, batching_window_seconds=7)
    waiting = with_consumers(pipeline, replace(consumer, mapping=mapping))
    assert FUNCTIONS.lateness(evidence(waiting, {})) == Lateness(wait_seconds=7)


def test_nobody_else_changes_its_levers() -> None:
    assert list(FUNCTIONS.shared_levers(SPEC)) == []
