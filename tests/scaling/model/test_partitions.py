"""Each partition of AWS has hosts of its own; botocore knows those of its endpoints."""

import pytest
from botocore.session import get_session

from tidegate.scaling.model.partitions import console_url, dns_suffix

KNOWN = get_session().get_component("data_loader").load_data("partitions")["partitions"]


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


@pytest.mark.parametrize("partition", KNOWN, ids=lambda each: str(each["id"]))
def test_endpoints_end_as_botocore_has_them(partition: dict[str, dict[str, str]]) -> None:
    assert dns_suffix(str(partition["id"])) == partition["outputs"]["dnsSuffix"]
