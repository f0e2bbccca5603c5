"""Who stopped an application is told from what the service says was done to it."""

from datetime import timedelta

import pytest

from tests.losses.account import Account
from tests.losses.test_flink import (
    ABOVE_8,
    FILE,
    NO_ADDRESS,
    PARALLELISM,
    PER_KPU,
    Application,
)
from tidegate.rules.cause import Cause
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome

ROLLBACK_OFF = {"ApplicationSystemRollbackConfigurationDescription": {"RollbackEnabled": False}}


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("updates", "hours_ago", "is_rolled_back", "health"),
    [
        ([ABOVE_8], 3, True, "unknown"),
        ([None, NO_ADDRESS], 0.5, True, "unknown"),
        ([NO_ADDRESS], None, True, "sick"),
        ([NO_ADDRESS], 21, True, "sick"),
        ([NO_ADDRESS], 3, False, "sick"),
    ],
    ids=[
        "by a person, after it ran again", "likewise", "by the update", "started anew since",
        "by an update that is not rolled back",
    ],
)  # fmt: skip
def test_a_job_that_was_rolled_back_and_then_stopped_by_a_person_is_no_incident(
    account: Account,
    updates: list[str | None],
    hours_ago: float | None,
    is_rolled_back: bool,
    health: str,
) -> None:
    application = Application(account, status="READY", updates=updates, stopped_hours_ago=hours_ago)
    if not is_rolled_back:
        application.settings = ROLLBACK_OFF
    told = account.swept(FILE)["pipelines"][0]
    assert told["health"] == health
    causes = [each["cause"] for each in told["diagnoses"]]
    assert (str(Cause.APPLICATION_STOPPED.value) in causes) is (health == "sick")


@pytest.mark.parametrize(
    ("lever", "before", "after"), [(PARALLELISM, 4, 8), (PARALLELISM, 16, 8), (PER_KPU, 2, 1)]
)
@pytest.mark.parametrize(
    ("begun_hours_ago", "is_named"), [(20, True), (20 + 1 / 60, True), (21, False), (80, False)]
)
def test_the_job_ran_with_what_tidegate_changed_before_the_update_that_failed(
    account: Account,
    lever: Lever,
    before: int,
    after: int,
    begun_hours_ago: float,
    is_named: bool,
) -> None:
    """Of other code, say: to set the lever back would not start it."""
    Application(account, 8, status="READY", updates=[NO_ADDRESS])
    ledger = SqliteLedger(str(account.folder / "ledger.sqlite"))
    begun = account.minute - timedelta(hours=begun_hours_ago)
    operation = "kinesisanalytics:UpdateApplication"
    change_record = ChangeRecord("e", "clicks", lever, operation, before, after, "", begun)
    assert ledger.begin(change_record)
    ledger.complete("e", Outcome.DONE, begun, None)
    ledger.close()
    told = account.swept(FILE)["pipelines"][0]
    assert told["diagnoses"][0]["cause"] == "application-stopped"
    named = [each for each in told["advice"] if "last update by Tidegate" in each]
    assert bool(named) is is_named
