"""``tidegate targets`` and ``sweep`` on a Flink application, over HTTP to moto in another process."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from tidegate.cli import main

FILE = """\
pipelines:
  - name: clicks
    stream: clicks
    objective: {iterator_age_max_seconds: 60, catch_up_seconds: 600}
    applications: [{application: click-counter, service_autoscaling: "off"}]
    levers:
      parallelism: {max: 16, owner: tidegate}
"""


def put_application(clients: dict[str, Any]) -> None:
    clients["kinesis"].create_stream(StreamName="clicks", ShardCount=4)
    parallelism = {
        "ConfigurationType": "CUSTOM", "Parallelism": 2, "ParallelismPerKPU": 1,
        "AutoScalingEnabled": True,
    }  # fmt: skip
    clients["kinesisanalyticsv2"].create_application(
        ApplicationName="click-counter",
        RuntimeEnvironment="FLINK-1_20",
        ServiceExecutionRole="arn:aws:iam::123456789012:role/x",
        ApplicationConfiguration={
            "FlinkApplicationConfiguration": {"ParallelismConfiguration": parallelism},
            "ApplicationSystemRollbackConfiguration": {"RollbackEnabled": True},
        },
    )


def put_metrics(clients: dict[str, Any], now: datetime) -> None:
    """Half an hour in which 1,500 records a second come in and 1,000 are read."""
    application = {"Application": "click-counter"}
    behind = {**application, "Flow": "Input", "Id": "clicks"}
    for back in range(30, 0, -1):
        at = now - timedelta(minutes=back)
        for namespace, dimensions, metrics in (
            ("AWS/Kinesis", {"StreamName": "clicks"}, {"IncomingRecords": 90_000}),
            ("AWS/KinesisAnalytics", behind, {"millisBehindLatest": (31 - back) * 20_000}),
            ("AWS/KinesisAnalytics", application, {
                "numRecordsInPerSecond": 1000, "busyTimeMsPerSecond": 990, "fullRestarts": 0,
                "uptime": 9e7, "downtime": 0, "lastCheckpointDuration": 2000,
                "lastCheckpointSize": 1e8,
            }),
        ):  # fmt: skip
            clients["cloudwatch"].put_metric_data(
                Namespace=namespace,
                MetricData=[
                    {
                        "MetricName": name,
                        "Dimensions": [
                            {"Name": key, "Value": word} for key, word in dimensions.items()
                        ],
                        "Timestamp": at,
                        "Value": value,
                    }
                    for name, value in metrics.items()
                ],
            )


def run(folder: Path, *arguments: str) -> Result:
    file = folder / "pipelines.yaml"
    file.write_text(FILE, encoding="utf-8")
    return CliRunner().invoke(main, [arguments[0], "--config", str(file), *arguments[1:]])


def described(clients: dict[str, Any]) -> dict[str, Any]:
    answer = clients["kinesisanalyticsv2"].describe_application(ApplicationName="click-counter")
    flink = answer["ApplicationDetail"]["ApplicationConfigurationDescription"]
    found: dict[str, Any] = flink["FlinkApplicationConfigurationDescription"][
        "ParallelismConfigurationDescription"
    ]
    return found


def test_targets_lists_both_levers_of_an_application(aws: dict[str, Any], tmp_path: Path) -> None:
    put_application(aws)
    rows = json.loads(run(tmp_path, "targets", "--output", "json").stdout)
    assert {each["id"]: (each["capacity"], each["owner"]) for each in rows} == {
        "shard_count~clicks": (4, None),
        "parallelism~click-counter": (2, "tidegate"),
        "parallelism_per_kpu~click-counter": (1, None),
    }


def test_a_sweep_raises_the_parallelism_once_and_ends_the_services_own_scaling(
    aws: dict[str, Any], tmp_path: Path
) -> None:
    put_application(aws)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    put_metrics(aws, now)
    ledger = ("--ledger", str(tmp_path / "ledger.sqlite"), "--at", now.isoformat())
    shown = run(tmp_path, "sweep", *ledger, "--dry-run")
    assert "would raise parallelism of click-counter from 2 to " in shown.stdout, shown.output
    assert described(aws)["Parallelism"] == 2
    done = run(tmp_path, "sweep", *ledger)
    assert "parallelism-too-low at click-counter" in done.stdout, done.output
    after = described(aws)
    assert (after["Parallelism"] > 4, after["AutoScalingEnabled"]) == (True, False)
    again = run(tmp_path, "sweep", *ledger)
    assert described(aws) == after, again.output
