"""What the windows teach of consumers and tables."""

from dataclasses import replace

import pytest

from tests.builders import Minute, a_pipeline, a_table, signals, the_consumer, with_consumers
from tests.flink_builders import JobMinute, a_flink_pipeline, an_application, job_signals
from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.recommend.learned import learn


@pytest.mark.parametrize("units", [1.0, 2.5])
def test_units_per_record_are_learnt_of_a_table_and_of_its_index(units: float) -> None:
    pipeline = a_pipeline(table=a_table(1000, index_units=500))
    minutes = [Minute(units_per_record=units, index_units_per_record=2 * units)] * 60
    model = learn(signals(pipeline, *minutes))
    learnt = {each.where: each.cost.units_per_record for each in model.sinks if each.cost}
    assert learnt["scores"] == pytest.approx(units, rel=0.05)
    assert learnt["scores/by-race"] == pytest.approx(2 * units, rel=0.05)


def test_on_demand_tables_are_not_sized() -> None:
    pipeline = a_pipeline(table=replace(a_table(), mode="PAY_PER_REQUEST"))
    assert learn(signals(pipeline)).sinks == ()


def test_each_consumer_has_a_rate_and_a_table_that_two_write_is_one() -> None:
    pipeline = a_pipeline()
    first = the_consumer(pipeline)
    second = replace(first, function=replace(first.function, name="other"))
    model = learn(signals(with_consumers(pipeline, first, second)))
    assert len(model.readers) == 2
    assert [each.where for each in model.sinks] == ["scores"]


def test_tables_of_a_job_are_learnt_too() -> None:
    seen = job_signals(a_flink_pipeline(an_application(writes=(a_table(1000),))), JobMinute())
    assert [each.where for each in learn(seen).sinks] == ["scores"]


def test_for_arrivals_nothing_is_known_of_consumers() -> None:
    model = learn(signals(a_pipeline()))
    assert not model.by_arrivals
    assert model.of_arrivals() == replace(model, by_arrivals=True)


def test_a_sink_is_found_by_its_levers_and_the_source_by_its_units() -> None:
    model = learn(signals(a_pipeline(shards=4, table=a_table(1000, index_units=500))))
    of_index = Lever.of(LeverKind.READ_CAPACITY, "scores/by-race")
    assert model.sink_of(of_index).where == "scores/by-race"
    assert model.units == 4
    job = job_signals(a_flink_pipeline(an_application(), topic=True), JobMinute())
    assert (learn(job).source, learn(job).units) == (None, 0)
