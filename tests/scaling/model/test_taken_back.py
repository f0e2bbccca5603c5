"""What was taken back since it did not help is not raised again for the same load."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Samples, newest
from tests.change_records import change, history
from tests.raised import late
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.kinds.dynamodb_table.raises import units_in_vain
from tidegate.scaling.model.change_record import TAKEN_BACK, ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.raises import Raises

FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
UNITS = Lever.of(LeverKind.WRITE_CAPACITY, "scores")


def back(lever: Lever, before: int, after: int, minutes_ago: float) -> ChangeRecord:
    made = change(lever, before, after, minutes_ago=minutes_ago)
    return replace(made, entry_id=f"{made.entry_id}{TAKEN_BACK}")


def past(lever: Lever, to: int, minutes_ago: float, lasted: float = 10) -> History:
    """A raise that was taken back after ten minutes, to what there is now."""
    raised = change(lever, to, 2 * to, minutes_ago=minutes_ago)
    return history(raised, back(lever, 2 * to, to, minutes_ago - lasted))


def held(of: Signals, known: History) -> list[Reason]:
    raises = Raises(of, known, NOON, current_capacities(of.pipeline))
    return list(raises.of_executions(FACTOR, SHARDS))


def with_past(of: Signals, records_per_second: float, since: float | None = None) -> Signals:
    metric = replace(of.series.source.incoming_records.metric, period_seconds=300)
    day = (records_per_second * 300,) * 288
    of = replace(of, load_history=Window(metric, NOON - timedelta(days=1), day))
    return of if since is None else newest(of, incoming_records=[since * 60] * 90)


@pytest.mark.parametrize("lever", [FACTOR, SHARDS], ids=str)
@pytest.mark.parametrize("minutes_ago", [15, 40, 88])
def test_executions_that_were_taken_back_are_judged_by_the_minutes_that_they_were_there(
    lever: Lever, minutes_ago: int
) -> None:
    (reason,) = held(late(), past(lever, 4, minutes_ago))
    assert "100 records/s read before and 100 after the increase" in str(reason)


def test_one_that_is_lowered_for_another_reason_is_no_longer_judged() -> None:
    lowered = history(change(FACTOR, 4, 8, minutes_ago=40), change(FACTOR, 8, 4, minutes_ago=30))
    assert held(late(), lowered) == []


@pytest.mark.parametrize("minutes_ago", [100, 300, 23 * 60])
def test_when_the_windows_have_forgotten_it_the_loads_history_tells_whether_it_is_the_same(
    minutes_ago: int,
) -> None:
    known = past(FACTOR, 4, minutes_ago)
    (reason,) = held(with_past(late(), 100), known)
    assert "did not help and was taken back; the next increase is allowed for a larger load" in (
        str(reason)
    )
    assert held(with_past(late(), 100, 111), known) == []
    assert len(held(with_past(late(), 100, 109), known)) == 1


def test_on_the_next_day_it_is_tried_again() -> None:
    assert held(with_past(late(), 100), past(FACTOR, 4, 24 * 60)) == []


@pytest.mark.parametrize(("minutes_ago", "is_held"), [(89, True), (100, False)])
def test_where_no_history_tells_it_is_tried_again_ever_later(
    minutes_ago: int, is_held: bool
) -> None:
    assert bool(held(late(), past(FACTOR, 4, minutes_ago))) is is_held


@pytest.mark.parametrize(
    ("since", "is_held"),
    [(100, True), (104, True), (106, False), (96, True), (94, False)],
)
@pytest.mark.parametrize("minutes_ago", [40, 100])
def test_a_quarter_of_an_hour_of_other_reads_is_another_limit(
    minutes_ago: int, since: float, is_held: bool
) -> None:
    of = newest(with_past(late(), 100), read_records=[6000] * 74 + [since * 60] * 16)
    assert bool(held(of, past(FACTOR, 4, minutes_ago))) is is_held


def test_reads_that_only_return_to_what_they_were_before_the_raise_are_none() -> None:
    """It made them fewer: so many calls are more than the service takes."""
    read: Samples = [6000.0] * 50 + [4800.0] * 11 + [6000.0] * 29
    assert len(held(newest(late(), read_records=read), past(FACTOR, 4, 40))) == 1


def test_an_age_that_was_well_since_is_another_incident() -> None:
    ages: Samples = [1000.0] * 20 + [900_000 + 60_000.0 * at for at in range(10)]
    of = newest(late(), iterator_age_milliseconds=ages)
    assert held(of, past(FACTOR, 4, 40)) == []
    assert held(with_past(of, 100), past(FACTOR, 4, 100)) == []


def test_what_may_not_have_been_taken_back_is_judged_as_it_stands() -> None:
    failed = replace(back(FACTOR, 8, 4, 30), outcome=Outcome.FAILED)
    made = change(FACTOR, 2, 4, minutes_ago=40)
    assert len(held(late(), history(made, failed))) == 1


def test_what_was_lowered_further_since_is_not_judged() -> None:
    made = history(change(FACTOR, 5, 8, minutes_ago=40), back(FACTOR, 8, 5, 30))
    assert held(late(), made) == []


@pytest.mark.parametrize(
    ("minutes_ago", "load", "consumed", "is_held"),
    [
        (40, 100, 100, True),
        (100, 100, 100, True),
        (100, 50, 100, False),
        (100, 100, 120, False),
        (24 * 60, 100, 100, False),
    ],
    ids=["shown", "forgotten", "grown since", "more is consumed", "a day ago"],
)
def test_units_too(minutes_ago: int, load: float, consumed: float, is_held: bool) -> None:
    samples: Samples = [6000.0] * 74 + [consumed * 60] * 16
    of = newest(with_past(late(), load), "scores", consumed_write_units=samples)
    raises = Raises(of, past(UNITS, 400, minutes_ago), NOON, current_capacities(of.pipeline))
    assert bool(list(units_in_vain(raises, UNITS))) is is_held
