"""What is still open is settled by what AWS shows, and by nothing that it doesn't."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_pipeline, even_shards, with_stream
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.scaling.execute.settle import ABANDONED, SHOWS_AFTER, may_not_show, settle, settled
from tidegate.scaling.kinds.kinesis_stream.actions import UPDATE_SHARD_COUNT
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import NEVER_MADE, History

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
OPEN = ChangeRecord("1", "race", SHARDS, UPDATE_SHARD_COUNT, 2, 4, "more", NOON, marks=("shard-1",))
LATER = NOON + timedelta(minutes=2)


def shows(shards: int, status: str = "ACTIVE", newest: str | None = None) -> Pipeline:
    """A stream with so many shards, the newest of which has another name where one is given."""
    pipeline, found = a_pipeline(), even_shards(shards)
    if newest is not None:
        found = (*found[:-1], replace(found[-1], shard_id=newest))
    return with_stream(pipeline, replace(stream_of(pipeline), open_shards=found, status=status))


@pytest.mark.parametrize(
    ("pipeline", "outcome"),
    [
        (shows(4), Outcome.DONE),
        (shows(4, "UPDATING"), Outcome.DONE),
        (shows(2), Outcome.SUPERSEDED),
        (shows(2, newest="shard-9"), Outcome.UNKNOWN),
        (shows(3), Outcome.UNKNOWN),
        (shows(2, "UPDATING"), None),
        (shows(3, "UPDATING"), None),
    ],
    ids=[
        "as asked", "as asked, and under way", "as before", "set, and set back",
        "set otherwise since", "under way", "under way to something else",
    ],
)  # fmt: skip
def test_what_aws_shows_decides(pipeline: Pipeline, outcome: Outcome | None) -> None:
    found = settled(OPEN, pipeline, LATER, ABANDONED)
    assert (found and found[0]) == outcome


@pytest.mark.parametrize(
    ("seconds", "after", "outcome"),
    [
        (59, ABANDONED, None),
        (60, ABANDONED, Outcome.SUPERSEDED),
        (9, SHOWS_AFTER, None),
        (10, SHOWS_AFTER, Outcome.SUPERSEDED),
    ],
)
def test_a_call_that_may_still_come_or_show_is_waited_for(
    seconds: float, after: timedelta, outcome: Outcome | None
) -> None:
    found = settled(OPEN, shows(2), NOON + timedelta(seconds=seconds), after)
    assert (found and found[0]) == outcome


def test_what_was_begun_before_the_clock_was_set_back_is_settled() -> None:
    found = settled(OPEN, shows(2), NOON - timedelta(hours=1), ABANDONED)
    assert found == (Outcome.SUPERSEDED, "the call never reached AWS")
    assert settled(OPEN, shows(2), NOON - timedelta(minutes=1), ABANDONED) is None


@pytest.mark.parametrize(("hours", "outcome"), [(23.9, None), (24, Outcome.UNKNOWN)])
def test_what_can_not_be_seen_is_unknown_once_no_budget_counts_it(
    hours: float, outcome: Outcome | None
) -> None:
    elsewhere = replace(OPEN, lever=Lever.of(LeverKind.SHARD_COUNT, "deleted since"))
    found = settled(elsewhere, shows(2), NOON + timedelta(hours=hours), ABANDONED)
    assert (found and found[0]) == outcome


def test_what_an_earlier_version_left_open_without_marks_is_settled_too() -> None:
    found = settled(replace(OPEN, marks=()), shows(2, newest="shard-9"), LATER, ABANDONED)
    assert found == (Outcome.SUPERSEDED, "the call never reached AWS")


def test_an_unknown_outcome_is_counted_as_spent_and_no_longer_open() -> None:
    ledger = SqliteLedger(":memory:")
    ledger.begin(OPEN)
    assert settle(History((OPEN,)), shows(3), ledger, LATER)
    history = History(ledger.change_records("race", NOON))
    ledger.close()
    assert history.open_change_records() == ()
    assert history.calls(UPDATE_SHARD_COUNT, LATER) == 1
    assert history.last_change(SHARDS) == NOON


def test_nothing_is_settled_where_nothing_is_open() -> None:
    ledger = SqliteLedger(":memory:")
    done = replace(OPEN, outcome=Outcome.DONE, ended_at=NOON)
    assert not settle(History((done,)), shows(3), ledger, LATER)
    ledger.close()


@pytest.mark.parametrize(
    ("outcome", "shown", "seconds", "found"),
    [
        (Outcome.DONE, 2, 9, True),
        (Outcome.DONE, 2, 11, False),
        (Outcome.DONE, 4, 9, False),
        (Outcome.DONE, 3, 9, False),
        (Outcome.FAILED, 2, 9, False),
        (Outcome.UNKNOWN, 2, 9, False),
    ],
)
def test_what_aws_has_just_accepted_may_not_show_yet(
    outcome: Outcome, shown: int, seconds: int, found: bool
) -> None:
    ledger = SqliteLedger(":memory:")
    assert ledger.begin(OPEN)
    ledger.complete(OPEN.entry_id, outcome, NOON, None)
    now = NOON + timedelta(seconds=seconds)
    assert may_not_show(SHARDS, shown, ledger, now) is found


def test_of_several_changes_the_newest_tells_what_may_not_show() -> None:
    ledger = SqliteLedger(":memory:")
    back = replace(OPEN, entry_id="2", from_capacity=4, to_capacity=2)
    for each in (OPEN, back):
        assert ledger.begin(each)
        ledger.complete(each.entry_id, Outcome.DONE, NOON, None)
    now = NOON + timedelta(seconds=1)
    assert may_not_show(SHARDS, 4, ledger, now)
    assert not may_not_show(SHARDS, 2, ledger, now)


def never_made(ledger: SqliteLedger, detail: str = NEVER_MADE) -> ChangeRecord:
    assert ledger.begin(OPEN)
    ledger.complete(OPEN.entry_id, Outcome.SUPERSEDED, NOON, detail)
    (found,) = ledger.change_records("race", NOON)
    return found


@pytest.mark.parametrize(
    ("shown", "minutes", "outcome"),
    [(4, 2, Outcome.DONE), (2, 2, Outcome.SUPERSEDED), (3, 2, Outcome.SUPERSEDED),
     (4, 16, Outcome.SUPERSEDED)],
)  # fmt: skip
def test_what_was_taken_as_never_made_was_made_where_aws_shows_it(
    shown: int, minutes: int, outcome: Outcome
) -> None:
    """By a clock that was ahead, and a description that lagged behind."""
    ledger = SqliteLedger(":memory:")
    history = History((never_made(ledger),))
    now = NOON + timedelta(minutes=minutes)
    closed = settle(history, shows(shown), ledger, now)
    assert closed is (outcome is Outcome.DONE)
    assert [each.outcome for each in ledger.change_records("race", NOON)] == [outcome]


@pytest.mark.parametrize("detail", ["another run changed the resource", "it was suspended"])
def test_what_was_not_called_for_another_reason_stays_so(detail: str) -> None:
    ledger = SqliteLedger(":memory:")
    assert not settle(History((never_made(ledger, detail),)), shows(4), ledger, LATER)


@pytest.mark.parametrize("minutes", [1, 0, -14.9], ids=["later", "at once", "the clock set back"])
def test_of_a_lever_that_was_asked_for_again_the_earlier_call_stays_as_it_was_concluded(
    minutes: float,
) -> None:
    ledger = SqliteLedger(":memory:")
    moment = OPEN.begun_at + timedelta(minutes=minutes)
    again = replace(OPEN, entry_id="2", outcome=Outcome.DONE, begun_at=moment)
    records = sorted((again, never_made(ledger)), key=lambda each: each.begun_at)
    assert not settle(History(tuple(records)), shows(4), ledger, LATER)


@pytest.mark.parametrize(
    "other",
    [
        replace(OPEN, entry_id="2", outcome=Outcome.SUPERSEDED, detail="it was suspended"),
        replace(OPEN, entry_id="2", outcome=Outcome.DONE, to_capacity=3),
        replace(OPEN, entry_id="2", outcome=Outcome.DONE, begun_at=NOON - timedelta(hours=1)),
    ],
    ids=["never called either", "to another capacity", "long before"],
)
def test_what_another_change_does_not_explain_was_this_one(other: ChangeRecord) -> None:
    ledger = SqliteLedger(":memory:")
    older = replace(other, begun_at=min(other.begun_at, OPEN.begun_at - timedelta(minutes=1)))
    assert settle(History((older, never_made(ledger))), shows(4), ledger, LATER)
