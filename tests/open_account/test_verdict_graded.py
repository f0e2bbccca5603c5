"""Healthy is said with a grade for every consumer, and with what became of its records."""

from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.open_account.records import Minutes, a_second_consumer, counted
from tests.open_account.settings import listed_with

FILTER = {"FilterCriteria": {"Filters": [{"Pattern": "{}"}]}}
PROBLEM = {"LastProcessingResult": "PROBLEM: Lambda may not use the key of the stream"}
NO_SINK = PIPELINES.replace(", tables: [orders]", "").replace(
    "      write_capacity: {max: 4000, owner: tidegate}\n", ""
)


def swept(account: Account, text: str = PIPELINES) -> tuple[int, Any]:
    code = account.sweep(text, "--dry-run").exit_code
    (pipeline,) = account.swept(text, "--dry-run")["pipelines"]
    return code, pipeline


def verdict(account: Account, text: str = PIPELINES) -> tuple[str, list[tuple[str, str]]]:
    _, pipeline = swept(account, text)
    causes = [(each["cause"], each["where"]) for each in pipeline["diagnoses"]]
    return pipeline["health"], causes


def grades(account: Account, text: str = PIPELINES) -> tuple[int, str, dict[str, str]]:
    code, pipeline = swept(account, text)
    told = {each["name"]: each["grade"] for each in pipeline["consumers"]}
    return code, pipeline["health"], told


# ---- healthy


def test_a_mapping_that_counts_is_counted_with_every_number(account: Account) -> None:
    account.pipeline()
    listed_with(account, **counted, **FILTER)
    minutes = Minutes(account, 60)
    for back in minutes:
        minutes.stream(back)
        minutes.function(back, invocations=1)
        minutes.table(back, 24)
        minutes.events(back, polled=2400, filtered=2376, invoked=24)
    code, pipeline = swept(account)
    (consumer,) = pipeline["consumers"]
    assert (code, pipeline["health"], consumer["grade"]) == (0, "healthy", "counted")
    assert consumer["flow"] == {
        "seconds": 1800, "incoming": 72_000, "read": 72_000, "filtered_out": 71_280,
        "succeeded": 720, "failed": 0, "discarded": 0, "written_units": 720,
        "failed_is_inferred": False,
    }  # fmt: skip
    told = account.sweep(PIPELINES, "--dry-run", output="table").stdout
    assert "reads    order-writer: counted; in 30 min 72,000 came in, 72,000 read" in told


@pytest.mark.parametrize(
    ("errors", "records"), [(0, 0), (1, 1500), (24, 36_000)], ids=["none", "some", "all"]
)
def test_records_that_failed_are_inferred_from_the_invocations_that_did(
    account: Account, errors: int, records: int
) -> None:
    """24 invocations a minute for 2,400 records, and some more for those that fail."""
    account.pipeline()
    account.minutes(since=60, until=16, invocations=24)
    account.minutes(since=15, invocations=24, errors=errors)
    _, pipeline = swept(account)
    (consumer,) = pipeline["consumers"]
    flow = consumer["flow"]
    assert flow["failed"] == records
    assert (flow["failed_is_inferred"], flow["discarded"], flow["filtered_out"]) == (True, 0, 0)
    table = account.sweep(PIPELINES, "--dry-run", output="table").stdout
    assert ("(inferred from the invocations that failed)" in " ".join(table.split())) is bool(
        errors
    )


def test_a_filter_that_lets_one_percent_through_is_inferred(account: Account) -> None:
    account.pipeline(write=1)
    listed_with(account, **FILTER)
    minutes = Minutes(account)
    for back in minutes:
        passes = back % 5 == 0
        minutes.stream(back)
        minutes.function(back, invocations=int(passes), age=300 if passes else None)
        minutes.table(back, 24 if passes else 0)
    assert grades(account) == (0, "healthy", {"order-writer": "inferred"})


def test_a_function_without_a_named_sink_is_inferred(account: Account) -> None:
    account.pipeline()
    minutes = Minutes(account)
    for back in minutes:
        minutes.stream(back)
        minutes.function(back)
    assert grades(account, NO_SINK) == (0, "healthy", {"order-writer": "inferred"})


def test_an_idle_night_is_idle(account: Account) -> None:
    account.pipeline(write=1)
    minutes = Minutes(account)
    for back in minutes:
        minutes.stream(back, came=0, read=0, age=0)
    assert grades(account) == (0, "healthy", {"order-writer": "idle"})


