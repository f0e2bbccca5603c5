"""``tidegate sweep`` against a moto server in another process, filled by a script of boto3 only."""

import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.orders import PIPELINE, another_pipeline, put_metrics, put_pipeline
from tidegate.cli import main

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


def tidegate(
    endpoint: str, folder: Path, *arguments: str, pipeline: str = PIPELINE, **environment: str
) -> subprocess.CompletedProcess[str]:
    file = folder / "pipelines.yaml"
    file.write_text(pipeline, encoding="utf-8")
    kept = {"PATH": os.environ["PATH"], "HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true"}
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from tidegate.cli import main; main()",
            "sweep",
            "--config",
            str(file),
            *arguments,
        ],
        env={
            **kept,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": "us-east-1",
            **CREDENTIALS,
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def minute_now() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)


def test_a_throttled_table_is_found_and_cured_then_left_alone(
    endpoint: str, clients: dict[str, Any], tmp_path: Path
) -> None:
    put_pipeline(clients)
    put_metrics(clients, minute_now(), sick=True)
    shown = tidegate(endpoint, tmp_path, "--dry-run")
    assert shown.stdout.startswith("orders: sick\n")
    assert "table-throttled at orders" in shown.stdout
    assert "would raise write capacity of orders from 50 to " in shown.stdout
    assert "USD a month" in shown.stdout
    assert units(clients) == 50
    assert shown.returncode == 1

    done = tidegate(endpoint, tmp_path, "--output", "json")
    told = json.loads(done.stdout)
    assert set(told) == {"at", "pipelines", "calls", "unreached"}
    (pipeline,) = told["pipelines"]
    assert set(pipeline) == {
        "name", "health", "consumers", "balance", "healing", "findings", "diagnoses", "actions",
        "advice", "held", "held_back",
    }  # fmt: skip
    assert pipeline["diagnoses"][0]["cause"] == "table-throttled"
    levers = {each["lever"]: each["to"] for each in pipeline["actions"]}
    assert units(clients) == levers["write_capacity of orders"] >= 900
    assert levers["parallelization_factor of order-writer"] == 10
    assert levers["shard_count of orders"] == 2
    assert told["calls"]["cloudwatch:GetMetricData"] == 2  # the newest minutes, and the past
    assert (done.returncode, done.stderr) == (0, "")

    again = json.loads(tidegate(endpoint, tmp_path, "--output", "json").stdout)
    assert again["pipelines"][0]["actions"] == []
    waits = tidegate(endpoint, tmp_path).stdout
    assert "  heals    the change of the " in waits
    assert "has time to take effect; sick if it is not well by " in waits


def units(clients: dict[str, Any]) -> int:
    table = clients["dynamodb"].describe_table(TableName="orders")["Table"]
    found: int = table["ProvisionedThroughput"]["WriteCapacityUnits"]
    return found


def test_at_judges_as_of_that_moment(
    endpoint: str, clients: dict[str, Any], tmp_path: Path
) -> None:
    put_pipeline(clients)
    put_metrics(clients, minute_now(), sick=True)
    before = (minute_now() - timedelta(minutes=6)).isoformat()
    result = tidegate(endpoint, tmp_path, "--at", before, "--dry-run")
    assert "orders: healthy" in result.stdout
    assert result.returncode == 0


def test_what_was_right_some_time_ago_changes_nothing_now(
    endpoint: str, clients: dict[str, Any], tmp_path: Path
) -> None:
    put_pipeline(clients)
    put_metrics(clients, minute_now() - timedelta(minutes=6), sick=True)
    before = (minute_now() - timedelta(minutes=6)).isoformat()
    result = tidegate(endpoint, tmp_path, "--at", before)
    assert (result.returncode, units(clients)) == (2, 50)
    assert "only a dry run is possible: add --dry-run" in " ".join(result.stderr.split())


