"""A sweep changes only what its file hands over, and nothing that a prohibition holds."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.losses.account import FIVE_LINES, PIPELINES, Account
from tests.losses.test_flink import FILE, Application, behind, full_of_state

CLOSED = """\
    change_windows:
      - {start: "00:00", end: "12:00", allow: none}
      - {start: "12:00", end: "00:00", allow: none}
"""
OF_ANOTHER = PIPELINES.replace(
    "{max: 10, owner: tidegate}", "{max: 10, owner: application-autoscaling}"
)


def an_idle_factor_over_its_concurrency(account: Account, factor: int, reserved: int) -> None:
    """An hour and a half at 50 records/s: the factor may go down, and its cap lies below it."""
    account.pipeline(shards=4, factor=factor, reserved=reserved, write=400)
    account.minutes(since=89, records=3000, invocations=30, age=100)


def factors(account: Account) -> list[object]:
    asked = account.asked("UpdateEventSourceMapping")
    return [parameters.get("ParallelizationFactor") for parameters in asked]


@pytest.mark.parametrize(("factor", "reserved"), [(4, 4), (4, 10), (10, 8)])
@pytest.mark.parametrize(
    "text", [FIVE_LINES, OF_ANOTHER, PIPELINES + CLOSED], ids=["five-lines", "another", "closed"]
)
def test_a_cap_below_the_factor_moves_nothing_that_is_not_tidegates_to_move(
    account: Account, text: str, factor: int, reserved: int
) -> None:
    an_idle_factor_over_its_concurrency(account, factor, reserved)
    told = account.swept(text)["pipelines"][0]
    assert factors(account) == []
    assert any("parallelization factor" in words for words in told["held_back"])


def test_the_same_factor_goes_down_where_it_is_handed_over(account: Account) -> None:
    an_idle_factor_over_its_concurrency(account, 4, 4)
    account.sweep()
    assert factors(account) == [1]


def test_a_mapping_that_is_updating_is_left_alone_whatever_caps_its_factor(
    account: Account,
) -> None:
    an_idle_factor_over_its_concurrency(account, 4, 4)

    def updating(_: object, real: Callable[[], Any]) -> Any:
        answer = real()
        for mapping in answer["EventSourceMappings"]:
            mapping["State"] = "Updating"
        return answer

    account.on("ListEventSourceMappings", updating)
    account.sweep()
    assert factors(account) == []


FLINK = FILE.replace("application: counter\n", "application: counter\n        kpu_quota: 8\n")


def idle(application: Application) -> None:
    application.minutes(cpuUtilization=10.0, busyTimeMsPerSecond=200.0)


@pytest.mark.parametrize("load", [idle, behind, full_of_state])
@pytest.mark.parametrize(
    "text",
    [
        FLINK.partition("    levers")[0],
        FLINK.replace("owner: tidegate", "owner: application-autoscaling"),
        FLINK + CLOSED,
    ],
    ids=["five-lines", "another", "closed"],
)
def test_an_application_above_its_quota_is_not_moved_either(
    account: Account, text: str, load: Callable[[Application], None]
) -> None:
    application = Application(account, 16, metrics_level="TASK")
    load(application)
    (told,) = account.swept(text)["pipelines"]
    assert application.asked == []
    assert any("stays at 16" in words for words in told["held_back"])
