"""A metric that CloudWatch fails to read is neither silence nor zero."""

import json
from typing import Any

import pytest

from tests.losses.account import FIVE_LINES, PIPELINES, Account, refusal

THROTTLES = ("WriteThrottleEvents", "ConsumedWriteCapacityUnits")
INTERNAL: dict[str, Any] = {
    "StatusCode": "InternalError",
    "Messages": [{"Code": "InternalError", "Value": "again"}],
}


def answers(account: Account, *metrics: str, times: int = 99, **changes: Any) -> None:
    """CloudWatch's answers on these metrics, of every metric where none is named; as many times."""
    asked: dict[str, int] = {}

    def got(parameters: dict[str, Any], real: Any) -> Any:
        answer = real()
        names = {
            each["Id"]: each["MetricStat"]["Metric"]["MetricName"]
            for each in parameters["MetricDataQueries"]
        }
        for result in answer["MetricDataResults"]:
            name = names[result["Id"]]
            asked[name] = asked.get(name, 0) + 1
            if (not metrics or name in metrics) and asked[name] <= times:
                result.update({"Timestamps": [], "Values": [], **changes})
        return answer

    account.on("GetMetricData", got)


def a_throttled_table(account: Account) -> None:
    account.pipeline()
    account.minutes(since=30, until=6)
    for back in range(5, 0, -1):
        account.minutes(since=back, until=back, throttled=900, units=2990, age=(6 - back) * 40_000)


@pytest.mark.parametrize(
    "changes",
    [
        INTERNAL,
        {"StatusCode": "PartialData"},
        {"StatusCode": "Forbidden"},
        {"StatusCode": "Complete", "Messages": [{"Code": "InternalError", "Value": "again"}]},
    ],
    ids=["internal error", "partial data", "forbidden", "a message instead of points"],
)
def test_throttles_that_could_not_be_read_are_no_health(
    account: Account, changes: dict[str, Any]
) -> None:
    a_throttled_table(account)
    answers(account, *THROTTLES, **changes)
    swept = account.sweep(PIPELINES)
    (pipeline,) = json.loads(swept.stdout)["pipelines"]
    assert (swept.exit_code, pipeline["health"]) == (3, "unknown")
    assert "WriteThrottleEvents of orders" in pipeline["diagnoses"][0]["because"]
    assert account.changes == []


@pytest.mark.parametrize("words", ["", "not in this account"], ids=["bare", "with words"])
@pytest.mark.parametrize(
    ("metric", "told"),
    [
        ("WriteThrottleEvents", "WriteThrottleEvents of orders"),
        ("Duration", "Duration of order-writer"),
        ("IncomingRecords", "IncomingRecords of orders"),
    ],
)
def test_a_metric_that_may_not_be_read_names_the_permission(
    account: Account, metric: str, told: str, words: str
) -> None:
    account.pipeline()
    account.minutes()
    messages = [{"Code": "Forbidden", "Value": words}] if words else []
    answers(account, metric, StatusCode="Forbidden", Messages=messages)
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    because = pipeline["diagnoses"][0]["because"]
    assert told in because
    assert "permission cloudwatch:GetMetricData is missing" in because
    assert words in because


DENIED = (
    ("GetMetricData", "cloudwatch:GetMetricData"),
    ("DescribeStreamSummary", "kinesis:DescribeStreamSummary"),
    ("ListShards", "kinesis:ListShards"),
    ("ListEventSourceMappings", "lambda:ListEventSourceMappings"),
    ("GetFunctionConfiguration", "lambda:GetFunctionConfiguration"),
    ("DescribeTable", "dynamodb:DescribeTable"),
)


@pytest.mark.parametrize(("operation", "permission"), DENIED)
@pytest.mark.parametrize("code", ["AccessDeniedException", "NotAuthorized"])
def test_a_call_that_is_denied_names_its_permission_and_the_pipeline(
    account: Account, operation: str, permission: str, code: str
) -> None:
    account.pipeline()
    account.minutes()

    def denied(*_: Any) -> Any:
        raise refusal(operation, code)

    account.on(operation, denied)
    swept = account.sweep(PIPELINES, "--dry-run", output="table")
    assert swept.exit_code == 3
    told = " ".join((swept.stdout + swept.stderr).split())
    assert f"permission {permission} is missing" in told
    assert "orders" in told


def test_what_is_read_at_the_second_time_is_known(account: Account) -> None:
    a_throttled_table(account)
    answers(account, *THROTTLES, times=1, **INTERNAL)
    pipeline = account.swept(PIPELINES, "--dry-run")["pipelines"][0]
    assert [each["cause"] for each in pipeline["diagnoses"]] == ["table-throttled"]


