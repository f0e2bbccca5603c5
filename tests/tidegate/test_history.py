"""The history of a pipeline has what was done to its resources under other names."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.builders import NOON, SPEC
from tests.scaling.kinds.toy import CONSUMERS, TOY
from tidegate.history import tell
from tidegate.rules.cause import LeverKind
from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
RETENTION = Lever.of(LeverKind.RETENTION_HOURS, "racers")
SINCE = NOON - timedelta(hours=1)


def changed(lever: Lever, pipeline: str) -> ChangeRecord:
    name = f"{pipeline}/{lever}"
    return ChangeRecord(name, pipeline, lever, "a:Call", 1, 2, "asked", NOON, Outcome.DONE)


@pytest.fixture
def ledger() -> Iterator[SqliteLedger]:
    kept = SqliteLedger(":memory:")
    for each in (
        changed(RETENTION, "race"), changed(SHARDS, "reshard"), changed(RETENTION, "other"),
        changed(CONSUMERS, "by hand"),
    ):  # fmt: skip
        kept.begin(each)
    yield kept
    kept.close()


def test_shards_that_a_command_changed_are_told_where_the_file_names_the_stream(
    ledger: SqliteLedger,
) -> None:
    told = tell(ledger, "race", SPEC, SINCE)
    assert {each.pipeline for each in told.change_records} == {"race", "reshard"}
    assert {each.pipeline for each in tell(ledger, "race", None, SINCE).change_records} == {"race"}


def test_a_kind_that_is_passed_in_says_which_levers_others_change_too(
    ledger: SqliteLedger,
) -> None:
    told = tell(ledger, "race", SPEC, SINCE, [TOY, *TYPES])
    assert {each.pipeline for each in told.change_records} == {"race", "reshard", "by hand"}
