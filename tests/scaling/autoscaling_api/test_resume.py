"""Which suspended scalable targets are resumed, and when."""

from collections.abc import Iterable
from datetime import timedelta

from tests.builders import NOON
from tidegate.scaling.autoscaling_api.resume import resume_ended
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.errors import Denied
from tidegate.scaling.model.pause import Pause

HOUR = timedelta(hours=1)
OWN = Pause(NOON + HOUR, "incident 7", "race", suspended=("shards", "units"))
ALL = Pause(NOON + 2 * HOUR, "incident 8", suspended=("units",))


def resumed(ledger: SqliteLedger, hours: int) -> list[str]:
    found: list[str] = []
    assert resume_ended(ledger, found.extend, NOON + hours * HOUR) == ()
    return found


def test_each_target_is_resumed_once_after_the_last_pause_that_suspended_it() -> None:
    ledger = SqliteLedger(":memory:")
    ledger.keep_pause(OWN)
    ledger.keep_pause(ALL)
    assert [resumed(ledger, hours) for hours in (0, 1, 1, 2, 3)] == [
        [], ["shards"], [], ["units"], [],
    ]  # fmt: skip


def test_what_can_not_be_resumed_is_kept_and_stops_no_other() -> None:
    ledger = SqliteLedger(":memory:")
    ledger.keep_pause(OWN)
    ledger.keep_pause(ALL)
    asked: list[str] = []

    def denied(resource_ids: Iterable[str]) -> None:
        asked.extend(resource_ids)
        raise Denied("application-autoscaling:RegisterScalableTarget", "a stage", "no")

    failures = resume_ended(ledger, denied, NOON + 2 * HOUR)
    assert [type(each.error) for each in failures] == [Denied, Denied]
    assert sorted(asked) == ["shards", "units", "units"]
    assert set(ledger.pauses()) == {OWN, ALL}


def test_a_pause_that_was_begun_anew_meanwhile_stays() -> None:
    ledger = SqliteLedger(":memory:")
    ledger.keep_pause(OWN)
    anew = Pause(NOON + 5 * HOUR, "again", "race", suspended=("shards",))
    assert resume_ended(ledger, lambda _: ledger.keep_pause(anew), NOON + HOUR) == ()
    assert ledger.pauses() == (anew,)
