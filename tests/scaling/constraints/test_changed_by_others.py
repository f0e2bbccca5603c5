"""Only changes of the last hour, of levers that the file gives an owner, are told."""

from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.losses.account import FIVE_LINES, PIPELINES
from tidegate.pipeline_file import parse
from tidegate.rules.cause import LeverKind
from tidegate.scaling.constraints.changed_by_others import changed_by_others
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import SOMEONE_ELSE, History

LEVER = Lever.of(LeverKind.SHARD_COUNT, "orders")


@pytest.mark.parametrize(
    ("text", "minutes", "count"),
    [(PIPELINES, 5, 1), (PIPELINES, 61, 0), (FIVE_LINES, 5, 0)],
    ids=["owned", "long ago", "nobody's"],
)
def test_a_change_is_told_for_an_hour(text: str, minutes: int, count: int) -> None:
    (spec,) = parse(text, "pipelines.yaml").pipelines
    at = NOON - timedelta(minutes=minutes)
    change = ChangeRecord("1", "orders", LEVER, SOMEONE_ELSE, 4, 1, "", at, Outcome.DONE, at)
    assert len(changed_by_others(History((), (change,)), spec, NOON)) == count