def test_a_healthy_pipeline_is_exit_0_and_untouched(
    endpoint: str, clients: dict[str, Any], tmp_path: Path
) -> None:
    put_pipeline(clients)
    put_metrics(clients, minute_now(), sick=False)
    result = tidegate(endpoint, tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert units(clients) == 50


def test_no_metrics_yet_is_said_and_exit_3(
    endpoint: str, clients: dict[str, Any], tmp_path: Path
) -> None:
    put_pipeline(clients)
    result = tidegate(endpoint, tmp_path)
    assert "CloudWatch has no metrics of this pipeline yet" in result.stdout
    assert result.returncode == 3


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("stream: orders", "stream: nowhere", "kinesis:DescribeStreamSummary on nowhere"),
        ("order-writer", "nobody", "lambda:GetFunctionConfiguration on nobody"),
        ("[orders]", "[nothing]", "dynamodb:DescribeTable on nothing"),
    ],
)
def test_a_missing_resource_is_named_and_exit_2(
    endpoint: str, clients: dict[str, Any], tmp_path: Path, old: str, new: str, words: str
) -> None:
    put_pipeline(clients)
    result = tidegate(endpoint, tmp_path, pipeline=PIPELINE.replace(old, new, 1))
    assert result.returncode == 2
    assert words in result.stdout
    assert "Traceback" not in result.stderr


def test_a_consumer_that_does_not_read_the_stream_is_named(
    endpoint: str, clients: dict[str, Any], tmp_path: Path
) -> None:
    put_pipeline(clients)
    clients["kinesis"].create_stream(StreamName="returns", ShardCount=1)
    result = tidegate(
        endpoint, tmp_path, pipeline=PIPELINE.replace("stream: orders", "stream: returns")
    )
    assert result.returncode == 2
    assert "order-writer has no event source mapping that reads this stream" in result.stdout


def test_targets_are_listed_with_capacity_owner_and_resource_id(
    endpoint: str, clients: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_pipeline(clients)
    file = tmp_path / "pipelines.yaml"
    file.write_text(PIPELINE, encoding="utf-8")
    for key, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "us-east-1",
        **CREDENTIALS,
    }.items():
        monkeypatch.setenv(key, value)
    api = "https://abc.execute-api.us-east-1.amazonaws.com/v1"
    result = CliRunner().invoke(main, ["targets", "--config", str(file), "--api", api])
    *rows, told = result.stdout.splitlines()
    assert [re.split(r" {2,}", line) for line in rows[1:4]] == [
        ["shard_count~orders", "1", "1", "8", "tidegate"],
        ["parallelization_factor~order-writer", "1", "1", "10", "tidegate"],
        ["write_capacity~orders", "50", "1", "4,000", "tidegate"],
    ]
    assert told == f"A resource id is {api}/scalableTargetDimensions/ with the id after it."
    assert max(map(len, rows)) <= 80


def test_one_pipeline_missing_does_not_stop_the_other(
    endpoint: str, clients: dict[str, Any], tmp_path: Path
) -> None:
    put_pipeline(clients)
    put_metrics(clients, minute_now(), sick=False)
    both = PIPELINE + another_pipeline("lost")
    result = tidegate(endpoint, tmp_path, "--output", "json", pipeline=both)
    told = json.loads(result.stdout)
    assert [each["name"] for each in told["pipelines"]] == ["orders"]
    assert [each["name"] for each in told["unreached"]] == ["lost"]
    assert result.returncode == 2


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no AWS credentials were found"),
        ({"AWS_REGION": ""}, "no region is set"),
        ({"AWS_PROFILE": "nobody"}, "nobody"),
    ],
    ids=["credentials", "region", "profile"],
)
def test_when_aws_cannot_be_asked_it_is_said_in_words_and_exit_3(
    endpoint: str, tmp_path: Path, environment: dict[str, str], words: str
) -> None:
    result = tidegate(endpoint, tmp_path, **environment)
    assert result.returncode == 3
    assert words in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_an_endpoint_that_does_not_answer_is_exit_3(tmp_path: Path) -> None:
    began = time.monotonic()
    result = tidegate("http://127.0.0.1:9", tmp_path)
    assert result.returncode == 3
    assert "kinesis:DescribeStreamSummary on orders" in result.stdout
    assert time.monotonic() - began < 60
