"""``tidegate memory`` against moto in another process."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.orders import put, put_metrics, put_pipeline
from tidegate.cli import main

GROUP = "/aws/lambda/order-writer"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["memory", *arguments])


@pytest.fixture
def function(aws: dict[str, Any]) -> dict[str, Any]:
    put_pipeline(aws)
    put_metrics(aws, datetime.now(UTC).replace(second=0, microsecond=0), sick=False)
    aws["lambda"].update_function_configuration(FunctionName="order-writer", MemorySize=512)
    return aws


def put_reports(aws: dict[str, Any], megabytes: int, milliseconds: int, minutes_ago: int) -> None:
    group = {"logGroupName": GROUP, "logStreamName": str(megabytes)}
    if not aws["logs"].describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]:
        aws["logs"].create_log_group(logGroupName=GROUP)
    aws["logs"].create_log_stream(**group)
    at = int((datetime.now(UTC) - timedelta(minutes=minutes_ago)).timestamp() * 1000)
    report = (
        f"REPORT RequestId: 8f5\tDuration: {milliseconds - 0.5} ms\tBilled Duration: "
        f"{milliseconds} ms\tMemory Size: {megabytes} MB\tMax Memory Used: 90 MB\t\n"
    )
    lines = [report, "a line of the function's own\n"] * 40
    events = [
        {"timestamp": at + number * 1000, "message": line} for number, line in enumerate(lines)
    ]
    aws["logs"].put_log_events(**group, logEvents=events)


def test_sizes_that_were_tried_are_compared(function: dict[str, Any]) -> None:
    put_reports(function, 512, 1000, 300)
    put_reports(function, 1024, 400, 100)
    told = json.loads(run("order-writer", "--output", "json").stdout)
    assert [
        (each["memory_megabytes"], each["invocations"], each["megabyte_milliseconds"])
        for each in told["sizes"]
    ] == [(512, 40, 512_000), (1024, 40, 409_600)]
    assert told["sizes"][0]["usd_per_million"] == pytest.approx(0.5 * 16.6667 + 0.2)
    # put_metrics tells of 24 invocations a minute for half an hour; a period may not be over.
    month = told["sizes"][0]["usd_per_month"] / told["sizes"][0]["usd_per_million"] * 1_000_000
    assert 600 <= told["invocations"] <= 720
    assert month == pytest.approx(24 * 60 * 730, rel=0.2)
    assert told["advice"]["verdict"] == "raise"
    assert told["advice"]["megabytes"] == 1024
    shown = run("order-writer").stdout
    assert "now 512" in shown
    assert "advice   raise the memory from 512 to 1,024 MB" in shown
    assert "list prices of us-east-1" in shown
    assert max(map(len, shown.splitlines())) <= 110


def test_a_log_of_the_time_asked_for_only(function: dict[str, Any]) -> None:
    put_reports(function, 512, 1000, 300)
    put_reports(function, 1024, 400, 100)
    told = json.loads(run("order-writer", "--since", "3h", "--output", "json").stdout)
    assert [each["memory_megabytes"] for each in told["sizes"]] == [1024]
    assert told["advice"]["evidence"] == ["no invocation at 512 MB was seen"]


def test_without_reports_lambda_insights_is_taken(function: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    insights = {"used_memory_max": 90.0, "cpu_total_time": 20.0}
    put(function, now - timedelta(minutes=5), "LambdaInsights", "function_name", "order-writer", insights)  # fmt: skip
    told = json.loads(run("order-writer", "--output", "json").stdout)
    assert told["source"] == (
        f"no reports in {GROUP}, but Lambda Insights, assuming the current memory size throughout"
    )
    assert [each["used_max_megabytes"] for each in told["sizes"]] == [90]
    assert told["sizes"][0]["duration_mean_milliseconds"] == pytest.approx(900)
    assert (told["advice"]["verdict"], told["advice"]["megabytes"]) == ("lower", 128)
    assert told["advice"]["evidence"][1].endswith("vCPU busy (Lambda Insights)")


@pytest.mark.usefixtures("function")
def test_without_any_evidence_it_says_so() -> None:
    result = run("order-writer")
    assert result.exit_code == 0
    assert f"no reports in {GROUP}, and no Lambda Insights" in result.stdout
    assert "advice   none yet" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "lambda:GetFunctionConfiguration on nobody"),
        (["not a name"], "'not a name' is not the name of a function"),
        (["order-writer", "--since", "later"], "'later' is not a time"),
    ],
)
@pytest.mark.usefixtures("function")
def test_bad_input_is_refused_in_words(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert words in result.stderr


def test_a_true_run_and_one_without_credentials(function: dict[str, Any]) -> None:
    put_reports(function, 512, 1000, 300)
    command = [sys.executable, "-c", "from tidegate.cli import main; main()", "memory"]

    def done(**environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, "order-writer"], env={**os.environ, **environment}, capture_output=True,
            text=True, check=False,
        )  # fmt: skip

    first, second = done(), done()
    assert (first.returncode, first.stderr) == (0, "")
    assert "advice   lower the memory from 512 to 128 MB" in first.stdout
    assert first.stdout.splitlines()[-5:] == second.stdout.splitlines()[-5:]
    nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": "/nowhere"}
    refused = done(**nobody, AWS_EC2_METADATA_DISABLED="true")
    assert refused.returncode == 3
    assert "no AWS credentials were found" in refused.stderr
