"""A role may call what streams need, on the streams of the file."""

from dataclasses import replace

import pytest

from tests.builders import SPEC
from tidegate.scaling.kinds.kinesis_stream.access import stream_permissions
from tidegate.scaling.model.permission import Arn, Permission

OF_BOTH = {
    "kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:ListStreamConsumers",
    "kinesis:SplitShard", "kinesis:MergeShards",
}  # fmt: skip
OF_SWEEPS = {
    "kinesis:GetShardIterator", "kinesis:GetRecords", "kinesis:IncreaseStreamRetentionPeriod",
    "kinesis:DecreaseStreamRetentionPeriod",
}  # fmt: skip


@pytest.mark.parametrize(("sweeps", "calls"), [(True, OF_BOTH | OF_SWEEPS), (False, OF_BOTH)])
def test_only_a_sweep_reads_records_and_sets_the_retention(sweeps: bool, calls: set[str]) -> None:
    other = replace(SPEC, stream="laps")
    own, everywhere = stream_permissions([SPEC, other], sweeps=sweeps)
    assert set(own.actions) == calls
    assert own.arns == (Arn("kinesis", "stream/racers"), Arn("kinesis", "stream/laps"))
    assert everywhere == Permission(("kinesis:UpdateShardCount",))


def test_a_file_of_topics_alone_needs_nothing() -> None:
    topic = replace(SPEC, stream="", topic="laps")
    assert list(stream_permissions([topic], sweeps=True)) == []
