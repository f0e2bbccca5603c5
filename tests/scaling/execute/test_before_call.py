"""An intention is carried out soon after it was written, or not at all."""

from datetime import UTC, datetime, timedelta

import pytest

from tidegate.rules.cause import LeverKind
from tidegate.scaling.aws.clients import PATIENT
from tidegate.scaling.execute.before_call import CALL_WITHIN, is_recent, why_not_called
from tidegate.scaling.execute.settle import ABANDONED
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def intention(kind: LeverKind = LeverKind.WRITE_CAPACITY) -> ChangeRecord:
    return ChangeRecord(
        kind.value, "orders", Lever.of(kind, "orders"), "dynamodb:UpdateTable", 20, 900, "test", NOW
    )


BOTH = (intention(), intention(LeverKind.READ_CAPACITY))


def refusal(ledger: SqliteLedger, now: datetime = NOW + SECOND) -> str | None:
    found = why_not_called(BOTH, ledger, lambda: now)
    return None if found is None else found[0]


@pytest.fixture
def ledger() -> SqliteLedger:
    made = SqliteLedger(":memory:")
    assert made.begin(*BOTH)
    return made


def test_what_was_just_written_is_carried_out(ledger: SqliteLedger) -> None:
    assert refusal(ledger) is None
    assert refusal(ledger, NOW + CALL_WITHIN) is None


def test_after_a_suspension_nothing_is(ledger: SqliteLedger) -> None:
    assert refusal(ledger, NOW + CALL_WITHIN + SECOND) == "suspended"


def test_a_clock_that_was_set_back_does_not_tell_how_long_it_took(ledger: SqliteLedger) -> None:
    assert refusal(ledger, NOW - SECOND) == "suspended"


@pytest.mark.parametrize("settled", BOTH, ids=lambda each: each.lever.kind_word)
@pytest.mark.parametrize("outcome", [Outcome.SUPERSEDED, Outcome.UNKNOWN, Outcome.DONE])
def test_what_another_run_has_settled_is_not_carried_out(
    ledger: SqliteLedger, settled: ChangeRecord, outcome: Outcome
) -> None:
    """Its clock is ahead of ours, so that our intention was old for it at once."""
    ledger.complete(settled.entry_id, outcome, NOW, None)
    assert refusal(ledger) == "changed-since"


@pytest.mark.parametrize(
    ("passed", "found"),
    [(-SECOND, False), (timedelta(0), True), (2 * SECOND, True), (3 * SECOND, False)],
    ids=str,
)
def test_recent_is_from_the_moment_to_its_limit(passed: timedelta, found: bool) -> None:
    assert is_recent(NOW, NOW + passed, 2 * SECOND) is found


def test_a_call_is_over_before_another_run_takes_it_as_never_made() -> None:
    tried_once = timedelta(seconds=PATIENT.connect_seconds + PATIENT.read_seconds)
    look_and_call = 2 * tried_once
    assert CALL_WITHIN + look_and_call < ABANDONED
