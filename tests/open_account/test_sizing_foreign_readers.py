"""Records read are the sum over all readers of the stream, those of no file included."""

import json

import pytest

from tests.losses.account import PIPELINES, Account


def swept(account: Account) -> dict[str, int]:
    (pipeline,) = json.loads(account.sweep(PIPELINES, "--dry-run").stdout)["pipelines"]
    return {each["lever"]: each["to"] for each in pipeline["actions"]}


def calm(back: int) -> int:
    return 48_000 + back % 7 * 500


@pytest.mark.sampled(2)
@pytest.mark.parametrize("readers", [1, 2, 3])
def test_a_table_that_throttles_is_raised_as_far_beside_other_readers(
    account: Account, readers: int
) -> None:
    account.pipeline(write=1000, shards=2, factor=4)
    for back in range(90, 5, -1):
        account.minutes(since=back, until=back, records=calm(back), read=readers * calm(back),
                        units=calm(back), invocations=480, duration=200)  # fmt: skip
    for back in range(5, 0, -1):
        account.minutes(since=back, until=back, records=90_000, read=readers * 60_000,
                        units=60_000, throttled=9000, invocations=600, duration=400,
                        age=(6 - back) * 20_000)  # fmt: skip
    assert swept(account)["write_capacity of orders"] >= 0.9 * 2190


def test_a_reader_that_came_half_an_hour_ago_counts_since_then(account: Account) -> None:
    account.pipeline(write=1000, shards=2, factor=4)
    for back in range(90, 5, -1):
        account.minutes(since=back, until=back, records=calm(back), units=calm(back),
                        read=(1 if back > 30 else 2) * calm(back), invocations=480,
                        duration=200)  # fmt: skip
    for back in range(5, 0, -1):
        account.minutes(since=back, until=back, records=90_000, read=120_000, units=60_000,
                        throttled=9000, invocations=600, duration=400,
                        age=(6 - back) * 20_000)  # fmt: skip
    assert swept(account)["write_capacity of orders"] >= 0.9 * 2190


@pytest.mark.parametrize("readers", [1, 3])
def test_a_slow_function_gets_as_many_lanes_beside_other_readers(
    account: Account, readers: int
) -> None:
    """It reads 40 records a second in its one lane; the others' are not its own. What it needs next
    is forecast in periods of five minutes, which the wall clock cuts: one lane more or less."""
    account.pipeline(write=4000)
    for back in range(90, 10, -1):
        account.minutes(since=back, until=back, records=2400, read=readers * 2400, units=2400,
                        invocations=24, duration=2400)  # fmt: skip
    for back in range(10, 0, -1):
        account.minutes(since=back, until=back, records=7200, units=2400,
                        read=2400 + (readers - 1) * 7200, invocations=24, duration=2500,
                        age=(11 - back) * 40_000)  # fmt: skip
    assert swept(account)["parallelization_factor of order-writer"] in (9, 10)


@pytest.mark.parametrize("readers", [1, 3])
def test_what_the_others_keep_up_with_makes_no_record_cheaper(
    account: Account, readers: int
) -> None:
    """Its lanes are too few at first and its table then, which somebody else writes to as well; the
    others read all that comes in."""
    account.pipeline(write=375, shards=2, factor=4)
    for back in range(90, 5, -1):
        came = 18_000 + back % 7 * 150
        account.minutes(since=back, until=back, records=came, read=readers * came,
                        units=came + 3000, invocations=200, duration=450)  # fmt: skip
    for back in range(5, 0, -1):
        account.minutes(since=back, until=back, records=60_000,
                        read=48_000 + (readers - 1) * 60_000, units=51_000,
                        throttled=9000 if back < 3 else 0, invocations=480, duration=500,
                        age=(8 - back) * 12_000)  # fmt: skip
    assert swept(account)["write_capacity of orders"] >= 1500
