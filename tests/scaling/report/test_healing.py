"""Healing is said of what is under way or passing, up to a deadline; past it there is none."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOON, SPEC, Minute, a_pipeline, signals, stream_metric
from tests.change_records import change, history
from tests.looks import a_look
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.rule import Comparison, Finding, MissingData, Rule, Severity, Verdict
from tidegate.scaling.constraints.words import CHANGE_PENDING, FILE_RANGE
from tidegate.scaling.kinds.flink_application.words import RAISE_NOT_SEEN_YET
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.kinds.kinesis_stream.words import RESOURCE_BUSY
from tidegate.scaling.model.change_record import TAKEN_BACK, ChangeRecord, Lever, Outcome
from tidegate.scaling.model.effect import NOT_SEEN_TO_HELP, NOT_SEEN_TO_HELP_YET
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.recommendation import BURST_COVERS, UNCHANGED
from tidegate.scaling.report.healing import (
    healing_of,
    held_against_rules,
    is_passing,
    waits_for_change,
)
from tidegate.scaling.report.sweep_report import Change

WHY = Reason.told("why", "so it is")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
WINDOW = Lever.of(LeverKind.BATCHING_WINDOW, "scorer")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SUBTASKS = Lever.of(LeverKind.PARALLELISM, "counter")
DENSITY = Lever.of(LeverKind.PARALLELISM_PER_KPU, "counter")
TABLE = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
SLOW = Diagnosis(Cause.CONSUMER_TOO_SLOW, "scorer", (WHY,), cured_by=(LeverKind.SHARD_COUNT,))
CATCH_UP = timedelta(seconds=SPEC.objective.catch_up_seconds)


def look(seen: Signals | None = None, known: History | None = None, *found: Diagnosis) -> Look:
    return a_look(seen or signals(a_pipeline()), found or (SLOW,), history=known)


def until(of: Look, *changes: Change) -> datetime | None:
    found = healing_of(of, (), changes)
    return None if found is None else found.until


def made(outcome: Outcome | None, before: int = 2, after: int = 4, lever: Lever = SHARDS) -> Change:
    decision = Decision(lever, before, after, after, WHY)
    return Change(UpdateShardCount("racers", before, after), (decision,), outcome)


# ---- a change


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.BEGUN, Outcome.UNKNOWN])
def test_a_raise_made_now_has_time_to_take_effect_to_show_and_to_catch_up(outcome: Outcome) -> None:
    half_a_minute = timedelta(seconds=30)
    expected = NOON + half_a_minute + timedelta(minutes=3) + CATCH_UP
    assert until(look(), made(outcome)) == expected


@pytest.mark.parametrize("outcome", [None, Outcome.FAILED, Outcome.SUPERSEDED])
def test_a_change_that_was_not_made_heals_nothing(outcome: Outcome | None) -> None:
    assert until(look(), made(outcome)) is None


def test_a_table_has_the_time_that_its_change_takes() -> None:
    assert until(look(), made(Outcome.DONE, lever=TABLE)) == (
        NOON + timedelta(minutes=1) + timedelta(minutes=3) + CATCH_UP
    )


@pytest.mark.parametrize(
    ("record", "heals"),
    [
        (change(SHARDS, 2, 4, minutes_ago=8.4), True),
        (change(SHARDS, 2, 4, minutes_ago=8.5), False),
        (change(SHARDS, 2, 4, minutes_ago=3, outcome=Outcome.FAILED), False),
        (change(SHARDS, 4, 2, minutes_ago=3), True),
        (change(TABLE, 40, 20, minutes_ago=3), False),
        (change(TABLE, 20, 40, minutes_ago=3), True),
        (change(WINDOW, 0, 9, minutes_ago=3), False),
    ],
    ids=["in time", "past its deadline", "failed", "of what cures it, down", "a scale-in",
         "another raise", "a window"],
)  # fmt: skip
def test_a_change_of_before_heals_until_its_deadline(record: ChangeRecord, heals: bool) -> None:
    assert (until(look(known=history(record))) is not None) is heals


def test_what_was_taken_back_heals_nothing() -> None:
    lowered = change(SHARDS, 4, 2, minutes_ago=2)
    back = replace(lowered, entry_id=f"back{TAKEN_BACK}")
    seen = replace(signals(a_pipeline()), changed_at=back.begun_at)
    assert until(look(seen, history(lowered))) is not None
    assert until(look(seen, history(back))) is None
    well = Diagnosis(Cause.HEALTHY, "race", (WHY,))
    assert until(look(seen, history(lowered), well)) is not None
    assert until(look(seen, history(back), well)) is None


def test_a_raise_by_someone_else_heals_as_well_and_the_last_deadline_counts() -> None:
    record = change(SHARDS, 2, 4, minutes_ago=2)
    assert until(look(known=History((), (record,)))) == until(look(known=history(record)))
    both = history(change(SHARDS, 2, 4, minutes_ago=8), record)
    assert until(look(known=both)) == until(look(known=history(record)))
    assert until(look()) is None


@pytest.mark.parametrize(
    ("own", "theirs"),
    [
        (change(SHARDS, 2, 4, minutes_ago=3), change(SHARDS, 4, 2, minutes_ago=2)),
        (change(SHARDS, 2, 4, minutes_ago=3), change(SHARDS, 4, 3, minutes_ago=3)),
        (change(TABLE, 20, 40, minutes_ago=5), change(TABLE, 40, 5, minutes_ago=1)),
    ],
    ids=["set back", "in part", "further back"],
)
def test_a_raise_that_someone_else_has_undone_heals_nothing(
    own: ChangeRecord, theirs: ChangeRecord
) -> None:
    seen = replace(signals(a_pipeline()), changed_at=theirs.begun_at)
    theirs = replace(theirs, entry_id="theirs")
    assert until(look(seen, History((own,), ()))) is not None
    assert until(look(seen, History((own,), (theirs,)))) is None


@pytest.mark.parametrize(
    "theirs",
    [change(SHARDS, 4, 8, minutes_ago=2), change(TABLE, 40, 20, minutes_ago=2),
     change(SHARDS, 8, 2, minutes_ago=5)],
    ids=["raised further", "another lever", "before it"],
)  # fmt: skip
def test_a_raise_that_stands_beside_a_change_by_someone_else_heals(theirs: ChangeRecord) -> None:
    own, theirs = change(SHARDS, 2, 4, minutes_ago=3), replace(theirs, entry_id="theirs")
    assert until(look(known=History((own,), (theirs,)))) is not None


# ---- a raise that is held until the one before it is seen

BY_SHARDS = change(SHARDS, 2, 4, minutes_ago=8.4)
BY_FACTOR = change(FACTOR, 1, 2, minutes_ago=4)
BUSY = RESOURCE_BUSY(name="racers", status="UPDATING")
UNSEEN = NOT_SEEN_TO_HELP_YET(lever=FACTOR, begun_at=NOON)
PENDING = CHANGE_PENDING(lever=SHARDS, begun_at=NOON)
IN_FILE = FILE_RANGE(lever=SHARDS, min=1, max=4)
JUDGED = NOT_SEEN_TO_HELP(lever=FACTOR, begun_at=NOON, again=NOON)
HEAP_UNSEEN = RAISE_NOT_SEEN_YET(from_=1, to=2, begun_at=NOON)


@pytest.mark.parametrize(
    ("lever", "record", "held_by", "waits"),
    [
        (SHARDS, BY_FACTOR, (UNSEEN,), True),
        (FACTOR, BY_FACTOR, (UNSEEN,), True),
        (SHARDS, BY_SHARDS, (BUSY,), True),
        (SHARDS, replace(BY_SHARDS, outcome=Outcome.BEGUN), (PENDING, BUSY), True),
        (SUBTASKS, change(DENSITY, 2, 1, minutes_ago=4), (HEAP_UNSEEN,), True),
        (SHARDS, change(SHARDS, 2, 4, minutes_ago=8.5), (BUSY,), False),
        (SHARDS, change(TABLE, 20, 40, minutes_ago=3), (BUSY,), False),
        (SHARDS, BY_FACTOR, (UNSEEN, IN_FILE), False),
        (SHARDS, BY_FACTOR, (JUDGED,), False),
        (SHARDS, BY_SHARDS, (), False),
    ],
    ids=["another lever of executions", "itself", "still busy", "still open", "heap",
         "past its deadline", "busy by another's", "and by the file", "judged", "not held"],
)  # fmt: skip
def test_a_raise_waits_where_nothing_holds_it_but_a_change_that_is_in_time(
    lever: Lever, record: ChangeRecord, held_by: tuple[Reason, ...], waits: bool
) -> None:
    density_cures = replace(SLOW, cured_by=(LeverKind.PARALLELISM_PER_KPU,))
    of = look(None, history(record), density_cures)
    assert waits_for_change(of, Decision(lever, 2, 4, 2, WHY, held_by)) is waits


# ---- what passes by itself


def ages(*seconds: float, changed_at: datetime | None = None) -> Signals:
    seen = signals(a_pipeline(), *[Minute(age_seconds=each) for each in seconds])
    return replace(seen, changed_at=changed_at)


def falling(first: float, by: float, minutes: int) -> Signals:
    return ages(*[first - by * at for at in range(minutes)])


def test_a_backlog_that_is_gone_in_time_at_its_speed_is_healing_until_then() -> None:
    drains = look(falling(600, 60, 8))
    over_by = 180 - 60
    assert until(drains) == NOON + timedelta(seconds=over_by) + timedelta(minutes=3)
    assert is_passing(drains)


@pytest.mark.parametrize(
    ("seen", "heals"),
    [
        (falling(9000, 60, 7), True),
        (falling(9000, 60, 8), False),
        (falling(90_000, 60, 80), False),
        (falling(600, 2, 8), False),
        (ages(100, 200, 300), False),
    ],
    ids=["just begun", "past its deadline", "for hours", "stands", "grows"],
)
def test_one_that_takes_longer_is_healing_only_for_so_long_since_its_peak(
    seen: Signals, heals: bool
) -> None:
    assert (until(look(seen)) is not None) is heals
    assert is_passing(look(seen)) is heals


def refused(*each: float, changed_at: datetime | None = None) -> Signals:
    seen = signals(a_pipeline(), *[Minute(refused_per_second=share) for share in each])
    return replace(seen, changed_at=changed_at)


def test_refusals_that_get_fewer_heal_for_a_quarter_of_an_hour() -> None:
    fewer = refused(*[99 - at * 6.0 for at in range(15)])
    assert fewer.refusals_fall
    assert is_passing(look(fewer))
    assert not refused(*[99 - at * 6.0 for at in range(16)]).refusals_fall
    assert not refused(*[90, 60] * 8).refusals_fall
    assert refused(*[90, 60] * 4).refusals_fall


def test_after_a_change_they_have_a_quarter_of_an_hour_anew() -> None:
    moved = refused(*[90, 60] * 20, changed_at=NOON - timedelta(minutes=15))
    assert moved.refusals_fall
    assert not replace(moved, changed_at=NOON - timedelta(minutes=16)).refusals_fall


def test_a_change_that_does_not_show_yet_is_waited_for_three_minutes() -> None:
    changed = look(ages(100, 200, 300, changed_at=NOON - timedelta(minutes=2)))
    assert until(changed) == NOON + timedelta(minutes=1)
    assert until(look(ages(100, 200, changed_at=NOON - timedelta(minutes=3)))) is None


def test_a_spike_that_burst_credits_cover_is_passing() -> None:
    stays = Decision(TABLE, 40, 40, 40, BURST_COVERS)
    found = healing_of(look(), (stays,))
    assert found is not None
    assert (found.because, found.until) == (BURST_COVERS, NOON + CATCH_UP)
    assert healing_of(look(), (replace(stays, because=UNCHANGED),)) is None


def firing(name: str) -> Finding:
    rule = Rule(
        name, "racers", stream_metric("racers", "IncomingRecords", "Sum"), Comparison.ABOVE, 1.0,
        60, Severity.CRITICAL, MissingData.OK, "", "", "",
    )  # fmt: skip
    return Finding(rule, Verdict.FIRING, NOON, 2.0, "too much")


@pytest.mark.parametrize(
    ("name", "cause"),
    [("iterator-age-over-objective", Cause.HEALTHY), ("checkout-memory", Cause.UNKNOWN)],
    ids=["of a pack", "of the file"],
)
def test_what_is_passing_explains_the_rules_of_packs_alone(name: str, cause: Cause) -> None:
    seen = signals(a_pipeline(), *[Minute(age_seconds=age) for age in (200, 150, 100)])
    drains = look(seen, None, *diagnose(seen))
    assert is_passing(drains)
    held = held_against_rules(drains, [firing(name)])
    assert [each.cause for each in held.diagnoses] == [cause]
    assert held.signals.is_contradicted


@pytest.mark.parametrize(
    ("name", "minutes_late", "cause"),
    [
        ("iterator-age-over-objective", 40, Cause.CONSUMER_TOO_SLOW),
        ("iterator-age-over-objective", 5, Cause.HEALTHY),
        ("checkout-memory", 5, Cause.UNKNOWN),
    ],
    ids=["past its deadline", "in time", "another rule, in time"],
)
def test_past_its_deadline_what_keeps_a_backlog_from_draining_is_named(
    name: str, minutes_late: int, cause: Cause
) -> None:
    """All executions are busy, and nothing is at fault but that they are few."""
    ages = [580 - 8 * at for at in range(minutes_late)]
    busy = Minute(batch=100, seconds_per_batch=2.0)
    seen = signals(a_pipeline(), *[replace(busy, age_seconds=age) for age in ages])
    drains = look(seen, None, *diagnose(seen))
    assert [each.cause for each in drains.diagnoses] == [Cause.HEALTHY]
    held = held_against_rules(drains, [firing(name)])
    assert [each.cause for each in held.diagnoses] == [cause]


def test_what_is_well_is_not_passing() -> None:
    assert not is_passing(look(known=history(change(SHARDS, 2, 4, minutes_ago=1))))
