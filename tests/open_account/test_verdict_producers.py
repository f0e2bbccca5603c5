"""A load that stops is an incident where it doesn't stop on other days, and nothing is scaled in on
it; one that was never so high is told as well."""

from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.losses.worlds import OURS, Played, a_world, play
from tidegate.rules.cause import Cause
from tidegate.scaling.model.health import Health
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData
from tidegate.simulator.traffic import Traffic

DAY, HOUR = 86_400, 3600
FUNCTION = FunctionData("order-writer", 30, seconds_per_record=0.002)


def played(*points: tuple[float, float], hours: float = 1.5, **more: Any) -> Played:
    traffic = Traffic(tuple((at, rate) for at, rate in points))
    return play(a_world(traffic, FUNCTION, hours=hours, **more), OURS, 1)


def told(run: Played, cause: Cause) -> list[float]:
    """The seconds of the sweeps that name it."""
    begin = run.reports[0].at
    return [
        180 + (report.at - begin).total_seconds()
        for report in run.reports
        if any(each.cause is cause for each in report.diagnoses)
    ]


def lowered_after(run: Played, second: float) -> list[Any]:
    return [action for at, action in run.changes if at >= second]


@pytest.mark.parametrize("rate", [3, 0, 200], ids=["drops", "stops", "a third"])
def test_a_load_that_goes_away_is_told_in_five_minutes_and_scales_nothing_in(rate: float) -> None:
    run = played((-3 * DAY, 600), (HOUR, 600), (HOUR, rate))
    seconds = told(run, Cause.PRODUCERS_QUIET)
    assert 0 < seconds[0] - HOUR <= 300
    assert seconds[-1] >= 1.5 * HOUR - 60
    assert {each.health for each in run.reports[-20:]} == {Health.SICK}
    assert lowered_after(run, HOUR) == []


def test_a_load_that_goes_away_each_night_is_no_incident() -> None:
    nights = [
        point
        for day in range(-3, 1)
        for point in ((day * DAY - 12 * HOUR, 600.0), (day * DAY + HOUR, 600.0),
                      (day * DAY + HOUR, 0.0), (day * DAY + 11 * HOUR, 0.0))
    ]  # fmt: skip
    run = played((-4 * DAY, 600), *nights)
    assert told(run, Cause.PRODUCERS_QUIET) == []


def test_a_load_that_was_never_so_high_is_told_and_still_met() -> None:
    run = played((-3 * DAY, 60), (HOUR, 60), (HOUR, 1500), shards=1, units=200)
    seconds = told(run, Cause.PRODUCERS_SURGING)
    assert 0 < seconds[0] - HOUR <= 300
    assert {type(action).__name__ for action in lowered_after(run, HOUR)} >= {
        "UpdateShardCount", "UpdateTableThroughput"
    }  # fmt: skip


def test_a_pipeline_that_began_today_has_no_usual_load() -> None:
    run = played((-6 * HOUR, 600), (HOUR, 600), (HOUR, 3))
    assert told(run, Cause.PRODUCERS_QUIET) == []


def history(account: Account, records: float) -> None:
    """What came in on three days, in the two hours around this time."""
    for day in (1, 2, 3):
        for back in range(day * 1440 - 65, day * 1440 + 66, 5):
            account.put("AWS/Kinesis", {"StreamName": "orders"}, back, {"IncomingRecords": records})


def verdict(account: Account) -> tuple[int, Any]:
    result = account.sweep(PIPELINES, "--dry-run")
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    return result.exit_code, pipeline


def test_a_silent_stream_beside_a_living_age_is_told_with_its_puts(account: Account) -> None:
    account.pipeline(write=400)
    history(account, 2400 * 5)
    account.minutes(since=75, until=6)
    for back in range(75, 0, -1):
        account.put("AWS/Kinesis", {"StreamName": "orders"}, back, {
            "PutRecords.Success": 0.4 if back < 6 else 1.0,
            "GetRecords.IteratorAgeMilliseconds": 0, "GetRecords.Records": 0,
        })  # fmt: skip
    code, pipeline = verdict(account)
    (only,) = pipeline["diagnoses"]
    assert (code, pipeline["health"], only["cause"]) == (1, "sick", "producers-quiet")
    assert "0 records/s where 40 are usual" in only["because"]
    assert "only 40% of the calls that put records succeed" in only["because"]
    assert pipeline["actions"] == []


@pytest.mark.parametrize("known", [True, False], ids=["usual", "without a history"])
@pytest.mark.parametrize("call", ["PutRecord.Success", "PutRecords.Success"])
def test_puts_that_fail_at_the_usual_load_are_sick_and_scale_nothing_in(
    account: Account, call: str, known: bool
) -> None:
    account.pipeline(write=100)
    if known:
        history(account, 2400 * 5)
    account.minutes(since=85)
    assert lowered(account) == ["write_capacity of orders"]
    for back in range(10, 0, -1):
        account.put("AWS/Kinesis", {"StreamName": "orders"}, back, {call: 0.3})
    code, pipeline = verdict(account)
    (only,) = pipeline["diagnoses"]
    assert (code, pipeline["health"], only["cause"]) == (1, "sick", "producers-failing")
    assert "only 30% of the calls that put records succeed" in only["because"]
    assert pipeline["actions"] == []


def test_puts_that_failed_in_a_minute_of_this_quarter_of_an_hour_scale_nothing_in(
    account: Account,
) -> None:
    account.pipeline(write=100)
    account.minutes(since=85)
    account.put("AWS/Kinesis", {"StreamName": "orders"}, 12, {"PutRecords.Success": 0.3})
    code, pipeline = verdict(account)
    assert (code, pipeline["health"]) == (0, "healthy")
    assert pipeline["actions"] == []


def lowered(account: Account) -> list[str]:
    _, pipeline = verdict(account)
    return [each["lever"] for each in pipeline["actions"] if each["to"] < each["from"]]


def test_a_usual_load_is_healthy(account: Account) -> None:
    account.pipeline(write=400)
    history(account, 2400 * 5)
    account.minutes(since=75)
    _, pipeline = verdict(account)
    assert pipeline["health"] == "healthy"
