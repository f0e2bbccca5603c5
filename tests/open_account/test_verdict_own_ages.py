"""A pipeline is as late as its own readers: no less than they are, and no more."""

from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.open_account.records import Minutes, a_second_consumer
from tests.open_account.settings import listed_with


def verdict(account: Account, text: str = PIPELINES) -> tuple[str, list[tuple[str, str]], Any]:
    (pipeline,) = account.swept(text, "--dry-run")["pipelines"]
    causes = [(each["cause"], each["where"]) for each in pipeline["diagnoses"]]
    return pipeline["health"], causes, pipeline


# ---- later than the stream: Lambda doesn't poll a shard whose batch it retries


def one_shard_of_eight_is_blocked(account: Account, *, errors: float = 0) -> None:
    """What is retried there is older with each minute; the others are read at once."""
    account.pipeline(shards=8, write=400)
    minutes = Minutes(account)
    for back in minutes:
        late = max(0, 21 - back)
        minutes.stream(back)
        minutes.table(back, 2350)
        minutes.function(
            back, invocations=200, errors=errors if late else 0, age=late * 60_000 or 300
        )


def test_a_batch_that_fails_in_one_shard_of_eight_is_a_poison_batch(account: Account) -> None:
    one_shard_of_eight_is_blocked(account, errors=8)
    health, causes, pipeline = verdict(account)
    assert (health, causes) == ("sick", [("poison-batch", "order-writer")])
    assert pipeline["actions"] == []


def test_one_that_fails_in_part_is_one_as_well(account: Account) -> None:
    one_shard_of_eight_is_blocked(account)
    listed_with(account, FunctionResponseTypes=["ReportBatchItemFailures"])
    health, causes, pipeline = verdict(account)
    assert (health, causes) == ("sick", [("poison-batch", "order-writer")])
    assert pipeline["actions"] == []


def test_one_of_which_nothing_tells_why_is_unknown_and_nothing_scales_in(account: Account) -> None:
    one_shard_of_eight_is_blocked(account)
    health, causes, pipeline = verdict(account)
    assert (health, causes) == ("unknown", [("unknown", "orders")])
    assert pipeline["actions"] == []


def test_a_single_shard_that_is_blocked_tells_no_age_of_the_stream(account: Account) -> None:
    account.pipeline()
    minutes = Minutes(account)
    for back in minutes:
        late = max(0, 31 - back)
        minutes.stream(back, read=None if late else 2400, age=None if late else 500)
        minutes.function(
            back, invocations=6 if late else 24, errors=6 if late else 0, age=late * 60_000 or 300
        )
        minutes.table(back, 0 if late else 2400)
    assert verdict(account)[:2] == ("sick", [("poison-batch", "order-writer")])


@pytest.mark.parametrize("told", [True, False], ids=["age 0", "no age"])
def test_a_function_of_which_every_invocation_is_throttled_is_at_its_cap(
    account: Account, told: bool
) -> None:
    """A reserved concurrency of 0 is how a function is switched off in haste."""
    account.pipeline(reserved=0)
    minutes = Minutes(account)
    for back in minutes:
        if back > 30:
            minutes.stream(back)
            minutes.function(back)
            minutes.table(back)
        else:
            minutes.stream(back, read=0 if told else None, age=0 if told else None)
            minutes.function(back, invocations=0, throttles=12, age=None)
    assert verdict(account)[:2] == ("sick", [("concurrency-cap", "order-writer")])


# ---- earlier than the stream: somebody else's reader is behind


@pytest.mark.parametrize(
    ("read", "age"),
    [
        pytest.param(4000, lambda back: 3_600_000 + (80 - back) * 20_000, id="for hours"),
        pytest.param(60_000, lambda back: 80_000_000 - (80 - back) * 900_000, id="catches up"),
        pytest.param(4800, lambda back: 500 if back > 10 else (11 - back) * 30_000, id="since now"),
    ],
)
def test_anothers_backlog_is_told_as_anothers_and_nothing_is_made_of_it(
    account: Account, read: float, age: Any
) -> None:
    account.pipeline(write=60)
    minutes = Minutes(account)
    for back in minutes:
        minutes.stream(back, read=read, age=age(back))
        minutes.function(back)
        minutes.table(back)
    health, causes, pipeline = verdict(account)
    assert (health, causes) == ("sick", [("other-reader-behind", "orders")])
    assert pipeline["actions"] == []
    assert pipeline["advice"] != []


