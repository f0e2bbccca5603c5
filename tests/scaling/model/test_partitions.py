"""Each partition of AWS has a console of its own."""

import pytest

from tidegate.scaling.model.partitions import console_url


@pytest.mark.parametrize(
    ("arn", "host"),
    [
        ("arn:aws:kinesis:eu-west-1:1:stream/a", "https://eu-west-1.console.aws.amazon.com"),
        ("arn:aws-cn:kinesis:cn-north-1:1:stream/a", "https://cn-north-1.console.amazonaws.cn"),
        (
            "arn:aws-us-gov:kinesis:us-gov-west-1:1:stream/a",
            "https://us-gov-west-1.console.amazonaws-us-gov.com",
        ),
        ("arn:aws-iso:kinesis:us-iso-east-1:1:stream/a", None),
    ],
)
def test_a_console_is_of_its_partition(arn: str, host: str | None) -> None:
    assert console_url(arn) == host
