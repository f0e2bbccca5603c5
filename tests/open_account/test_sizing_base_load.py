"""What others read, write or run on a shared resource is not multiplied by the stream's growth."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account

FILE = PIPELINES + "      read_capacity: {max: 4000, owner: tidegate}\n"
TABLE = {"TableName": "orders"}
By = Callable[[int], float]


def calm(back: int) -> float:
    return 2400 + back % 5 * 40


def flat(_: int) -> float:
    return 2400


def told(account: Account, since: int, until: int = 1, **of: float | By) -> None:
    """Minutes of which each value may follow how long ago it was; ``reads`` are units consumed, and
    ``refused_reads`` requests throttled."""
    for back in range(since, until - 1, -1):
        now = {name: each(back) if callable(each) else each for name, each in of.items()}
        reads, refused = now.pop("reads", None), now.pop("refused_reads", 0)
        account.minutes(since=back, until=back, **now)  # type: ignore[arg-type]
        values = {} if reads is None else {"ConsumedReadCapacityUnits": reads}
        if refused:
            values["ReadThrottleEvents"] = refused
        account.put("AWS/DynamoDB", TABLE, back, values)


def slow(account: Account, minutes: int, **of: float | By) -> None:
    """One lane is busy all the time, and records wait."""

    def age(back: int) -> float:
        return (minutes + 1 - back) * 30_000

    busy: dict[str, Any] = {"invocations": 12, "duration": 4950}
    told(account, minutes, age=age, **busy | of)


def swept(account: Account, text: str = FILE) -> tuple[dict[str, int], Any]:
    (pipeline,) = json.loads(account.sweep(text, "--dry-run").stdout)["pipelines"]
    return {each["lever"]: each["to"] for each in pipeline["actions"]}, pipeline


# ---- reads


@pytest.mark.parametrize("quiet", [60, 2400], ids=["a night", "a flat day"])
def test_the_reads_of_a_web_api_do_not_grow_with_the_stream(account: Account, quiet: int) -> None:
    account.pipeline(write=4000)
    told(account, 90, 16, records=quiet, reads=120)
    slow(account, 15, records=9600, read=3600, reads=120)
    moved, _ = swept(account)
    assert "parallelization_factor of order-writer" in moved
    assert "read_capacity of orders" not in moved


def test_neither_do_reads_that_go_up_and_down_by_themselves(account: Account) -> None:
    account.pipeline(write=4000)
    told(account, 90, 16, records=calm, reads=lambda back: 60 + back * 37 % 120)
    slow(account, 15, records=9600, read=3600, reads=lambda back: 60 + back * 37 % 120)
    moved, _ = swept(account)
    assert moved.get("read_capacity of orders", 5) <= 10


@pytest.mark.parametrize("base", [0, 1200], ids=["alone", "beside an API"])
def test_the_reads_of_a_consumer_that_reads_grow_with_the_stream(
    account: Account, base: int
) -> None:
    """Half a unit for each record: 160 records a second, and others' 20 units a second."""
    account.pipeline(write=4000)
    told(account, 90, 11, records=calm, reads=lambda back: base + calm(back) / 2)
    slow(account, 10, records=9600, read=6000, reads=base + 3000, refused_reads=200)
    moved, pipeline = swept(account)
    assert 80 + base / 60 <= moved["read_capacity of orders"] <= 1.5 * (80 + base / 60) + 20
    because = json.dumps(pipeline["actions"])
    assert ("a base load of 20.0 RCU" in because) is bool(base)


# ---- writes


@pytest.mark.parametrize("quiet", [calm, flat])
def test_two_pipelines_on_one_table_are_each_sized_by_their_own_records(
    account: Account, quiet: By
) -> None:
    """1,000 units of the other, one for each record of this."""
    account.pipeline(write=1100)
    told(account, 90, 11, records=quiet, units=lambda back: 60_000 + quiet(back))
    slow(account, 10, records=9600, read=3600, units=63_600)
    moved, pipeline = swept(account, PIPELINES)
    assert 1160 <= moved["write_capacity of orders"] <= 1500
    assert "a base load of 1,000.0 WCU that does not follow the stream" in json.dumps(pipeline)


def test_the_other_pipeline_may_write_more_in_some_minutes(account: Account) -> None:
    account.pipeline(write=1600)

    def others(back: int) -> float:
        return 60_000 + back * 7919 % 12_001 - 6000

    told(account, 90, 31, records=calm, units=lambda back: others(back) + calm(back))
    slow(account, 30, records=9600, read=7200, units=lambda back: others(back) + 7200)
    moved, _ = swept(account, PIPELINES)
    assert moved.get("write_capacity of orders", 1600) <= 2400


