"""``tidegate history`` against moto in another process, over both ledgers."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.orders import PIPELINE, create_ledger_table, put_metrics, put_pipeline
from tidegate.cli import main
from tidegate.scaling.ledger.sqlite import SqliteLedger


@pytest.fixture
def file(aws: dict[str, Any], tmp_path: Path) -> Path:
    put_pipeline(aws)
    put_metrics(aws, datetime.now(UTC).replace(second=0, microsecond=0), sick=True)
    path = tmp_path / "pipelines.yaml"
    path.write_text(PIPELINE, encoding="utf-8")
    return path


@pytest.fixture(params=["sqlite", "dynamodb"])
def ledger(request: pytest.FixtureRequest, aws: dict[str, Any], tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite")
    create_ledger_table(aws["dynamodb"], "ledger")
    return "dynamodb:ledger"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def events(*arguments: str) -> list[dict[str, Any]]:
    result = run("history", *arguments, "--output", "json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert set(told) == {"since", "until", "pipelines"}
    return [event for each in told["pipelines"] for event in each["events"]]


def test_history_tells_what_a_sweep_saw_and_did(file: Path, ledger: str) -> None:
    run("sweep", "--config", str(file), "--ledger", ledger)
    found = events("--ledger", ledger)
    assert [each["what"] for each in found if each["what"] in ("found", "health")] == [
        "found", "found", "health",
    ]  # fmt: skip
    assert found[0]["words"].startswith("table-throttled at orders: table orders is throttled")
    changes = {each["change"]["lever"]: each["change"] for each in found if "change" in each}
    write = changes["write_capacity of orders"]
    assert (write["from"], write["outcome"], write["by"]) == (50, "done", "orders")
    assert write["operation"] == "dynamodb:UpdateTable"

    run("sweep", "--config", str(file), "--ledger", ledger)
    again = events("--ledger", ledger, "--pipeline", "orders", "--config", str(file))
    assert again[: len(found)] == found
    assert len(again) <= len(found) + 2


def test_lines_are_plain_in_a_pipe(file: Path, tmp_path: Path) -> None:
    ledger = str(tmp_path / "ledger.sqlite")
    run("sweep", "--config", str(file), "--ledger", ledger)
    shown = run("history", "--ledger", ledger).stdout.splitlines()
    assert shown[0].startswith("orders since ")
    assert " found     table-throttled at orders: " in shown[1]
    assert any(" changed   write capacity of orders from 50 to " in line for line in shown)


def test_a_dry_run_writes_nothing_down(file: Path, tmp_path: Path) -> None:
    ledger = str(tmp_path / "ledger.sqlite")
    SqliteLedger(ledger).close()
    run("sweep", "--config", str(file), "--ledger", ledger, "--dry-run")
    assert events("--ledger", ledger) == []
    assert "no sweep has used this ledger" in run("history", "--ledger", ledger).stdout


def test_a_pipeline_that_could_not_be_looked_at_is_in_its_history(
    file: Path, ledger: str, aws: dict[str, Any]
) -> None:
    aws["dynamodb"].delete_table(TableName="orders")
    for _ in range(2):
        run("sweep", "--config", str(file), "--ledger", ledger)
    assert [(each["what"], each["words"][:35]) for each in events("--ledger", ledger)] == [
        ("unreached", "dynamodb:DescribeTable on orders: R"),
        ("health", "not reached"),
    ]


def test_reshards_by_hand_are_part_of_the_history_of_their_stream(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = str(tmp_path / "ledger.sqlite")
    monkeypatch.setenv("TIDEGATE_LEDGER", ledger)
    done = run("reshard", "orders", "--to", "2", "--yes")
    assert done.exit_code == 0, done.output
    (event,) = events("--config", str(file))
    assert event["words"] == "shard count of orders from 1 to 2: requested by tidegate reshard"
    assert event["change"]["by"] == "reshard/orders"
    assert "[reshard/orders]" in run("history", "--config", str(file)).stdout


def test_the_page_is_drawn_over_the_metrics(file: Path, ledger: str, tmp_path: Path) -> None:
    run("sweep", "--config", str(file), "--ledger", ledger)
    page = tmp_path / "page.html"
    result = run(
        "history", "--ledger", ledger, "--config", str(file), "--since", "1h",
        "--report", str(page),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    text = page.read_text(encoding="utf-8")
    assert "found: table-throttled at orders" in text
    assert "Write units of orders" in text
    assert "<script src=" not in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--since", "yesterday"], "'yesterday' is not a time; 90m, 24h, 14d or ISO 8601"),
        (["--ledger", "nowhere.sqlite"], "there is no ledger at nowhere.sqlite"),
        (["--ledger", "dynamodb:nowhere"], "dynamodb:Scan on nowhere"),
        (["--ledger", "FILE"], "the file can't be used as a ledger: file is not a database"),
        (["--pipeline", "other"], "has no pipeline 'other'; it has: orders"),
        (["--config", "FILE", "--pipeline", "other"], "the file has no pipeline 'other'"),
        (["--config", "none.yaml"], "none.yaml:1:1: there is no such file"),
        (["--report", "page.html"], "name both with --config and --pipeline"),
    ],
)
def test_bad_input_is_refused_in_words(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.setenv("TIDEGATE_LEDGER", str(tmp_path / "ledger.sqlite"))
    run("sweep", "--config", str(file))
    result = run("history", *(str(file) if each == "FILE" else each for each in arguments))
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert not Path("nowhere.sqlite").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("sweep", "--config", "FILE", "--dry-run"), 1),
        (("reshard", "orders", "--to", "2", "--dry-run"), 0),
        (("dashboard", "FILE", "--dry-run"), 0),
        (("dashboard", "FILE", "--yes"), 0),
    ],
    ids=str,
)
def test_what_only_looks_makes_no_ledger_and_says_so(
    file: Path, tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    place = tmp_path / "leger.sqlite"
    said = [str(file) if each == "FILE" else each for each in arguments]
    result = run(*said, "--ledger", str(place))
    assert result.stderr.count(f"There is no ledger at {place}, and none is created") == 1
    assert result.exit_code == code, result.output
    assert not place.exists()


def test_when_the_schedule_last_swept_is_told(file: Path, tmp_path: Path) -> None:
    place = str(tmp_path / "ledger.sqlite")
    run("sweep", "--config", str(file), "--ledger", place)
    ledger = SqliteLedger(place)
    ledger.keep("swept", json.dumps({"orders": "2026-01-05T12:34:00+00:00"}))
    ledger.close()
    shown = run("history", "--ledger", place)
    assert shown.stdout.splitlines()[0].endswith(" UTC, last swept 01-05 12:34")
    told = json.loads(run("history", "--ledger", place, "--output", "json").stdout)
    assert [each["swept_at"] for each in told["pipelines"]] == ["2026-01-05T12:34:00Z"]


@pytest.mark.usefixtures("aws")
def test_when_aws_cannot_be_asked_it_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", "/nowhere")
    result = run("history", "--ledger", "dynamodb:ledger")
    assert result.exit_code == 3
    assert result.stderr.startswith("dynamodb:Scan on ledger: no AWS credentials were found")


def test_a_true_run_is_read_only(file: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    run("sweep", "--config", str(file), "--ledger", str(ledger))
    before = ledger.read_bytes()
    command = [sys.executable, "-c", "from tidegate.cli import main; main()", "history"]
    done = subprocess.run(
        [*command, "--ledger", str(ledger)], env=os.environ, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "table-throttled at orders" in done.stdout
    assert ledger.read_bytes() == before
