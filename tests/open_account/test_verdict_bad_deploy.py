"""What is deployed badly is named with its moment, in minutes, and is no bad record."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.losses.worlds import OURS, Played, a_world, play
from tests.open_account.settings import listed_with
from tidegate.rules.cause import Cause
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData
from tidegate.simulator.scenario import Fault
from tidegate.simulator.traffic import Traffic


def changed(account: Account, back: float) -> None:
    """The function was changed so many minutes ago."""
    at = account.minute - timedelta(minutes=back)

    def answer(_: Any, real: Any) -> Any:
        return real() | {"LastModified": f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"}

    account.on("GetFunctionConfiguration", answer)


def verdict(account: Account) -> tuple[int, Any]:
    result = account.sweep(PIPELINES, "--dry-run")
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    return result.exit_code, pipeline


def failing(account: Account, errors: float = 24, **more: Any) -> None:
    """Ten minutes in which all or some invocations fail; the oldest record is the same."""
    for back in range(10, 0, -1):
        account.minutes(since=back, until=back, read=0, units=0, errors=errors,
                        age=(11 - back) * 60_000, **more)  # fmt: skip


@pytest.mark.parametrize("back", [11, None], ids=["changed then", "changed long ago"])
def test_all_that_fails_from_one_minute_on_was_deployed_badly(
    account: Account, back: float | None
) -> None:
    account.pipeline(shards=2, write=400)
    changed(account, 5000 if back is None else back)
    account.minutes(since=60, until=11)
    failing(account)
    code, pipeline = verdict(account)
    (only,) = pipeline["diagnoses"]
    assert (code, pipeline["health"], only["cause"]) == (1, "sick", "bad-deploy")
    moment = f"{account.minute - timedelta(minutes=10):%H:%M}"
    assert f"100% of the invocations of order-writer fail since {moment}" in only["because"]
    assert ("order-writer was changed at" in only["because"]) is (back is not None)
    assert pipeline["actions"] == []


def test_what_is_given_up_each_time_is_told_as_a_loss_as_well(account: Account) -> None:
    account.pipeline(write=400)
    listed_with(account, MaximumRetryAttempts=0)
    changed(account, 11)
    account.minutes(since=60, until=11)
    account.minutes(since=10, errors=24, units=0)
    _, pipeline = verdict(account)
    causes = [each["cause"] for each in pipeline["diagnoses"]]
    assert causes == ["records-dropped", "bad-deploy"]


def test_one_bad_record_of_the_only_batch_is_none(account: Account) -> None:
    account.pipeline(write=400)
    changed(account, 5000)
    account.minutes(since=60, until=11)
    failing(account)
    assert [each["cause"] for each in verdict(account)[1]["diagnoses"]] == ["poison-batch"]


def test_half_of_the_batches_are_none(account: Account) -> None:
    account.pipeline(shards=2, write=400)
    changed(account, 11)
    account.minutes(since=60, until=11)
    failing(account, errors=12)
    assert [each["cause"] for each in verdict(account)[1]["diagnoses"]] == ["poison-batch"]


@pytest.mark.parametrize(
    ("duration", "expected"), [(2000, ["bad-deploy"]), (1500, ["oversized"])], ids=["twice", "less"]
)
def test_a_version_that_takes_twice_as_long_is_told_where_it_was_deployed(
    account: Account, duration: float, expected: list[str]
) -> None:
    account.pipeline(write=2500)
    changed(account, 10)
    account.minutes(since=60, until=11)
    account.minutes(since=10, duration=duration)
    _, pipeline = verdict(account)
    assert [each["cause"] for each in pipeline["diagnoses"]] == expected


@pytest.mark.parametrize(("others", "minutes"), [(0, 5), (1, 5), (2, 3), (4, 10)])
def test_what_others_read_hides_no_version_that_takes_three_times_as_long(
    account: Account, others: int, minutes: int
) -> None:
    """They go on reading all that comes in, while this function reads less than half of it."""
    account.pipeline(write=400)
    changed(account, minutes)
    account.minutes(
        since=60, until=minutes + 1, read=2400 * (1 + others), units=2400, duration=2000
    )
    for back in range(minutes, 0, -1):
        account.minutes(since=back, until=back, read=1000 + 2400 * others, units=1000, duration=6000,
                        invocations=10, age=(minutes + 1 - back) * 35_000)  # fmt: skip
    causes = [each["cause"] for each in verdict(account)[1]["diagnoses"]]
    assert causes[0] == "bad-deploy"


# ---- in the embedded world


def played(fault: Fault) -> Played:
    function = FunctionData("order-writer", 30, seconds_per_record=0.004)
    scenario = a_world(Traffic(((0, 300),)), function, shards=2, units=700, hours=0.75)
    return play(replace(scenario, faults=(fault,)), OURS, 1)


def first(run: Played, cause: Cause) -> float:
    """The second of the sweep that names it first."""
    begin = run.reports[0].at
    named = (
        180 + (report.at - begin).total_seconds()
        for report in run.reports
        if any(each.cause is cause for each in report.diagnoses)
    )
    return next(named)


def test_a_version_that_fails_is_named_in_five_minutes_and_nothing_is_moved() -> None:
    run = played(Fault(1200, "deploy", {"failing_share": 1.0}))
    assert first(run, Cause.BAD_DEPLOY) - 1200 <= 300
    assert [action for at, action in run.changes if at >= 1200] == []


def test_a_slow_version_is_named_while_capacity_carries_the_load() -> None:
    run = played(Fault(1200, "deploy", {"seconds_per_record": 0.02}))
    assert first(run, Cause.BAD_DEPLOY) - 1200 <= 360
    factors = [action for at, action in run.changes if at >= 1200]
    assert {type(each).__name__ for each in factors} >= {"UpdateParallelizationFactor"}
    assert run.figures.records_lost == 0


def test_a_service_that_fails_is_named_as_well_and_without_a_change_of_the_function() -> None:
    run = played(Fault(1200, "function", {"failing_share": 1.0}))
    assert first(run, Cause.BAD_DEPLOY) - 1200 <= 360
    (told,) = run.reports[-1].diagnoses
    assert "was changed at" not in told.because