@pytest.mark.parametrize(
    ("others", "grown", "throttled", "least", "most"),
    [
        (60_000, 2400, 1200, 1_040, 1_150),
        (60_000, 2400, 4800, 1_040, 1_600),
        (30_000, 1200, 600, 520, 600),
    ],
    ids=["refused less than it grew", "retried again and again", "doubled beside half as many"],
)
@pytest.mark.parametrize("minutes", [2, 4])
def test_a_load_that_was_flat_is_not_multiplied_beyond_what_is_refused(
    account: Account,
    minutes: int,
    others: float,
    grown: float,
    throttled: float,
    least: int,
    most: int,
) -> None:
    """10 records a second of a unit each for over an hour; then more, and the table refuses."""
    account.pipeline(write=round(others / 60) + 20)
    told(account, 85, minutes + 1, records=600, units=others + 600, invocations=10)
    told(account, minutes, records=grown, units=others + 1200, throttled=throttled, age=9000,
         invocations=30)  # fmt: skip
    moved, pipeline = swept(account, PIPELINES)
    assert least <= moved["write_capacity of orders"] <= most
    assert "WCU that does not follow the stream" in json.dumps(pipeline["actions"])


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("read", "throttled", "least", "most"),
    [(600, 1800, 1_040, 1_150), (600, 7200, 1_040, 1_300), (200, 2200, 1_040, 1_150),
     (720, 700, 1_040, 1_150)],
    ids=["each once", "retried", "of the usual ones too", "few tries"],
)  # fmt: skip
@pytest.mark.parametrize("minutes", [4, 5])
def test_nor_is_it_where_all_that_is_added_is_refused(
    account: Account, minutes: int, read: float, throttled: float, least: int, most: int
) -> None:
    """40 records a second come in where 10 did, and no more of them are written."""
    account.pipeline(write=1_020)
    told(account, 85, minutes + 1, records=600, units=60_600, invocations=10)
    told(account, minutes, records=2400, read=read, units=60_000 + read, throttled=throttled,
         age=lambda back: (minutes + 1 - back) * 15_000, invocations=10)  # fmt: skip
    moved, pipeline = swept(account, PIPELINES)
    assert least <= moved["write_capacity of orders"] <= most
    assert "WCU that does not follow the stream" in json.dumps(pipeline["actions"])


@pytest.mark.parametrize("each", [1, 3])
def test_a_consumer_alone_on_its_table_is_sized_in_one_step_after_a_flat_load(
    account: Account, each: int
) -> None:
    """Its reads are held back by what the table takes: 160 records a second come."""
    account.pipeline(write=50 * each)
    told(account, 90, 5, records=flat, units=2400 * each)
    told(account, 4, records=9600, read=3000, units=3000 * each, throttled=1500, invocations=12,
         duration=4950, age=lambda back: (5 - back) * 40_000)  # fmt: skip
    moved, _ = swept(account, PIPELINES)
    assert moved["write_capacity of orders"] >= 160 * each


def test_a_job_that_ended_is_no_base_load(account: Account) -> None:
    account.pipeline(write=1100)
    told(account, 90, 41, records=calm, units=lambda back: 60_000 + calm(back))
    told(account, 40, 1, records=calm, units=calm)
    moved, _ = swept(account, PIPELINES)
    assert moved.get("write_capacity of orders", 1100) <= 1100


def test_a_table_is_not_lowered_below_the_base_load_of_its_busiest_minute(
    account: Account,
) -> None:
    """The stream's load falls by half; a report reads 3,000 units in one minute of the hour."""
    account.pipeline(write=1500)
    account.client("dynamodb").update_table(
        TableName="orders",
        ProvisionedThroughput={"ReadCapacityUnits": 400, "WriteCapacityUnits": 1500},
    )

    def falls(back: int) -> float:
        return 2400 + back * 40

    told(account, 90, records=falls, units=lambda back: 30_000 + falls(back),
         reads=lambda back: 3000 if back == 30 else 120)  # fmt: skip
    moved, _ = swept(account)
    assert 540 <= moved["write_capacity of orders"] <= 620
    assert 50 <= moved["read_capacity of orders"] <= 60


# ---- executions


@pytest.mark.parametrize(
    ("factor", "earlier", "newest"),
    [(1, 540, 540), (4, 200, 200), (1, 0, 300), (2, 30, 120)],
    ids=["far beyond its lanes", "within its lanes", "it begins", "it grows"],
)
def test_a_function_that_an_api_invokes_keeps_the_factor_of_a_healthy_stream(
    account: Account, factor: int, earlier: int, newest: int
) -> None:
    account.pipeline(write=45, factor=factor)
    told(account, 90, 11, records=calm, invocations=24 + earlier)
    told(account, 10, records=calm, invocations=24 + newest)
    moved, pipeline = swept(account, PIPELINES)
    assert (pipeline["health"], moved) == ("healthy", {})


def test_a_slow_function_that_an_api_invokes_is_sized_by_what_its_lanes_read(
    account: Account,
) -> None:
    """One lane reads 67 records a second in all its time; ten times as much is done for the API."""
    account.pipeline(write=4500)
    told(account, 90, 11, records=calm, invocations=24 + 540)
    told(account, 10, records=7200, read=4000, units=4000, invocations=40 + 540, duration=1400,
         age=lambda back: (11 - back) * 25_000)  # fmt: skip
    moved, _ = swept(account, PIPELINES)
    assert 3 <= moved["parallelization_factor of order-writer"] <= 6
    assert "shard_count of orders" not in moved


def test_beside_a_throttled_table_the_api_s_invocations_ask_for_no_lanes(account: Account) -> None:
    account.pipeline(write=45)
    told(account, 90, 11, records=calm, invocations=24 + 540)
    told(account, 10, records=4800, read=2700, units=2700, throttled=900, invocations=27 + 540,
         age=lambda back: (11 - back) * 25_000)  # fmt: skip
    moved, _ = swept(account, PIPELINES)
    assert 80 <= moved["write_capacity of orders"] <= 200
    assert moved.get("parallelization_factor of order-writer", 1) <= 5