def test_a_busy_function_is_not_too_slow_for_a_backlog_of_another_reader(account: Account) -> None:
    account.pipeline(write=60)
    minutes = Minutes(account)
    for back in minutes:
        is_late = back <= 10
        minutes.stream(
            back, read=3600 if is_late else 4800, age=(11 - back) * 30_000 if is_late else 500
        )
        minutes.function(back, duration=2200)
        minutes.table(back)
    assert verdict(account)[1] == [("other-reader-behind", "orders")]


# ---- of two functions each has its own age


def mailer_is_late(account: Account, of_writer: dict[str, Any], of_mailer: Any) -> str:
    """The file of both; since six minutes mailer falls behind, and order-writer does not."""
    account.pipeline(write=100)
    text = a_second_consumer(account, PIPELINES)
    minutes = Minutes(account)
    for back in minutes:
        late = max(0, 7 - back)
        age = late * 60_000 or 300
        minutes.stream(back, read=3900 if late else 4800, age=age)
        minutes.function(back, **of_writer)
        minutes.table(back)
        minutes.function(back, name="mailer", age=age, **(of_mailer if late else {}))
        minutes.table(back, 1500 if late else 2400, "mails")
    return text


def test_a_few_failures_of_one_are_not_why_the_other_is_late(account: Account) -> None:
    text = mailer_is_late(account, {"errors": 2}, {"invocations": 15, "duration": 4000})
    _, causes, pipeline = verdict(account, text)
    assert causes == [("consumer-too-slow", "mailer")]
    assert "parallelization_factor of mailer" in {each["lever"] for each in pipeline["actions"]}


def test_one_that_is_busy_is_not_too_slow_where_only_the_other_is_late(account: Account) -> None:
    failing = {"invocations": 12, "errors": 3}
    text = mailer_is_late(account, {"duration": 2200}, failing)
    _, causes, pipeline = verdict(account, text)
    assert causes == [("poison-batch", "mailer")]
    assert pipeline["actions"] == []


def test_one_near_its_timeout_for_a_minute_is_not_ill_of_the_others_lateness(
    account: Account,
) -> None:
    text = mailer_is_late(account, {}, {"invocations": 15, "duration": 4000})
    account.put("AWS/Lambda", {"FunctionName": "order-writer"}, 1, {
        "Duration": (1, 14_000, 14_000, 14_000),
    })  # fmt: skip
    assert [where for _, where in verdict(account, text)[1]] == ["mailer"]


# ---- an age that is not the stream's


def test_a_function_that_is_late_on_another_stream_is_not_late_on_this_one(
    account: Account,
) -> None:
    account.pipeline(write=60)
    account.mapping(account.stream("other"))
    minutes = Minutes(account)
    for back in minutes:
        minutes.stream(back)
        minutes.function(back, invocations=60, age=3_600_000)
        minutes.table(back)
    assert verdict(account)[0] == "healthy"


def test_records_that_grow_no_older_than_they_may_are_given_up(account: Account) -> None:
    """MaximumRecordAgeInSeconds: the age of what is retried stays at it."""
    account.pipeline(shards=4, write=400)
    listed_with(account, MaximumRecordAgeInSeconds=300)
    minutes = Minutes(account)
    for back in minutes:
        is_bad = back <= 30
        minutes.stream(back)
        minutes.function(
            back, invocations=100, errors=6 if is_bad else 0, age=300_000 if is_bad else 300
        )
        minutes.table(back, 2300)
    health, causes, pipeline = verdict(account)
    assert (health, causes[0]) == ("sick", ("records-dropped", "order-writer"))
    assert pipeline["actions"] == []
