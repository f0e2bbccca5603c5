"""Where a sink is that a source's reader writes to."""

from tidegate.scaling.model.permission import WriteAccess


def test_a_sink_stands_in_the_partition_region_and_account_of_what_is_read() -> None:
    source = "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/racers"
    access = WriteAccess("toy", "queue/", ("toy:Send",))
    assert access.arn_prefix(source) == "arn:aws-cn:toy:cn-north-1:123456789012:queue/"