def test_readers_that_no_file_names_are_told_by_name_and_by_the_remainder(account: Account) -> None:
    account.pipeline()
    account.function("audit")
    summary = account.client("kinesis").describe_stream_summary(StreamName="orders")
    account.mapping(summary["StreamDescriptionSummary"]["StreamARN"], "audit")
    minutes = Minutes(account)
    for back in minutes:
        minutes.stream(back, read=3 * 2400)
        minutes.function(back)
        minutes.table(back)
    _, pipeline = swept(account)
    assert pipeline["health"] == "healthy"
    assert pipeline["balance"] == {
        "seconds": 900, "incoming": 36_000, "read": 108_000, "readers": 1, "others": ["audit"],
        "foreign": 2, "unexplained": 1, "apart": [],
    }  # fmt: skip
    told = account.sweep(PIPELINES, "--dry-run", output="table").stdout
    assert "1 by event source mappings (audit), 1 not known by name" in told


# ---- not healthy: what others read is no evidence


@pytest.mark.parametrize("settings", [PROBLEM, {}], ids=["a problem", "no last result"])
def test_a_filtered_mapping_that_stopped_is_not_hidden_by_another_reader(
    account: Account, settings: dict[str, str]
) -> None:
    """Twice what comes in was read, and once since: one of two readers has stopped."""
    account.pipeline()
    listed_with(account, **FILTER, **settings)
    minutes = Minutes(account, 60)
    for back in minutes:
        minutes.stream(back, read=4800 if back > 20 else 2400)
        if back > 20:
            minutes.function(back, invocations=1)
            minutes.table(back, 10)
    assert verdict(account) == ("sick", [("not-reading", "order-writer")])


def test_a_function_with_a_queue_that_stopped_is_not_hidden_by_its_neighbour(
    account: Account,
) -> None:
    account.pipeline()
    text = a_second_consumer(account, PIPELINES, units=1).replace(", tables: [mails]", "")
    account.mapping(account.stream("other"), "mailer")
    minutes = Minutes(account, 60)
    for back in minutes:
        reads = back > 20
        minutes.stream(back, read=4800 if reads else 2400)
        minutes.function(back)
        minutes.table(back)
        minutes.function(back, name="mailer", invocations=50 if reads else 26)
    assert verdict(account, text) == ("sick", [("not-reading", "mailer")])


# ---- not healthy: the mapping's counts contradict it


def counting(account: Account, **newest: float) -> None:
    """A filtered mapping whose counts are these in the newest twenty minutes, in which its function
    is not invoked."""
    account.pipeline()
    listed_with(account, **counted, **FILTER)
    minutes = Minutes(account, 60)
    for back in minutes:
        is_new = back <= 20
        minutes.stream(back)
        if not is_new:
            minutes.function(back)
            minutes.table(back, 2000)
        usual = {"polled": 2400.0, "filtered": 400.0, "invoked": 2000.0}
        minutes.events(back, **(usual | newest if is_new else usual))


@pytest.mark.parametrize(
    ("newest", "expected"),
    [
        ({"failed": 2000}, ("sick", [("not-reading", "order-writer")])),
        ({"polled": 0, "filtered": 0, "invoked": 0}, ("sick", [("not-reading", "order-writer")])),
        ({"invoked": 0}, ("unknown", [("unknown", "orders")])),
    ],
    ids=["may not invoke", "polls nothing", "hands nothing on"],
)
def test_records_that_get_to_no_function_are_missed(
    account: Account, newest: dict[str, float], expected: tuple[str, list[tuple[str, str]]]
) -> None:
    counting(account, **newest)
    assert verdict(account) == expected


def test_a_mapping_that_polls_half_of_what_comes_in_is_not_healthy(account: Account) -> None:
    account.pipeline()
    listed_with(account, **counted)
    minutes = Minutes(account, 60)
    for back in minutes:
        count = 2400 if back > 30 else 1200
        minutes.stream(back)
        minutes.function(back)
        minutes.table(back, count)
        minutes.events(back, polled=count, invoked=count)
    code, pipeline = swept(account)
    assert (code, pipeline["health"], pipeline["actions"]) == (3, "unknown", [])
    assert "read 36,000 of 72,000 records" in pipeline["diagnoses"][0]["because"]


# ---- not healthy: nothing arrives


def test_a_function_that_succeeds_and_writes_no_more_is_not_healthy(account: Account) -> None:
    """It catches what the table answers: nothing fails, and nothing is kept."""
    account.pipeline(write=400)
    minutes = Minutes(account)
    for back in minutes:
        minutes.stream(back)
        minutes.function(back)
        if back > 20:
            minutes.table(back)
    code, pipeline = swept(account)
    assert (code, pipeline["health"], pipeline["actions"]) == (3, "unknown", [])
    assert "nothing is written to orders since" in pipeline["diagnoses"][0]["because"]
