"""What AWS answers in pages is read to the last of them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.losses.test_flink import ABOVE_8, FILE, Application
from tests.losses.test_second_owner import a_throttled_table, register_writes
from tidegate.scaling.aws.pages import pages


def in_pages(key: str, *answers: list[Any]) -> Callable[..., Any]:
    """Answers of one operation, page by page: the token is the number of the page."""

    def answer(parameters: dict[str, Any], _: object) -> Any:
        at = int(parameters.get("NextToken", 0))
        more = {"NextToken": str(at + 1)} if at + 1 < len(answers) else {}
        return {key: answers[at], **more}

    return answer


def task(name: str) -> dict[str, Any]:
    return {
        "Namespace": "AWS/KinesisAnalytics", "MetricName": "busyTimeMsPerSecond",
        "Dimensions": [{"Name": "Application", "Value": "counter"}, {"Name": "Task", "Value": name}],
    }  # fmt: skip


@pytest.mark.parametrize(
    "listed",
    [[["Source", "Sink"]], [["Source"], ["Sink"]], [["Source"], [], ["Sink"]]],
    ids=["one page", "two pages", "an empty page between"],
)
def test_a_busy_task_is_seen_on_whatever_page_it_is(
    account: Account, listed: list[list[str]]
) -> None:
    job = Application(account, metrics_level="TASK")
    answers = [[task(name) for name in names] for names in listed]
    account.on("ListMetrics", in_pages("Metrics", *answers))
    job.minutes(records=2800, read=1900, behind=lambda back: max(0.0, 400 - 30.0 * back))
    for back in range(89, 0, -1):
        for name, busy in (("Source", 300), ("Sink", 950)):
            of_task = {"Application": "counter", "Task": name}
            values = {"busyTimeMsPerSecond": busy, "backPressuredTimeMsPerSecond": 10}
            account.put("AWS/KinesisAnalytics", of_task, back, values)
    (pipeline,) = account.swept(FILE, "--dry-run")["pipelines"]
    assert [each["cause"] for each in pipeline["diagnoses"]] == ["parallelism-too-low"]


def test_an_update_that_failed_is_known_from_the_second_page(account: Account) -> None:
    job = Application(account, parallelism=4, updates=[ABOVE_8, None, None])
    newest_first = job.operations()["ApplicationOperationInfoList"]
    one_a_page = in_pages("ApplicationOperationInfoList", *([each] for each in newest_first))
    account.on("ListApplicationOperations", one_a_page)
    job.minutes(
        records=5600, read=1900, behind=lambda back: max(0.0, 400 - 30.0 * back),
        cpuUtilization=95.0,
    )  # fmt: skip
    account.sweep(FILE)
    assert [parallelism for parallelism, _ in job.asked] == [8]


def test_a_second_owner_is_known_from_the_second_page(account: Account) -> None:
    a_throttled_table(account)
    register_writes(account)
    client = account.client("application-autoscaling")
    (target,) = client.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    account.on("DescribeScalableTargets", in_pages("ScalableTargets", [], [target]))
    account.sweep(PIPELINES)
    assert account.changes == []


@pytest.mark.parametrize(
    ("token", "of_answer"), [("NextToken", "NextToken"), ("Marker", "NextMarker")]
)
@pytest.mark.parametrize("last", [{}, {"": None}, {"": ""}], ids=["no", "None", "an empty"])
def test_pages_end_with_no_token(token: str, of_answer: str, last: dict[str, Any]) -> None:
    end = dict.fromkeys([of_answer] * len(last), last.get(""))
    answers = {None: {"at": 1, of_answer: "two"}, "two": {"at": 2, **end}}
    found = list(pages(lambda **request: answers[request.get(token)], {"of": "this"}, token))
    assert [each["at"] for each in found] == [1, 2]
