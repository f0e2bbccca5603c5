"""One minute that no second one confirms changes nothing, pages nobody and heals nothing.

GetRecords.IteratorAgeMilliseconds jumps to the retention for a minute, and back, when a shard is
read anew (awslabs/amazon-kinesis-client#158).
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOON, Minute, a_pipeline, signals
from tests.flink_builders import JobMinute, a_flink_pipeline, an_application, job_signals
from tests.losses.account import PIPELINES, Account
from tests.losses.test_flink import FILE as FLINK_FILE
from tests.losses.test_flink import Application
from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.confirmed import Age, Limits, confirmed
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.kinesis_stream.retention import retention_recommendation
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History

TOPIC = "arn:aws:sns:us-east-1:123456789012:on-call"
FILE = f"""\
{PIPELINES}      retention_hours: {{max: 168, owner: tidegate}}
    notices: {{sns_topic_arn: "{TOPIC}"}}
"""
AS_USUAL = 300
A_DAY = 86_000_000
"""Milliseconds: just under the default retention."""

HOUR = 3_600_000
NEARLY_A_DAY = tuple(20 * HOUR + 60_000 * minute for minute in range(5))
"""A reader that stands still, minute by minute."""


def minutes(account: Account, *newest: float) -> None:
    """Half an hour of a pipeline in order, but for the iterator ages of its newest minutes."""
    account.client("sns").create_topic(Name="on-call")
    account.pipeline()
    account.minutes(since=30, until=len(newest) + 1, age=AS_USUAL)
    for back, age in zip(range(len(newest), 0, -1), newest, strict=True):
        account.minutes(since=back, until=back, age=age)


def raised_retention(account: Account) -> None:
    """The retention as Tidegate left it an hour ago: 48 hours, where 24 were."""
    account.client("kinesis").increase_stream_retention_period(
        StreamName="orders", RetentionPeriodHours=48
    )
    account.calls.clear()
    began = datetime.now(UTC) - timedelta(hours=1)
    lever = Lever.of(LeverKind.RETENTION_HOURS, "orders")
    change_record = ChangeRecord(
        "an-hour-ago", "orders", lever, "kinesis:IncreaseStreamRetentionPeriod", 24, 48,
        "unread records would expire", began, Outcome.DONE, began,
    )  # fmt: skip
    ledger = SqliteLedger(str(account.folder / "ledger.sqlite"))
    ledger.begin(change_record)
    ledger.complete(change_record.entry_id, Outcome.DONE, began, None)
    ledger.close()


def swept(account: Account) -> tuple[int, Any]:
    result = account.sweep(FILE)
    (pipeline,) = json.loads(result.stdout)["pipelines"]
    return result.exit_code, pipeline


@pytest.mark.parametrize(
    "odd", [A_DAY, 13 * HOUR, 700_000, 90_000], ids=["a day", "13 h", "12 min", "90 s"]
)
def test_one_high_age_changes_nothing_and_pages_nobody(account: Account, odd: float) -> None:
    minutes(account, odd)
    code, pipeline = swept(account)
    assert (code, pipeline["health"], pipeline["actions"]) == (0, "healthy", [])
    assert account.changes == []
    assert account.asked("Publish") == []
    (found,) = pipeline["diagnoses"]
    assert f"{odd / 1000:.0f} s in the newest minute:" in found["because"]


def test_one_high_age_is_forgotten_with_the_minutes_after_it(account: Account) -> None:
    minutes(account, A_DAY, AS_USUAL)
    code, pipeline = swept(account)
    assert (code, pipeline["health"], pipeline["actions"]) == (0, "healthy", [])
    assert "iterator age is 0 s" in pipeline["diagnoses"][0]["because"]


def test_two_high_ages_double_the_retention_at_once_and_page(account: Account) -> None:
    minutes(account, A_DAY, A_DAY + 60_000)
    code, pipeline = swept(account)
    assert (code, pipeline["health"]) == (1, "sick")
    assert ("IncreaseStreamRetentionPeriod", 48) in [
        (name, each.get("RetentionPeriodHours")) for name, each in account.changes
    ]
    assert len(account.asked("Publish")) == 1


@pytest.mark.sampled(2)
@pytest.mark.parametrize("odd", [0, AS_USUAL, HOUR], ids=["0", "0.3 s", "an hour"])
def test_one_low_age_does_not_take_a_retention_back(account: Account, odd: float) -> None:
    minutes(account, *NEARLY_A_DAY, odd)
    raised_retention(account)
    _, pipeline = swept(account)
    assert [name for name, _ in account.changes if "Retention" in name] == []
    assert not any(each["from"] > each["to"] for each in pipeline["actions"])


def test_low_ages_that_confirm_each_other_do(account: Account) -> None:
    minutes(account, *NEARLY_A_DAY, 0, 0, 0)
    raised_retention(account)
    swept(account)
    assert [each["RetentionPeriodHours"] for each in account.asked(
        "DecreaseStreamRetentionPeriod"
    )] == [24]  # fmt: skip


def test_one_low_age_in_an_illness_is_not_its_end(account: Account) -> None:
    minutes(account, *NEARLY_A_DAY, 0)
    code, pipeline = swept(account)
    (found,) = pipeline["diagnoses"]
    assert (code, pipeline["health"], found["cause"]) == (3, "unknown", "unknown")
    assert "72240 s and grows" in found["because"]
    assert "0 s in the newest minute:" in found["because"]


def test_what_a_function_tells_of_its_age_in_one_minute_pages_nobody(account: Account) -> None:
    """AWS/Lambda has an IteratorAge of its own, with critical rules of its own."""
    minutes(account)
    account.put("AWS/Lambda", {"FunctionName": "order-writer"}, 2, {"IteratorAge": AS_USUAL})
    account.put("AWS/Lambda", {"FunctionName": "order-writer"}, 1, {"IteratorAge": A_DAY})
    code, pipeline = swept(account)
    assert (code, pipeline["health"]) == (0, "healthy")
    assert account.asked("Publish") == []


def test_nor_does_one_low_minute_end_what_it_has_told_for_long(account: Account) -> None:
    minutes(account)
    for back in range(9, 0, -1):
        told = AS_USUAL if back == 1 else A_DAY + 60_000 * (9 - back)
        account.put("AWS/Lambda", {"FunctionName": "order-writer"}, back, {"IteratorAge": told})
    code, pipeline = swept(account)
    assert (code, pipeline["health"]) == (1, "sick")


def test_one_minute_far_behind_moves_nothing_of_a_flink_application() -> None:
    odd = [JobMinute(behind_seconds=1.0)] * 5 + [JobMinute(behind_seconds=86_000.0)]
    seen = job_signals(a_flink_pipeline(an_application()), *odd)
    assert [each.cause for each in diagnose(seen)] == [Cause.HEALTHY]
    desired = retention_recommendation(seen, History(()))
    assert desired.wanted == desired.current


@pytest.mark.parametrize("odd", [700.0, 86_000.0], ids=["12 min", "a day"])
@pytest.mark.parametrize("ago", [1, 2])
def test_nor_does_it_raise_the_retention_of_its_stream_or_page(
    account: Account, odd: float, ago: int
) -> None:
    account.client("sns").create_topic(Name="on-call")
    application = Application(account, metrics_level="TASK")
    application.minutes(
        cpuUtilization=60.0, busyTimeMsPerSecond=650.0,
        behind=lambda back: odd if back == ago else 0.0,
    )  # fmt: skip
    more = FILE[len(PIPELINES) :]
    (told,) = account.swept(FLINK_FILE + more)["pipelines"]
    assert (told["health"], account.changes) == ("healthy", [])
    assert account.asked("Publish") == []


def test_a_rise_that_busy_readers_explain_is_believed_at_once() -> None:
    """The fast reaction is kept where another metric confirms what one minute tells."""
    busy = Minute(records_per_second=140, seconds_per_batch=0.4, age_seconds=1)
    late = Minute(records_per_second=140, seconds_per_batch=0.4, age_seconds=61)
    seen = signals(a_pipeline(), busy, busy, late)
    assert seen.age_seconds == 61
    assert [each.cause for each in diagnose(seen)] == [Cause.CONSUMER_TOO_SLOW]


def test_no_busy_reader_explains_an_age_that_grew_by_more_than_the_time_that_passed() -> None:
    busy = Minute(records_per_second=140, seconds_per_batch=0.4, age_seconds=1)
    odd = Minute(records_per_second=140, seconds_per_batch=0.4, age_seconds=86_000)
    seen = signals(a_pipeline(), busy, busy, odd)
    assert seen.age_seconds == 1


def ages(*told: float | None) -> list[float]:
    """The ages that hold, of a stream with an objective of a minute, by what each minute tells."""
    samples = [
        Age(NOON + timedelta(minutes=minute), age)
        for minute, age in enumerate(told)
        if age is not None
    ]
    found = confirmed(samples, Limits(well_seconds=15, sick_seconds=60, period_seconds=60))
    return [each.seconds for each in found.held]


@pytest.mark.parametrize(
    ("told", "held"),
    [
        ((1, 1, 86_000), [1, 1]),
        ((1, 86_000, 1), [1, 1]),
        ((1, 86_000, 86_060), [1, 86_000, 86_060]),
        ((1, 500, 86_000), [1, 500]),
        ((1, 40, 100), [1, 40, 100]),
        ((1, 700, None, 760), [1, 700, 760]),
        ((86_000,), []),
        ((3,), [3]),
        ((600, 660, 720, 0), [600, 660, 720]),
        ((600, 660, 0, 780), [600, 660, 780]),
        ((600, 660, 0, 0), [600, 660, 0, 0]),
        ((600, 660, 30, 5), [600, 660, 30, 5]),
        ((600, 400, 100, 70), [600, 400, 100, 70]),
        ((660, 720, 86_000, 840), [660, 720, 840]),
    ],
)
def test_an_age_holds_when_a_second_sample_confirms_it(
    told: tuple[float | None, ...], held: list[float]
) -> None:
    assert ages(*told) == held


def test_shards_that_take_turns_are_ill_in_the_minutes_between_as_well() -> None:
    """Every other minute tells of the shard that is behind, those between of one that is not."""
    assert ages(1, 700, 1, 820, 1, 940, 1) == [1, 700, 820, 940]


def test_a_rise_that_nothing_else_confirms_waits_for_its_second_minute() -> None:
    stabilization = Minute(records_per_second=10, age_seconds=1)
    late = [Minute(records_per_second=10, age_seconds=age) for age in (61, 121)]
    pipeline = a_pipeline(factor=4)
    seen: list[Signals] = [signals(pipeline, stabilization, *late[:count]) for count in (1, 2)]
    assert [each.age_seconds for each in seen] == [1, 121]
    assert [diagnose(each)[0].cause for each in seen] == [Cause.HEALTHY, Cause.UNKNOWN]
