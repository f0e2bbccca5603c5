"""How far a job is behind is read wherever its connector publishes it."""

import pytest

from tests.losses.account import Account
from tests.losses.test_flink import FILE, Application

ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"


@pytest.mark.parametrize(
    ("by", "is_known"),
    [
        ({"Flow": "Input", "Id": ARN}, True),
        ({"Id": ARN}, True),
        ({"Flow": "Input", "Id": "Source: clicks[1]"}, True),
        ({"Flow": "Input", "Id": "orders"}, False),
        ({"Flow": "Input", "Id": f"{ARN}-old"}, False),
    ],
    ids=["ARN", "of fewer dimensions", "Table API", "another stream's", "a longer name"],
)
def test_a_job_that_reads_as_much_as_comes_in_is_late_by_its_own_age(
    account: Account, by: dict[str, str], is_known: bool
) -> None:
    application = Application(account, behind_by=by)
    application.minutes(records=1900, behind=lambda back: 700.0 - 5 * back, cpuUtilization=95.0)
    told = account.swept(FILE)["pipelines"][0]
    causes = [each["cause"] for each in told["diagnoses"]]
    assert (causes == ["parallelism-too-low"]) is is_known
    assert bool(application.asked) is is_known
