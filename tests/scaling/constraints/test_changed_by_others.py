"""Only changes of the last hour, of levers that the file gives an owner, are told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, SPEC, a_pipeline, signals
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.constraints.changed_by_others import changed_by_others
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import SOMEONE_ELSE, History

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
UNITS = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
NOBODYS = replace(SPEC, levers=replace(SPEC.levers, shard_count=None))


def told(spec: PipelineSpec, lever: Lever, *minutes_ago: float) -> tuple[str, ...]:
    """Of a lever that someone else set from 4 to 1, so many minutes ago each time."""
    moments = [NOON - timedelta(minutes=ago) for ago in minutes_ago]
    changes = [
        ChangeRecord(f"{at}", "race", lever, SOMEONE_ELSE, 4, 1, "", at, Outcome.DONE, at)
        for at in moments
    ]
    look = a_look(signals(a_pipeline()), spec=spec, history=History((), tuple(changes)))
    return changed_by_others(look, spec, NOON)


@pytest.mark.parametrize(
    ("spec", "minutes", "count"),
    [(SPEC, 5, 1), (SPEC, 61, 0), (NOBODYS, 5, 0)],
    ids=["owned", "long ago", "nobody's"],
)
def test_a_change_is_told_for_an_hour(spec: PipelineSpec, minutes: int, count: int) -> None:
    assert len(told(spec, SHARDS, minutes)) == count


def test_of_shards_that_have_a_second_owner_more_is_told_than_the_newest_change() -> None:
    assert told(SPEC, SHARDS, 30, 5) == ()
    assert len(told(SPEC, UNITS, 30, 5)) == 1
