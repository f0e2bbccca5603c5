"""A stream in operation."""

from dataclasses import replace

from tests.builders import SPEC, a_pipeline
from tests.scaling.cost.use import BYTES_OUT
from tidegate.rules.cause import LeverKind
from tidegate.scaling.kinds.kinesis_stream.operations import StreamOperations
from tidegate.scaling.model.change_record import Lever

STREAM = StreamOperations()


def test_shards_are_changed_by_a_command_too_where_the_file_names_a_stream() -> None:
    assert list(STREAM.shared_levers(SPEC)) == [Lever.of(LeverKind.SHARD_COUNT, "racers")]
    assert list(STREAM.shared_levers(replace(SPEC, stream="", topic="laps"))) == []


def test_what_is_read_is_billed_though_it_is_not_judged() -> None:
    assert list(STREAM.billed_metrics(a_pipeline())) == [BYTES_OUT]


def test_the_endpoint_may_not_read_records() -> None:
    calls = {
        sweeps: {
            call for each in STREAM.permissions([SPEC], sweeps=sweeps) for call in each.actions
        }
        for sweeps in (True, False)
    }
    assert "kinesis:GetRecords" in calls[True] - calls[False]
