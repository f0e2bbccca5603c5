"""``tidegate costs`` against moto in another process."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.change_records import change
from tests.orders import PIPELINE, another_pipeline, put, put_metrics, put_pipeline
from tidegate.cli import main
from tidegate.rules.cause import LeverKind
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import Lever


@pytest.fixture
def file(aws: dict[str, Any], tmp_path: Path) -> Path:
    put_pipeline(aws)
    path = tmp_path / "pipelines.yaml"
    path.write_text(PIPELINE, encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["costs", *arguments])


def minute_now() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)


def test_a_pipeline_is_priced_and_compared(aws: dict[str, Any], file: Path) -> None:
    put_metrics(aws, minute_now(), sick=False)
    result = run(str(file), "--since", "2h", "--output", "json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    (bill,) = told["pipelines"]
    assert told["prices"].startswith("list prices of us-east-1 on 20")
    assert bill["measured"]["hours"] == pytest.approx(0.5, abs=0.05)
    now = {(each["layer"], each["what"]): each["now_usd"] for each in bill["items"]}
    assert now["stream orders", "shards"] == pytest.approx(10.95)
    assert now["table orders", "write units/s"] == pytest.approx(50 * 0.00065 * 730)
    assert now["function order-writer", "requests"] == pytest.approx(
        24 * 60 * 730 * 0.0000002, rel=0.1
    )
    assert bill["usd_per_month"]["now"] == pytest.approx(sum(now.values()))
    writes = next(each for each in bill["items"] if each["what"] == "write units/s")
    assert (writes["amount"], writes["at_peak"]) == ("50", "58")
    assert [each["layer"] for each in bill["modes"]] == ["stream orders", "table orders"]
    assert bill["not_handed_over"] == ["read_capacity of orders"]


def test_what_was_changed_in_the_time_is_priced_as_it_was(
    aws: dict[str, Any], file: Path, tmp_path: Path
) -> None:
    """By the ledger's changes, under whatever name they were made."""
    put_metrics(aws, minute_now(), sick=False)
    units = Lever.of(LeverKind.WRITE_CAPACITY, "orders")
    place, now = tmp_path / "ledger.sqlite", datetime.now(UTC)
    ledger = SqliteLedger(str(place))
    ledger.begin(change(units, 450, 50, minutes_ago=10, pipeline="another", now=now))
    ledger.close()
    asked = (str(file), "--since", "2h", "--ledger", str(place))
    (bill,) = json.loads(run(*asked, "--output", "json").stdout)["pipelines"]
    writes = next(each for each in bill["items"] if each["what"] == "write units/s")
    assert writes["now_usd"] == pytest.approx(50 * 0.00065 * 730)
    assert writes["now_usd"] * 5 < writes["measured_usd"] < writes["now_usd"] * 9
    money = bill["usd_per_month"]
    assert money["measured"] - money["now"] == pytest.approx(
        writes["measured_usd"] - writes["now_usd"]
    )
    words = f"this time came to ${money['measured']:,.2f} a month"
    assert words in " ".join(run(*asked).stdout.split())
    assert "this time came to" not in run(str(file), "--since", "2h").stdout


def test_a_ledger_that_is_not_there_is_told(file: Path, tmp_path: Path) -> None:
    result = run(str(file), "--ledger", str(tmp_path / "none"))
    assert result.exit_code == 2
    assert "the first sweep creates one" in result.output


def test_the_screen_fits_and_says_what_it_stands_on(aws: dict[str, Any], file: Path) -> None:
    put_metrics(aws, minute_now(), sick=False)
    shown = run(str(file), "--since", "2h").stdout
    assert "Measured over 0." in shown
    assert "Less than a week: a whole month may differ." in shown
    assert "Too small for the peak: write_capacity of orders is 50, but needs 58." in shown
    assert "An on-demand stream never costs less than 1 shard." in shown
    assert "Both cost the same at 28.9% of the provisioned units." in shown
    assert "Prices: list prices of us-east-1 on 20" in shown
    table = shown.splitlines()[: shown.splitlines().index(next(line for line in shown.splitlines() if "together" in line))]  # fmt: skip
    assert max(map(len, table)) <= 80
    assert "…" not in shown


def test_days_are_put_together_from_the_first_hour_that_has_data(
    aws: dict[str, Any], file: Path
) -> None:
    records = {"IncomingRecords": 6000.0, "IncomingBytes": 1_800_000.0}
    for hours in (50, 30, 1):
        at = minute_now() - timedelta(hours=hours)
        put(aws, at, "AWS/Kinesis", "StreamName", "orders", records)
    told = json.loads(run(str(file), "--since", "5d", "--output", "json").stdout)
    (bill,) = told["pipelines"]
    hours = bill["measured"]["hours"]
    assert hours == pytest.approx(50, abs=0.02)
    payload = next(each for each in bill["items"] if each["what"] == "PUT payload units")
    assert payload["now_usd"] == pytest.approx(18_000 / hours * 730 * 0.000000014)


def test_without_metrics_only_what_is_set_is_priced(file: Path) -> None:
    result = run(str(file), "--since", "2h")
    assert result.exit_code == 0
    assert "No metrics in this period: current settings are priced" in result.stdout
    told = json.loads(run(str(file), "--since", "2h", "--output", "json").stdout)
    (bill,) = told["pipelines"]
    assert (bill["measured"], bill["modes"]) == (None, [])
    assert bill["usd_per_month"]["now"] == bill["usd_per_month"]["followed"] > 30


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.yaml"], "none.yaml:1:1: there is no such file"),
        (["FILE", "--since", "16d"], "CloudWatch keeps minutes for 15 days"),
        (["FILE", "--since", "soon"], "'soon' is not a time"),
    ],
)
def test_bad_input_is_refused_in_words(file: Path, arguments: list[str], words: str) -> None:
    result = run(*(str(file) if each == "FILE" else each for each in arguments))
    assert result.exit_code == 2, result.output
    assert words in result.stderr


def test_what_is_not_there_is_named(aws: dict[str, Any], file: Path) -> None:
    aws["dynamodb"].delete_table(TableName="orders")
    result = run(str(file))
    assert result.exit_code == 2
    assert "dynamodb:DescribeTable on orders" in result.stderr


def test_a_pipeline_that_is_not_there_does_not_hide_the_others(
    aws: dict[str, Any], file: Path
) -> None:
    put_metrics(aws, minute_now(), sick=False)
    file.write_text(PIPELINE + another_pipeline("gone"), encoding="utf-8")
    result = run(str(file), "--since", "2h")
    assert result.exit_code == 2
    assert "orders: US dollars a month" in result.stdout
    assert "kinesis:DescribeStreamSummary on gone" in result.stderr


def test_a_true_run_and_one_without_an_answer(aws: dict[str, Any], file: Path) -> None:
    put_metrics(aws, minute_now(), sick=False)
    code = "from tidegate.cli import main; main()"
    command = [sys.executable, "-c", code, "costs", str(file), "--since", "2h"]

    def done(**environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
        )

    answered = done()
    assert (answered.returncode, answered.stderr) == (0, "")
    assert "orders: US dollars a month" in answered.stdout
    refused = done(AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert refused.returncode == 3
    assert "kinesis:DescribeStreamSummary on orders" in refused.stderr
    assert "Traceback" not in refused.stderr
