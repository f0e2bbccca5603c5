"""What is wrong with tables and indexes, up to the edges of the thresholds."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOON, Samples, Table, a_pipeline, a_table, newest, signals
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.dynamodb_table.causes import (
    HOT_PARTITION_ADVICE,
    ON_DEMAND_ADVICE,
    table_causes,
    unavailable_tables,
)
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason

WRITES, READS = LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY
Found = tuple[Cause, str, tuple[LeverKind, ...], str | None, list[str]]


def seen(table: Table, where: str = "scores", /, **samples: Samples) -> Signals:
    """The newest minutes of a table or an index; before them it consumed 100 units a second."""
    return newest(signals(a_pipeline(table=table)), where, **samples)


def found(of: Signals) -> list[Found]:
    return [
        (each.cause, each.where, each.cured_by, each.advice, [why.kind for why in each.evidence])
        for each in table_causes(of)
    ]


def changed(table: Table, **changes: Any) -> Table:
    return replace(table, capacity=replace(table.capacity, **changes))


def minutes_ago(minutes: float) -> datetime:
    return NOON - timedelta(minutes=minutes)


THROTTLED = ["writes-throttled", "units-consumed"]


@pytest.mark.parametrize(
    ("throttled", "is_told"), [((0, 0, 0.99), False), ((0, 0, 1), True), ((1, 0, 0), True)]
)
def test_a_hundredth_of_throttled_writes_in_three_minutes_is_a_throttled_table(
    throttled: Samples, is_told: bool
) -> None:
    of = seen(a_table(5000), consumed_write_units=[33] * 3, write_throttles=throttled)
    told = (Cause.TABLE_THROTTLED, "scores", (WRITES,), None, THROTTLED)
    assert found(of) == [told] * is_told


def test_the_sentences_have_the_worst_minute_and_the_share_of_all_three() -> None:
    of = seen(a_table(20), consumed_write_units=[1200] * 3, write_throttles=[100, 900, 200])
    (told,) = table_causes(of)
    assert told.because == (
        "table scores is throttled: 900 writes were throttled in one minute (at least 25% of "
        "the writes attempted); scores is provisioned for 20 WCU and consumed 20 WCU"
    )


def test_a_throttled_index_is_told_as_one_and_that_it_throttles_its_table() -> None:
    of = seen(a_table(5000, index_units=20), "scores/by-race", write_throttles=[900] * 3)
    (told,) = table_causes(of)
    assert (told.cause, told.where) == (Cause.INDEX_THROTTLED, "scores/by-race")
    assert told.because.startswith("index scores/by-race is throttled: 900 writes")
    assert told.because.endswith("DynamoDB throttles writes to scores while its index is throttled")


def test_a_person_raises_what_a_table_on_demand_may_take() -> None:
    table = replace(a_table(0), mode="PAY_PER_REQUEST")
    of = seen(table, write_throttles=[900] * 3)
    assert found(of) == [(Cause.TABLE_THROTTLED, "scores", (), ON_DEMAND_ADVICE, THROTTLED)]


KEY_RANGE = [*THROTTLED, "key-range-throttled"]


@pytest.mark.parametrize(
    ("of_key_range", "table", "told"),
    [
        ([450, 450, 450], a_table(5000), (Cause.TABLE_THROTTLED, (WRITES,), THROTTLED)),
        ([451, 450, 450], a_table(5000), (Cause.HOT_KEY, (), KEY_RANGE)),
        ([1400, 0, 0], a_table(5000), None),
        ([900, 0, 900], a_table(5000), (Cause.HOT_KEY, (), KEY_RANGE)),
        ([900] * 3, a_table(111),
         (Cause.TABLE_THROTTLED, (WRITES,), [*KEY_RANGE, "units-used-up"])),
        ([900] * 3, changed(a_table(5000), last_increase_at=minutes_ago(2.99)),
         (Cause.TABLE_THROTTLED, (WRITES,), [*KEY_RANGE, "raised-since"])),
        ([900] * 3, changed(a_table(5000), last_increase_at=minutes_ago(3)),
         (Cause.HOT_KEY, (), KEY_RANGE)),
        ([900] * 3, replace(a_table(0), mode="PAY_PER_REQUEST"), (Cause.HOT_KEY, (), KEY_RANGE)),
    ],
    ids=[
        "half of a key range", "more than half", "in one minute alone", "in two minutes",
        "no units left", "raised since", "raised before", "on demand",
    ],
)  # fmt: skip
def test_throttles_of_a_key_range_beside_units_that_are_left_show_a_hot_key(
    of_key_range: Samples, table: Table, told: tuple[Cause, tuple[LeverKind, ...], list[str]] | None
) -> None:
    of = seen(table, write_throttles=[900] * 3, write_key_range_throttles=of_key_range)
    assert [(cause, cured_by, why) for cause, _, cured_by, _, why in found(of)] == [
        each for each in (told,) if each is not None
    ]
    assert all(
        each.advice == HOT_PARTITION_ADVICE
        for each in table_causes(of)
        if each.cause is Cause.HOT_KEY
    )


READ = ["reads-throttled", "read-units-consumed"]


@pytest.mark.parametrize(
    ("throttled", "of_key_range", "told"),
    [
        (0.99, 0, None),
        (1, 0, (Cause.TABLE_THROTTLED, (READS,), None)),
        (1, 0.5, (Cause.TABLE_THROTTLED, (READS,), None)),
        (1, 0.51, (Cause.HOT_KEY, (), HOT_PARTITION_ADVICE)),
        (4, 2, (Cause.TABLE_THROTTLED, (READS,), None)),
        (4, 2.1, (Cause.HOT_KEY, (), HOT_PARTITION_ADVICE)),
        (0, 0, None),
    ],
)
def test_throttled_reads_ask_for_read_capacity_or_for_other_keys(
    throttled: float, of_key_range: float, told: tuple[object, ...] | None
) -> None:
    of = seen(
        a_table(5000), consumed_read_units=[33] * 3, read_throttles=[0, 0, throttled],
        read_key_range_throttles=[0, of_key_range / 2, of_key_range / 2],
    )  # fmt: skip
    assert [(cause, cured_by, advice) for cause, _, cured_by, advice, _ in found(of)] == [
        each for each in (told,) if each is not None
    ]
    assert all(why == READ for *_, why in found(of))


def test_the_sentences_of_reads_have_the_worst_minute() -> None:
    of = seen(a_table(5000), consumed_read_units=[600] * 3, read_throttles=[7, 1900, 12])
    (told,) = table_causes(of)
    assert told.because == (
        "table scores is throttled: 1,900 reads were throttled in one minute; scores is "
        "provisioned for 10 RCU and consumed 10 RCU"
    )


STATES = [
    "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED", "DELETING", "CREATING",
]  # fmt: skip


@pytest.mark.parametrize("status", STATES)
def test_a_table_that_cannot_be_written_is_that_and_nothing_else(status: str) -> None:
    table = replace(a_table(20, index_units=20), status=status)
    of = seen(table, write_throttles=[900] * 3, read_throttles=[900] * 3)
    (told,) = table_causes(of)
    assert (told.cause, told.where, told.cured_by) == (Cause.TABLE_UNAVAILABLE, "scores", ())
    assert told.because == f"table scores is {status}: writes to it fail"
    assert told.advice
    assert tuple(unavailable_tables(of)) == (told,)


@pytest.mark.parametrize("status", ["ACTIVE", "UPDATING"])
def test_a_table_in_any_other_state_can_be_written(status: str) -> None:
    assert found(seen(replace(a_table(5000), status=status))) == []


FULL = (Cause.TABLE_THROTTLED, "scores", (WRITES,), None, ["units-consumed", "burst-runs-out"])


def consuming(table: Table, *units_a_second: float, saving: float = 0) -> Signals:
    """A table that left ``saving`` units a second unused for 85 minutes, and then consumed so many
    in each of the newest ones."""
    per_minute = [(table.capacity.write_units - saving) * 60] * (90 - len(units_a_second))
    return seen(table, consumed_write_units=[*per_minute, *(each * 60 for each in units_a_second)])


@pytest.mark.parametrize(
    ("units", "saving", "is_told"),
    [
        ((1010,) * 3, 0, True),
        ((1009,) * 3, 0, False),
        ((1009, 1009, 1012), 0, True),
        ((1009, 1009, 1011), 0, False),
        ((1100, 1100, 1009), 0, False),
        ((1400,) * 3, 10, True),
        ((1900,) * 3, 1000, True),
        ((1624,) * 3, 1000, False),
        ((1625,) * 3, 1000, True),
        ((2000, 2000, 1100), 1000, False),
    ],
    ids=[
        "a hundredth over", "less", "on average", "less on average", "not in the newest minute",
        "spent by now", "spent in no time", "burst for longer", "burst for 300 s", "at the newest rate for longer",
    ],
)  # fmt: skip
def test_a_table_that_lives_on_burst_that_runs_out_is_told_before_it_throttles(
    units: tuple[float, ...], saving: float, is_told: bool
) -> None:
    """Of 300,000 units of burst 3 x 60 x 625 are spent; the rest lasts for 300 s at 625 a second."""
    table = a_table(1000)
    assert found(consuming(table, *units, saving=saving)) == [FULL] * is_told


def test_what_burst_credits_are_left_is_said_in_seconds() -> None:
    (told,) = table_causes(consuming(a_table(1000), *[1600] * 4, saving=1000))
    assert told.because == (
        "scores is provisioned for 1,000 WCU and consumed 1,600 WCU; no write is throttled yet, but "
        "at this rate burst credits last for only 260 s"
    )


@pytest.mark.parametrize(
    ("table", "saving", "is_told"),
    [
        (changed(a_table(1000), last_increase_at=minutes_ago(5)), 500, False),
        (changed(a_table(1000), last_increase_at=minutes_ago(4.99)), 500, True),
        (changed(a_table(1000), last_increase_at=minutes_ago(3)), 500, True),
        (changed(a_table(1000), last_decrease_at=minutes_ago(2.99)), 0, False),
        (changed(a_table(1000), last_decrease_at=minutes_ago(3)), 0, True),
        (replace(a_table(1000), mode="PAY_PER_REQUEST"), 0, False),
    ],
    ids=["saved two minutes", "saved one", "saved none", "had more units", "has saved none",
         "on demand"],
)  # fmt: skip
def test_burst_is_what_was_unused_since_the_last_increase(
    table: Table, saving: float, is_told: bool
) -> None:
    """Of 500 units a second in each minute, less 100 in each of three: 300 s of 100 are 30,000."""
    assert found(consuming(table, *[1100] * 3, saving=saving)) == [FULL] * is_told


def test_what_was_consumed_before_a_decrease_spent_no_burst() -> None:
    """Then there were 2,000 units; since then each minute has saved."""
    table = a_table(1000)
    minutes = [*[2000] * 70, *[500] * 17, *[1500] * 3]
    assert found(consuming(table, *minutes)) == []
    lowered = changed(table, last_decrease_at=minutes_ago(20))
    assert found(consuming(lowered, *minutes)) == []
    assert found(consuming(table, *[2000] * 86, 500, *[1500] * 3)) == [FULL]
    minutes = [*[1000] * 80, 500, 1500, *[1010] * 3]
    for lowered_minutes_ago, told in ((4, [FULL]), (3.99, [])):
        at = minutes_ago(lowered_minutes_ago)
        assert found(consuming(changed(table, last_decrease_at=at), *minutes)) == told
    early = changed(table, last_decrease_at=minutes_ago(4))
    assert found(consuming(early, *[500] * 80, *[2000] * 6, 1000, *[1500] * 3)) == []


def test_a_backlog_that_drains_is_let_to_use_the_burst() -> None:
    of = consuming(a_table(1000), *[1400] * 3)
    assert found(of) == [FULL]
    assert found(newest(of, iterator_age_milliseconds=[90_000, 80_000, 70_000])) == []
    assert found(newest(of, iterator_age_milliseconds=[70_000] * 3)) == [FULL]


def test_minutes_without_data_show_no_load() -> None:
    of = consuming(a_table(1000), *[1400] * 3)
    silent = newest(of, "scores", consumed_write_units=[None] * 3)
    assert found(silent) == []
    assert found(newest(of, "scores", consumed_write_units=[None, None, 84_000])) == [FULL]


@pytest.mark.parametrize(
    ("raised_minutes_ago", "lowered_minutes_ago", "since_minutes_ago"),
    [(1, 5, None), (0.5, 5, 0.5), (5, 0.25, 0.25), (0.75, 0.5, 0.5)],
)
def test_units_that_came_within_the_newest_minute_are_named_apart(
    raised_minutes_ago: float, lowered_minutes_ago: float, since_minutes_ago: float | None
) -> None:
    table = changed(
        a_table(20),
        last_increase_at=minutes_ago(raised_minutes_ago),
        last_decrease_at=minutes_ago(lowered_minutes_ago),
    )
    (told,) = table_causes(seen(table, write_throttles=[900] * 3))
    units: dict[str, Any] = {"consumed_wcu": 100, "provisioned_wcu": 20}
    if since_minutes_ago is not None:
        units |= {"changed_at": minutes_ago(since_minutes_ago)}
    of_units = dict(told.evidence[1].numbers)["of_units"]
    assert isinstance(of_units, Reason)
    assert dict(of_units.numbers) == units


@pytest.mark.parametrize(
    ("units", "raised_minutes_ago", "is_apart"),
    [
        ([6000, 3000, 60], 1.5, True),
        ([6000, 3000, 60], 2.5, True),
        ([6000, 3000, 60], 3, False),
        ([60, 3000, 6000], 1.5, False),
    ],
)
@pytest.mark.parametrize("side", ["write", "read"])
def test_units_that_came_after_the_minute_that_is_told_are_named_apart(
    side: str, units: list[float], raised_minutes_ago: float, is_apart: bool
) -> None:
    """Else a table that was raised for its throttles would be told to throttle beside units left."""
    table = changed(a_table(1849), last_increase_at=minutes_ago(raised_minutes_ago))
    table = changed(table, read_units=1849)
    of: dict[str, Any] = {f"{side}_throttles": [900] * 3, f"consumed_{side}_units": units}
    (told,) = table_causes(newest(seen(table), "scores", **of))
    assert (f"since {minutes_ago(raised_minutes_ago):%H:%M}" in told.because) is is_apart
    assert ("is provisioned for 1,849" in told.because) is True
    assert ("CU and consumed 100" in told.because) is not is_apart


def test_a_diagnosis_is_complete() -> None:
    of = seen(a_table(20), write_throttles=[900] * 3)
    for told in table_causes(of):
        assert isinstance(told, Diagnosis)
        assert bool(told.cured_by) != bool(told.advice)
