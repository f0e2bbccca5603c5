"""A critical rule of the pipeline file is never left without a diagnosis that names it."""

from typing import Any

import pytest

from tests.losses.account import FIVE_LINES, Account

RULE = """\
    rules:
      - name: producer-memory
        namespace: CWAgent
        metric: mem_used_percent
        dimensions: {InstanceId: i}
        statistic: Maximum
        comparison: ">"
        threshold: 90
        hold_seconds: 60
        severity: critical
        unit: "%"
        missing_data: MISSING
"""


def judged(account: Account, missing_data: str = "ok") -> tuple[int, Any]:
    text = FIVE_LINES + RULE.replace("MISSING", missing_data)
    code = account.sweep(text).exit_code
    (pipeline,) = account.swept(text)["pipelines"]
    return code, pipeline


def told(account: Account, minutes: int) -> None:
    for back in range(minutes, 0, -1):
        account.put("CWAgent", {"InstanceId": "i"}, back, {"mem_used_percent": 97})


def assert_named(code: int, pipeline: Any) -> None:
    (only,) = pipeline["diagnoses"]
    assert (code, pipeline["health"], only["cause"]) == (1, "sick", "unknown")
    assert "the critical rule producer-memory fires" in only["because"]
    assert any("producer-memory" in each for each in pipeline["advice"])


@pytest.mark.parametrize("minutes", [1, 3, 5, 30])
def test_a_rule_is_named_from_its_first_minute_on(account: Account, minutes: int) -> None:
    account.pipeline(write=50)
    account.minutes(since=60, records=2400)
    told(account, minutes)
    assert_named(*judged(account))


def test_a_rule_is_named_whose_missing_metric_is_the_incident(account: Account) -> None:
    account.pipeline(write=50)
    account.minutes(since=60, records=2400)
    assert_named(*judged(account, "firing"))


def test_a_rule_is_named_beside_a_backlog_that_drains(account: Account) -> None:
    account.pipeline(write=1000, shards=2)
    account.minutes(since=85, until=12, records=2400)
    for back in range(11, 0, -1):
        account.minutes(
            since=back, until=back, records=2400, read=9000, units=9000, invocations=90,
            age=80_000 + back * 25_000,
        )  # fmt: skip
    assert judged(account)[1]["health"] == "healing"
    told(account, 3)
    assert_named(*judged(account))
