"""A change that someone else has made is told, and starts the same cooldown as one of ours."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import NOON, a_pipeline, with_consumers
from tests.losses.account import FIVE_LINES, PIPELINES, Account
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import Table, tables_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.scaling.ledger.recall import remembered
from tidegate.scaling.ledger.seen_levers import MOST_KEPT, changes_of_others, with_others
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History


def a_pipeline_to_be_raised(account: Account) -> None:
    account.pipeline()
    account.minutes(since=30, until=6)
    for back in range(5, 0, -1):
        account.minutes(
            since=back, until=back, records=54_000, read=3000, units=3000, invocations=30,
            throttled=1200, age=(6 - back) * 55_000,
        )  # fmt: skip


def shards_set_to(account: Account, count: int) -> None:
    account.client("kinesis").update_shard_count(
        StreamName="orders", TargetShardCount=count, ScalingType="UNIFORM_SCALING"
    )


def test_what_another_sets_back_is_told_with_lever_from_and_to(account: Account) -> None:
    a_pipeline_to_be_raised(account)
    account.sweep()
    shards_set_to(account, 1)
    told = account.sweep(PIPELINES, output="table").stdout
    assert "shard count of orders was changed by someone else since" in told
    assert "from 2 to 1" in told


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda account: shards_set_to(account, 2), "shard count of orders"),
        (
            lambda account: account.client("dynamodb").update_table(
                TableName="orders",
                ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 70},
            ),
            "write capacity of orders",
        ),
    ],
    ids=["shards", "write units"],
)
def test_a_change_of_what_tidegate_left_alone_is_told_as_well(
    account: Account, change: Callable[[Account], None], words: str
) -> None:
    account.pipeline()
    account.minutes()
    account.sweep()
    change(account)
    for _ in range(2):
        assert f"{words} was changed by someone else" in account.sweep(output="table").stdout


def test_tidegates_own_changes_are_nobody_elses(account: Account) -> None:
    a_pipeline_to_be_raised(account)
    for _ in range(3):
        assert "someone else" not in account.sweep(output="table").stdout
    assert account.changes


# ---- by what is seen of each sweep

TABLE = Lever.of(LeverKind.WRITE_CAPACITY, tables_of(a_pipeline())[0].name)


@pytest.fixture
def ledger() -> Iterator[SqliteLedger]:
    opened = SqliteLedger(":memory:")
    yield opened
    opened.close()


def with_units(units: int, status: str = "ACTIVE") -> Pipeline:
    pipeline = a_pipeline()
    (consumer,) = consumers_of(pipeline)
    (table,) = consumer.writes
    assert isinstance(table, Table)
    capacity = replace(table.capacity, write_units=units, status=status)
    changed = replace(table, capacity=capacity, status=status)
    return with_consumers(pipeline, replace(consumer, writes=(changed,)))


def set_by_tidegate(
    ledger: SqliteLedger, minute: int, before: int, after: int, outcome: Outcome = Outcome.DONE
) -> None:
    at = NOON + timedelta(minutes=minute)
    operation, entry = "dynamodb:UpdateTable", f"{minute}"
    pipeline = a_pipeline().name
    ledger.begin(ChangeRecord(entry, pipeline, TABLE, operation, before, after, "", at))
    if outcome is not Outcome.BEGUN:
        ledger.complete(entry, outcome, at, None)


def seen(ledger: SqliteLedger, minute: int, pipeline: Pipeline) -> History:
    at = NOON + timedelta(minutes=minute)
    return with_others(remembered(pipeline, ledger, at), pipeline, ledger, at, keep=True)


def told(history: History) -> list[tuple[int, int]]:
    return [(each.from_capacity, each.to_capacity) for each in history.others]


def test_a_change_of_someone_else_starts_the_cooldown_of_its_lever(ledger: SqliteLedger) -> None:
    seen(ledger, 0, with_units(50))
    history = seen(ledger, 1, with_units(80))
    assert told(history) == [(50, 80)]
    assert history.last_change(TABLE) == NOON + timedelta(minutes=1)
    assert history.last_change_of_any() == NOON + timedelta(minutes=1)
    assert told(seen(ledger, 2, with_units(80))) == [(50, 80)]


def test_one_that_is_set_back_is_told_by_what_tidegate_had_set(ledger: SqliteLedger) -> None:
    seen(ledger, 0, with_units(50))
    set_by_tidegate(ledger, 0, 50, 900)
    assert told(seen(ledger, 1, with_units(50))) == [(900, 50)]
    assert told(seen(ledger, 2, with_units(50))) == [(900, 50)]


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.SUPERSEDED, Outcome.BEGUN])
def test_a_change_that_never_reached_aws_was_not_set_back(
    ledger: SqliteLedger, outcome: Outcome
) -> None:
    seen(ledger, 0, with_units(50))
    set_by_tidegate(ledger, 0, 50, 900, outcome)
    assert told(seen(ledger, 1, with_units(50))) == []


@pytest.mark.parametrize(("shown", "others"), [(80, []), (900, []), (50, [(900, 50)])])
def test_of_two_own_changes_the_newest_may_be_open(
    ledger: SqliteLedger, shown: int, others: list[tuple[int, int]]
) -> None:
    """Between two looks: AWS shows the first, or both, or what was before them."""
    seen(ledger, 0, with_units(60))
    set_by_tidegate(ledger, 1, 60, 80)
    set_by_tidegate(ledger, 2, 80, 900, Outcome.BEGUN)
    assert told(seen(ledger, 3, with_units(shown))) == others


@pytest.mark.parametrize(("outcome", "others"), [(Outcome.BEGUN, []), (Outcome.DONE, [(900, 80)])])
def test_the_first_of_two_shows_until_the_newest_must(
    ledger: SqliteLedger, outcome: Outcome, others: list[tuple[int, int]]
) -> None:
    seen(ledger, 0, with_units(60))
    set_by_tidegate(ledger, 1, 60, 80)
    set_by_tidegate(ledger, 2, 80, 900, outcome)
    assert told(seen(ledger, 3, with_units(80))) == others


def test_while_aws_is_at_it_nothing_is_concluded(ledger: SqliteLedger) -> None:
    seen(ledger, 0, with_units(50))
    set_by_tidegate(ledger, 0, 50, 900)
    assert told(seen(ledger, 1, with_units(50, "UPDATING"))) == []
    assert told(seen(ledger, 2, with_units(900))) == []


def test_a_dry_run_keeps_nothing(ledger: SqliteLedger) -> None:
    seen(ledger, 0, with_units(50))
    for _ in range(2):
        history = with_others(History(()), with_units(80), ledger, NOON, keep=False)
        assert told(history) == [(50, 80)]
    assert told(seen(ledger, 1, with_units(50))) == []


def test_what_someone_else_has_changed_is_known_for_as_long_as_the_rest_of_the_history(
    ledger: SqliteLedger,
) -> None:
    day, name = 24 * 60, a_pipeline().name
    seen(ledger, 0, with_units(50))
    seen(ledger, 1, with_units(80))
    for minute in (2, 3 * day, 89 * day):
        assert told(seen(ledger, minute, with_units(80))) == [(50, 80)]
    at = NOON + timedelta(minutes=1)
    assert [each.begun_at for each in changes_of_others(ledger, name, at)] == [at]
    assert changes_of_others(ledger, name, at + timedelta(seconds=1)) == ()
    assert told(seen(ledger, 90 * day + 1, with_units(80))) == []


def test_while_nothing_changes_no_sweep_writes_what_it_has_seen(ledger: SqliteLedger) -> None:
    """Also after a change of someone else: a ledger in DynamoDB costs by the write."""
    seen(ledger, 0, with_units(50))
    seen(ledger, 1, with_units(80))
    before = ledger.kept(f"levers/{a_pipeline().name}")
    seen(ledger, 2, with_units(80))
    assert ledger.kept(f"levers/{a_pipeline().name}") == before


def test_of_an_owner_who_changes_a_lever_each_minute_the_newest_changes_are_kept(
    ledger: SqliteLedger,
) -> None:
    for minute in range(MOST_KEPT + 20):
        history = seen(ledger, minute, with_units(50 + minute))
    assert len(history.others) == MOST_KEPT
    assert history.others[-1].to_capacity == 50 + MOST_KEPT + 19


def test_a_note_that_cannot_be_read_is_written_anew(ledger: SqliteLedger) -> None:
    ledger.keep(f"levers/{a_pipeline().name}", '{"seen": [[1]]}')
    assert told(seen(ledger, 0, with_units(50))) == []
    assert told(seen(ledger, 1, with_units(80))) == [(50, 80)]


# ---- where changes are listed

FOUR_TO_EIGHT = "shard count of orders from 4 to 8: not changed by Tidegate"


def four_shards_set_to_eight(account: Account) -> str:
    """By someone else, seen by a sweep, and then left alone by one more."""
    account.pipeline(shards=4)
    account.minutes()
    account.sweep(FIVE_LINES)
    shards_set_to(account, 8)
    for _ in range(2):
        account.sweep(FIVE_LINES)
    return str(account.folder / "ledger.sqlite")


def test_the_history_lists_what_someone_else_has_changed(account: Account) -> None:
    ledger = four_shards_set_to_eight(account)
    lines = account.tidegate("history", "--ledger", ledger).output
    assert lines.count(FOUR_TO_EIGHT) == 1
    told = account.tidegate("history", "--ledger", ledger, "--output", "json").output
    (pipeline,) = json.loads(told)["pipelines"]
    (change,) = [each["change"] for each in pipeline["events"] if "change" in each]
    assert (change["from"], change["to"], change["outcome"]) == (4, 8, "done")
    assert (change["operation"], change["caller"]) == ("someone-else", None)
    assert change["because"] == "not changed by Tidegate"


def test_the_limits_that_a_dashboard_draws_step_with_someone_elses_change(account: Account) -> None:
    ledger = four_shards_set_to_eight(account)
    page = str(account.folder / "page.html")
    file = account.file(FIVE_LINES)
    account.tidegate("dashboard", file, "--ledger", ledger, "--preview", page)
    text = Path(page).read_text(encoding="utf-8")
    assert "shard_count of orders: 4 to 8: not changed by Tidegate" in text


def test_costs_are_of_the_shards_that_there_were_before_someone_else_changed_them(
    account: Account,
) -> None:
    ledger = four_shards_set_to_eight(account)
    file = account.file(FIVE_LINES)
    result = account.tidegate("costs", file, "--ledger", ledger, "--output", "json")
    (pipeline,) = json.loads(result.output)["pipelines"]
    (shards,) = [each for each in pipeline["items"] if each["what"] == "shards"]
    assert shards["measured_usd"] == pytest.approx(shards["now_usd"] / 2)
