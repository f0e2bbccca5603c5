"""Of a job a plan learns what its records cost the sinks, and sizes the job alone."""

from math import inf

from tests.builders import a_table
from tests.flink_builders import (
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
)
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.kinds.flink_application.reader import ApplicationReader
from tidegate.scaling.kinds.flink_application.sizing import units_per_job_record
from tidegate.scaling.load.base_load import RecordCost, Used
from tidegate.scaling.load.current_load import Load

TABLE = a_table(1000)
APPLICATION = an_application(4, writes=(TABLE,))
MINUTE = JobMinute(arrivals_per_second=500, records_per_second=500, units_per_record=2.0)
SEEN = job_signals(a_flink_pipeline(APPLICATION), *[MINUTE] * 30)
READER = ApplicationReader(SEEN, APPLICATION)


def test_a_record_costs_its_tables_what_the_job_consumed_of_them() -> None:
    consumed = SEEN.of(TABLE.capacity).consumed_write_units
    assert READER.writes == (TABLE,)
    cost = units_per_job_record(SEEN, APPLICATION, consumed)
    assert cost is not None
    assert READER.cost(Used(consumed, of_reads=False)) == RecordCost(0.0, cost)
    assert cost > 0


def test_nothing_bounds_what_it_reads_and_it_has_no_part_in_the_joint_sizes() -> None:
    said, load, none = in_file(FLINK_SPEC), Load(900, 9000), Reason.told("none", "")
    assert READER.records_per_second_at_most(said, 4) == inf
    assert READER.demand(load, said, 4, none) is None
    assert READER.source_demand(load, said) is None
