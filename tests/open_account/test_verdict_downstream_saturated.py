"""A service behind the function that is full is named, and nothing more is raised for it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.losses.worlds import OURS, Played, a_world, play
from tests.open_account.settings import listed_with
from tidegate.rules.cause import Cause
from tidegate.scaling.kinds.lambda_mapping.actions import UpdateParallelizationFactor
from tidegate.scaling.model.health import Health
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData
from tidegate.simulator.traffic import Traffic


def waiting(account: Account, busy_before: float, busy: float, read: float = 18_000) -> Any:
    """Records wait for 25 minutes; ten minutes ago the mapping was changed. 180 invocations a minute
    keep so many executions busy and read 18,000 records, and then ``read``."""
    account.pipeline(shards=1, write=4000, factor=8)
    changed = account.minute - timedelta(minutes=10)
    listed_with(account, LastModified=changed)
    account.minutes(since=60, until=26, records=18_000, invocations=180, duration=600)
    for back in range(25, 0, -1):
        after = back <= 10
        account.minutes(since=back, until=back, records=36_000, read=read if after else 18_000,
                        invocations=180, age=(26 - back) * 30_000,
                        duration=(busy if after else busy_before) * 60_000 / 180)  # fmt: skip
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    return pipeline


@pytest.mark.parametrize(("busy_before", "busy"), [(4, 8), (3, 6), (8, 4)])
def test_executions_that_bring_nothing_are_a_full_service(
    account: Account, busy_before: float, busy: float
) -> None:
    pipeline = waiting(account, busy_before, busy)
    (only,) = pipeline["diagnoses"]
    assert (pipeline["health"], only["cause"]) == ("sick", "downstream-saturated")
    assert [each["lever"] for each in pipeline["actions"]] == []
    lowered = f"lower the factor of order-writer from 8 to {busy_before}"
    assert any(lowered in each for each in pipeline["advice"]) is (busy_before < busy)


def test_executions_that_bring_more_are_too_few(account: Account) -> None:
    pipeline = waiting(account, 4, 8, read=30_000)
    assert [each["cause"] for each in pipeline["diagnoses"]] == ["consumer-too-slow"]


# ---- in the embedded world


def played(function: FunctionData, load: float) -> Played:
    traffic = Traffic(((-86_400.0, 300.0), (0.0, 300.0), (1800.0, load), (86_400.0, load)))
    return play(a_world(traffic, function, shards=3, factor=3, hours=1.5), OURS, 1)


def named(run: Played) -> list[int]:
    """The sweeps that name it."""
    return [
        at
        for at, report in enumerate(run.reports)
        if any(each.cause is Cause.DOWNSTREAM_SATURATED for each in report.diagnoses)
    ]


@pytest.mark.parametrize(("load", "served"), [(900, 600), (1500, 1000)])
def test_a_service_that_takes_no_more_is_named_after_one_raise_in_vain(
    load: float, served: float
) -> None:
    run = played(FunctionData("writer", 30, 512, None, 0.05, 0.004, served), load)
    sweeps = named(run)
    since = 180 + 60 * sweeps[0]
    assert run.reports[-1].health is Health.SICK
    assert sweeps[-1] == len(run.reports) - 1
    executions = [
        action
        for at, action in run.changes
        if at > since and isinstance(action, UpdateParallelizationFactor)
    ]
    assert executions == []


def test_a_function_that_is_only_slow_is_scaled_and_not_called_so() -> None:
    run = played(FunctionData("writer", 30, 512, None, 0.05, 0.012), 1200)
    assert named(run) == []
    assert run.reports[-1].health is Health.HEALTHY
