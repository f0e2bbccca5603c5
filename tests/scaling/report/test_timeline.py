"""What history tells of sightings and entries."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOON
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.snapshot import Held, StatusSnapshot
from tidegate.scaling.report.snapshot import differs
from tidegate.scaling.report.timeline import Kind, event_timeline

HELD = Held(
    "write_capacity of scores",
    True,
    ("file-range",),
    "write_capacity of scores: 900 wanted, 100 allowed now: the file keeps it within 1..100",
)


def throttles(count: int) -> Reason:
    return Reason.of("throttles", "scores throttled {count} writes", count=count)


THROTTLED = Diagnosis(Cause.TABLE_THROTTLED, "scores", (throttles(9),), (LeverKind.WRITE_CAPACITY,))
ONE_KEY = Reason.of("key-share", "one key has {share:.0%}", share=0.8)
HOT = Diagnosis(Cause.HOT_KEY, "racers", (ONE_KEY,), advice="spread it")


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


ALL_WELL = Diagnosis(Cause.HEALTHY, "race", (Reason.of("in-order", "all well"),))
WELL = StatusSnapshot("race", at(0), Health.HEALTHY, (ALL_WELL,))
SICK = StatusSnapshot("race", at(5), Health.SICK, (THROTTLED, HOT), (HELD,))
DARK = StatusSnapshot(
    "race",
    at(6),
    Health.UNKNOWN,
    unreached="kinesis:ListShards on racers: no",
    unreached_about="denied kinesis:ListShards racers",
)
ENTRY = ChangeRecord(
    "e", "race", Lever.of(LeverKind.WRITE_CAPACITY, "scores"), "dynamodb:UpdateTable", 100, 900,
    "9 writes throttled", at(6), Outcome.DONE, at(6),
)  # fmt: skip


def told(
    *snapshots: StatusSnapshot, change_records: tuple[ChangeRecord, ...] = ()
) -> list[tuple[int, Kind, str]]:
    return [
        (int((event.at - NOON).total_seconds() // 60), event.kind, event.words)
        for event in event_timeline(snapshots, change_records)
    ]


def test_an_illness_is_told_from_start_to_end() -> None:
    milder = replace(SICK, at=at(7), health=Health.HEALING, diagnoses=(THROTTLED,), held=())
    assert told(WELL, SICK, milder, replace(WELL, at=at(9)), change_records=(ENTRY,)) == [
        (0, Kind.HEALTH, "healthy"),
        (5, Kind.FOUND, "table-throttled at scores: scores throttled 9 writes"),
        (5, Kind.FOUND, "hot-key at racers: one key has 80%"),
        (5, Kind.ADVISED, "racers: spread it"),
        (5, Kind.HELD, HELD.words),
        (5, Kind.HEALTH, "sick, after 5 min healthy"),
        (6, Kind.CHANGED, "write capacity of scores from 100 to 900 WCU: 9 writes throttled"),
        (7, Kind.ENDED, "hot-key at racers"),
        (7, Kind.HEALTH, "healing, after 2 min sick"),
        (9, Kind.ENDED, "table-throttled at scores"),
        (9, Kind.HEALTH, "healthy, after 2 min healing"),
    ]


@pytest.mark.parametrize(
    ("outcome", "detail", "kind", "words"),
    [
        (Outcome.FAILED, "LimitExceeded: ten a day", Kind.REFUSED, " (LimitExceeded: ten a day)"),
        (
            Outcome.SUPERSEDED,
            "the call never reached AWS",
            Kind.DROPPED,
            " (the call never reached AWS)",
        ),
        (Outcome.BEGUN, None, Kind.BEGUN, ""),
        (Outcome.UNKNOWN, "changed since", Kind.UNKNOWN, " (changed since)"),
    ],
    ids=["refused", "dropped", "open", "unknown"],
)
def test_what_was_not_done_says_why(
    outcome: Outcome, detail: str | None, kind: Kind, words: str
) -> None:
    change_record = replace(ENTRY, outcome=outcome, detail=detail)
    change = "write capacity of scores from 100 to 900 WCU: 9 writes throttled"
    assert told(change_records=(change_record,)) == [(6, kind, f"{change}{words}")]


def test_a_pipeline_that_could_not_be_looked_at_is_told_and_its_causes_are_not_found_anew() -> None:
    assert told(SICK, DARK, replace(SICK, at=at(16)))[-3:] == [
        (6, Kind.UNREACHED, "kinesis:ListShards on racers: no"),
        (6, Kind.HEALTH, "not reached, after 1 min sick"),
        (16, Kind.HEALTH, "sick, after 10 min not reached"),
    ]


def test_what_was_in_force_before_is_told_with_its_own_moment() -> None:
    events = event_timeline((), (), before=SICK)
    assert {event.at for event in events} == {at(5)}


def held(**changes: Any) -> StatusSnapshot:
    return replace(SICK, held=(replace(HELD, **changes),))


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (SICK, replace(SICK, at=at(6)), False),
        (
            SICK,
            replace(SICK, diagnoses=(replace(THROTTLED, evidence=(throttles(7),)), HOT)),
            False,
        ),
        (SICK, held(words=HELD.words.replace("900", "1,250")), False),
        (SICK, held(kinds=("file-range", "change-window")), True),
        (SICK, held(lever="write_capacity of scores/by-race"), True),
        (SICK, held(is_raise=False), True),
        (SICK, replace(SICK, held=()), True),
        (SICK, replace(SICK, diagnoses=(THROTTLED,)), True),
        (SICK, replace(SICK, diagnoses=(replace(THROTTLED, where="laps"), HOT)), True),
        (SICK, replace(SICK, health=Health.HEALING), True),
        (SICK, DARK, True),
        (DARK, replace(DARK, unreached="kinesis:ListShards on racers: no, for 5 min"), False),
        (DARK, replace(DARK, unreached_about="throttled kinesis:ListShards racers"), True),
    ],
    ids=[
        "moment", "evidence", "figures", "kind", "lever", "direction", "hold", "cause", "place",
        "health", "error", "words of the error", "another error",
    ],
)  # fmt: skip
def test_only_what_is_new_differs(
    before: StatusSnapshot, now: StatusSnapshot, expected: bool
) -> None:
    assert differs(now, before) is expected
    assert differs(now, None)


def test_a_hold_is_told_anew_for_another_reason_and_not_for_other_figures() -> None:
    figures = replace(held(words="1,250 wanted, 100 allowed now"), at=at(6))
    kind = replace(held(kinds=("change-window",), words="not before six"), at=at(7))
    assert [each for each in told(SICK, figures, kind) if each[1] is Kind.HELD] == [
        (5, Kind.HELD, HELD.words),
        (7, Kind.HELD, "not before six"),
    ]
