"""What follows from what is configured of tables alone."""

from dataclasses import replace

from tests.builders import a_pipeline, a_table, the_consumer, with_consumers
from tests.flink_builders import a_flink_pipeline, an_application
from tidegate.rules.kinds.dynamodb_table.state import tables_behind, tables_of


def test_a_table_has_its_own_capacity_and_that_of_each_index() -> None:
    table = a_table(100, index_units=20)
    assert [(each.where, each.write_units) for each in table.capacities] == [
        ("scores", 100),
        ("scores/by-race", 20),
    ]
    assert [each.decreases_today for each in table.capacities] == [0, 0]
    assert table.is_provisioned
    assert not replace(table, mode="PAY_PER_REQUEST").is_provisioned


def test_a_table_that_several_write_is_one_table() -> None:
    own, other = a_table(), replace(a_table(), name="others")
    pipeline = a_pipeline(table=own)
    consumer = the_consumer(pipeline)
    both = replace(consumer, writes=(own, other))
    assert tables_behind(both) == (own, other)
    shared = with_consumers(pipeline, consumer, both)
    shared = replace(shared, resources=(*shared.resources, an_application(writes=(other,))))
    assert tables_of(shared) == (own, other)
    assert tables_of(a_flink_pipeline(an_application(writes=(other,)))) == (other,)
