"""A change of the shards closes tumbling windows early: it is made only where the file consents."""

from dataclasses import replace

import pytest

from tests.losses.account import PIPELINES, Account
from tests.losses.endpoint import SHARDS, Endpoint
from tests.open_account.settings import listed_with
from tidegate.scaling.config.specification import ClosingWindows


def said(consent: str | None) -> str:
    """The usual file with that consent."""
    more = "" if consent is None else f", closing_windows: {consent}"
    return PIPELINES.replace("tables: [orders]}", f"tables: [orders]{more}}}")


def shards(account: Account, consent: str | None) -> tuple[int | None, list[str]]:
    """What a sweep sets the shards to, and the kinds of reasons that hold them."""
    (pipeline,) = account.swept(said(consent), "--dry-run")["pipelines"]
    moved = {each["lever"]: each["to"] for each in pipeline["actions"]}
    held = {each["lever"]: each["reasons"] for each in pipeline["held"]}
    return moved.get("shard_count of orders"), [
        each["kind"] for each in held.get("shard_count of orders", [])
    ]


def quiet(account: Account, window: int = 60) -> None:
    """Eight shards for what two can take."""
    account.pipeline(shards=8, write=400)
    listed_with(account, TumblingWindowInSeconds=window)
    account.minutes(since=90, records=3000, invocations=60)


@pytest.mark.parametrize("consent", [None, "scale-out", "never"])
def test_to_save_money_no_window_is_closed(account: Account, consent: str | None) -> None:
    quiet(account)
    assert shards(account, consent) == (None, ["closes-windows"])


def test_it_is_where_the_file_consents(account: Account) -> None:
    quiet(account)
    assert shards(account, "always") == (4, ["aws-limit"])


def test_without_windows_there_is_nothing_to_close(account: Account) -> None:
    quiet(account, window=0)
    assert shards(account, "never") == (4, ["aws-limit"])


@pytest.mark.parametrize(("consent", "to"), [(None, 2), ("scale-out", 2), ("never", None)])
def test_for_records_that_are_late_it_is_unless_the_file_says_never(
    account: Account, consent: str | None, to: int | None
) -> None:
    account.pipeline(write=4000)
    listed_with(account, TumblingWindowInSeconds=60)
    account.minutes(since=30, until=6, records=6000, invocations=60)
    for back in range(5, 0, -1):
        account.minutes(since=back, until=back, records=18_000, read=6600, invocations=66,
                        age=(6 - back) * 40_000)  # fmt: skip
    found, held = shards(account, consent)
    assert found == to
    assert ("closes-windows" in held) == (to is None)


@pytest.mark.parametrize(
    ("consent", "to", "is_held"),
    [
        ("never", 8, True),
        ("scale-out", 8, False),
        ("scale-out", 2, True),
        ("always", 2, False),
    ],
)
def test_application_auto_scaling_closes_no_window_either_without_consent(
    endpoint: Endpoint, consent: ClosingWindows, to: int, is_held: bool
) -> None:
    listed_with(endpoint.account, TumblingWindowInSeconds=60)
    consumers = [replace(each, closing_windows=consent) for each in endpoint.spec.consumers]
    endpoint.spec = replace(endpoint.spec, consumers=consumers)
    told = endpoint.call("PATCH", SHARDS, {"desiredCapacity": to})
    endpoint.wait()
    endpoint.sweep()
    assert [name for name, _ in endpoint.account.changes] == (
        [] if is_held else ["UpdateShardCount"]
    )
    assert ("closing_windows" in told[1].get("failureReason", "")) == is_held
    assert told[1]["scalingStatus"] == ("Failed" if is_held else "InProgress")


def test_a_function_that_has_gone_keeps_no_shards(endpoint: Endpoint) -> None:
    endpoint.account.client("lambda").delete_function(FunctionName="order-writer")
    assert endpoint.patch(SHARDS, 8)[2] == "InProgress"
