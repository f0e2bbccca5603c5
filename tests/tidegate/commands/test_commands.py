"""The command line as a user meets it."""

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.documents import blocks
from tests.shape import ROOT
from tidegate.cli import main
from tidegate.simulator.scenarios import scenario_names

FIGURES = {
    "seconds_out_of_objective",
    "seconds_late",
    "iterator_age_max_seconds",
    "records_written",
    "records_read",
    "records_lost",
    "producer_throttles",
    "table_throttles",
    "cost_usd",
    "limit_violations",
    "seconds_down",
    "records_read_again",
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def test_the_demo_as_json_is_one_object_with_the_documented_keys() -> None:
    result = run("demo", "--json", "--seed", "3")
    told = json.loads(result.stdout)
    assert set(told) == {
        "scenario", "seed", "objective", "without", "with", "diagnoses", "actions",
    }  # fmt: skip
    assert (told["scenario"], told["seed"]) == ("race-day", 3)
    assert told["objective"] == {"iterator_age_max_seconds": 60}
    assert set(told["without"]) == set(told["with"]) == FIGURES
    assert all(
        set(each) == {"at", "cause", "where", "because", "reasons"} for each in told["diagnoses"]
    )
    assert all(
        set(each) == {"at", "lever", "from", "to", "because", "reason"} for each in told["actions"]
    )
    assert told["diagnoses"][0]["cause"] == "table-throttled"
    assert told["with"]["seconds_out_of_objective"] < told["without"]["seconds_out_of_objective"]
    assert told["with"]["limit_violations"] == told["with"]["records_lost"] == 0


def test_the_demo_in_a_pipe_prints_plain_lines_and_before_and_after() -> None:
    result = run("demo", "--scenario", "manual-change")
    assert "\x1b" not in result.stdout
    assert re.search(r"00:\d\d found    table-throttled at orders: ", result.stdout)
    assert re.search(r"00:\d\d raised   write capacity of orders from 200 to \d+", result.stdout)
    assert "without Tidegate" in result.stdout
    assert "First diagnosis: table-throttled at orders" in result.stdout


def test_the_demo_prints_what_the_readme_shows_of_it() -> None:
    readme = ROOT / "README.md"
    (shown,) = (each for each in blocks(readme, "") if each.text.startswith("00:"))
    printed = run("demo").stdout
    assert [line for line in shown.text.splitlines() if line not in printed.splitlines()] == []
    said = re.search(r"objective for (\d+) minutes instead of\s(\d+)", readme.read_text("utf-8"))
    assert said is not None
    with_it, without = said.groups()
    assert re.search(rf"out of objective\W+{without} min\W+{with_it} min", printed)


def test_the_demo_asks_nobody_whatever_the_environment_says_of_aws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    result = run("demo", "--scenario", "hot-shard")
    assert (result.exit_code, os.environ["AWS_PROFILE"]) == (0, "nobody")


def test_an_endpoint_that_is_no_url_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "localhost:4566")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    result = run("shards", "orders")
    assert result.exit_code == 3
    assert "Invalid endpoint: localhost:4566; a URL begins with https://" in result.output


def test_the_demo_is_the_same_each_time() -> None:
    once, again = (run("demo", "--scenario", "hot-shard", "--json").stdout for _ in range(2))
    assert once == again


def test_the_report_is_one_file_that_fetches_nothing_and_explains_each_change(
    tmp_path: Path,
) -> None:
    file = tmp_path / "report.html"
    result = run("demo", "--report", str(file))
    page = file.read_text(encoding="utf-8")
    assert f"Report: {file}" in result.stdout.replace("\n", "")
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", page)
    for words in (
        "table-throttled",
        "write capacity of leaderboard from 20 to ",
        "plotly",
        "objective",
        "concurrent executions",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("demo", "--scenario", "raceday"), "there is no scenario 'raceday'"),
        (("demo", "--seed", "-1"), "-1 is not in the range"),
        (("demo", "--report", "/nowhere/r.html"), "/nowhere is not a directory"),
        (("check", "/nowhere.yaml"), "/nowhere.yaml:1:1: there is no such file"),
        (("rules", "--config", "/nowhere.yaml"), "/nowhere.yaml:1:1: there is no such file"),
        (("sweep", "--config", "/nowhere.yaml"), "/nowhere.yaml:1:1: there is no such file"),
        (("sweep", "--config", "x", "--at", "noon"), "'noon' is not a moment; ISO 8601 is"),
        (("sweep", "--config", "x", "--at", "2999-01-01"), "2999-01-01 is in the future"),
        (("sweep", "--config", "examples/race-day.yaml", "--ledger", "dynamodb:"),
         "'' is not the name of a table; 3 to 255 letters, digits and _.- are allowed; "
         "dynamodb:TABLE is a ledger"),
        (("sweep", "--config", "examples/race-day.yaml", "--ledger", "/nowhere/ledger.sqlite"),
         "/nowhere is not a folder"),
        (("targets", "--config", "examples/race-day.yaml", "--api", "foo"),
         "'foo' is not the URL of a stage"),
        (("sweep",), "Missing option '--config'"),
        (("sweep", "--config", "x", "--output", "xml"), "'xml' is not one of"),
        (("flood",), "No such command 'flood'"),
        (("shards", ""), "'' is not the name of a stream; 1 to 128 letters, digits and _.- are"),
        (("reshard", "a/b", "--to", "2"), "'a/b' is not the name of a stream"),
        (("reshard", "orders", "--to", "0"), "0 shards can't be; 1 to 10,000 can"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_bad_input_is_one_clear_error_and_exit_code_2(
    arguments: tuple[str, ...], words: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


def test_scenarios_are_a_line_each() -> None:
    lines = run("scenarios").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(scenario_names())


def test_check_tells_all_mistakes_at_once(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("pipelines:\n  - nam: a\n    consumers: []\n", encoding="utf-8")
    result = run("check", str(file))
    assert result.exit_code == 2
    assert [line.split(":")[1:3] for line in result.stderr.splitlines()] == [["2", "5"], ["2", "5"]]
    assert "did you mean 'name'?" in result.stderr


def test_check_accepts_the_examples() -> None:
    result = run("check", "examples/race-day.yaml")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 pipeline, 6 levers owned by Tidegate" in result.stdout


def test_rules_show_thresholds_with_their_sources_and_the_users_own() -> None:
    lines = run("rules", "--config", "examples/team.yaml").stdout.splitlines()
    assert lines[0].split("\t") == [
        "rule", "metric", "fires when", "for", "severity", "source", "default", "in force", "causes",
        "decisions", "alarms", "dashboard",
    ]  # fmt: skip
    rows = {line.split("\t")[0]: line.split("\t") for line in lines[1:]}
    assert rows["lambda/duration-near-timeout"][2] == ">= 80% of the timeout"
    assert rows["checkout/producer-memory"][1:3] == ["Maximum CWAgent mem_used_percent", "> 90 %"]
    assert all(row[5] for row in rows.values())
