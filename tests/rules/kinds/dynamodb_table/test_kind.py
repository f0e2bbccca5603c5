"""Tables as diagnosis sees them."""

from dataclasses import replace

from tests.builders import a_pipeline, a_table, signals
from tidegate.rules.cause import Cause
from tidegate.rules.kinds.dynamodb_table.kind import DynamodbTableSignals

TABLES = DynamodbTableSignals()


def test_a_table_and_each_index_have_rules_and_metrics_of_their_own() -> None:
    pipeline = a_pipeline(table=a_table(100, index_units=20))
    places = {each.where: each for each in TABLES.places(pipeline, 60)}
    assert places["scores"].quantities == {"write_units": 100, "read_units": 10}
    assert places["scores/by-race"].dimensions == (
        ("TableName", "scores"),
        ("GlobalSecondaryIndexName", "by-race"),
    )
    assert places["scores/by-race"].quantities == {"write_units": 20, "read_units": 10}
    assert len(list(TABLES.metrics(pipeline))) == 16
    assert len(list(TABLES.heartbeats(pipeline))) == 2


def test_nothing_is_relative_to_the_units_of_an_on_demand_table() -> None:
    pipeline = a_pipeline(table=replace(a_table(0), mode="PAY_PER_REQUEST"))
    assert [each.quantities for each in TABLES.places(pipeline, 60)] == [{}]


def test_a_table_that_cannot_be_written_is_known_without_a_metric() -> None:
    gone = replace(a_table(), status="ARCHIVED")
    (found,) = TABLES.causes_without_metrics(signals(a_pipeline(table=gone)))
    assert (found.cause, found.where) == (Cause.TABLE_UNAVAILABLE, "scores")
    assert list(TABLES.causes_without_metrics(signals(a_pipeline()))) == []