def test_nothing_is_scaled_in_by_a_part_of_the_metrics(account: Account) -> None:
    arn = account.stream(shards=4)
    account.function(reserved=4)
    account.mapping(arn, ParallelizationFactor=4)
    account.table(write=400)
    account.minutes(since=89, records=3000, invocations=30, age=100)
    lowered = account.swept(PIPELINES, "--dry-run")["pipelines"][0]["actions"]
    answers(account, "WriteProvisionedThroughputExceeded", **INTERNAL)
    swept = account.sweep(PIPELINES)
    (pipeline,) = json.loads(swept.stdout)["pipelines"]
    assert lowered
    assert (swept.exit_code, account.changes) == (3, [])
    assert all("not-read" in each["kinds"] for each in pipeline["held"])


def test_a_raise_that_other_metrics_show_is_made_all_the_same(account: Account) -> None:
    a_throttled_table(account)
    answers(account, "ReadThrottleEvents", **INTERNAL)
    swept = account.sweep(PIPELINES)
    assert swept.exit_code == 3
    assert [name for name, _ in account.changes] == ["UpdateTable"]


def test_an_account_that_answers_nothing_is_not_one_without_metrics(account: Account) -> None:
    a_throttled_table(account)
    answers(account, **INTERNAL)
    swept = account.sweep(FIVE_LINES, output="table")
    assert swept.exit_code == 3
    assert "CloudWatch could not read" in swept.stdout
    assert "has no metrics of this pipeline yet" not in swept.stdout


def test_what_could_not_be_read_costs_no_zero_dollars(account: Account) -> None:
    a_throttled_table(account)
    answers(account, **INTERNAL)
    priced = account.tidegate("costs", account.file(PIPELINES), "--since", "3h")
    assert priced.exit_code == 3
    assert "could not be read" in priced.stderr


def test_pages_of_one_answer_are_one_answer(account: Account) -> None:
    a_throttled_table(account)

    def pages(parameters: dict[str, Any], real: Any) -> Any:
        answer = real()
        second = "NextToken" in parameters
        for result in answer["MetricDataResults"]:
            half = len(result["Values"]) // 2
            kept = slice(half, None) if second else slice(half)
            result["StatusCode"] = "Complete" if second else "PartialData"
            result.update({key: result[key][kept] for key in ("Timestamps", "Values")})
        return answer if second else {**answer, "NextToken": "2"}

    account.on("GetMetricData", pages)
    pipeline = account.swept(PIPELINES, "--dry-run")["pipelines"][0]
    assert [each["cause"] for each in pipeline["diagnoses"]] == ["table-throttled"]


# ---- a message about the whole answer


TOO_MANY = [{"Code": "MaxMetricsExceeded", "Value": "Maximum number of allowed metrics exceeded"}]


def with_a_message(account: Account, *missing: str, blank: bool = False) -> None:
    """CloudWatch has no result for these metrics, and a message about all; ``blank``, no point."""

    def got(parameters: dict[str, Any], real: Any) -> Any:
        answer = real()
        names = {
            each["Id"]: each["MetricStat"]["Metric"]["MetricName"]
            for each in parameters["MetricDataQueries"]
        }
        results = [each for each in answer["MetricDataResults"] if names[each["Id"]] not in missing]
        for result in results if blank else ():
            result.update({"Timestamps": [], "Values": []})
        return {**answer, "MetricDataResults": results, "Messages": TOO_MANY}

    account.on("GetMetricData", got)


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("WriteThrottleEvents", "WriteThrottleEvents of orders"),
        ("Duration", "Duration of order-writer"),
        ("IncomingBytes", "IncomingBytes of orders"),
    ],
)
def test_a_message_about_the_answer_names_what_has_no_result(
    account: Account, missing: str, told: str
) -> None:
    account.pipeline()
    account.minutes()
    with_a_message(account, missing)
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    because = pipeline["diagnoses"][0]["because"]
    assert told in because
    assert "no answer: MaxMetricsExceeded" in because
    assert "ReadThrottleEvents" not in because
    assert "Complete" not in because


def test_a_message_beside_every_result_leaves_all_of_them_read(account: Account) -> None:
    account.pipeline()
    account.minutes()
    with_a_message(account)
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    assert pipeline["health"] == "healthy"


def test_a_message_in_place_of_every_point_is_no_silence(account: Account) -> None:
    a_throttled_table(account)
    with_a_message(account, blank=True)
    swept = account.sweep(PIPELINES, "--dry-run", output="table")
    assert swept.exit_code == 3
    assert "no data points: MaxMetricsExceeded" in " ".join(swept.stdout.split())
