"""Whose update failed is told by when it began; a start after a failure is no update."""

from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.flink_builders import an_application
from tests.scaling.kinds.flink_application.test_start_again import OURS, PARALLELISM, record
from tidegate.scaling.kinds.flink_application.actions import START_APPLICATION
from tidegate.scaling.kinds.flink_application.stopped_by import (
    BEGUN_AFTER,
    last_update,
    made_the_failed_one,
)
from tidegate.scaling.model.history import History


def test_a_start_is_no_update() -> None:
    history = History((OURS, record(START_APPLICATION, 8, 4, 3)))
    assert last_update(history, PARALLELISM) == OURS
    assert last_update(History(()), PARALLELISM) is None


@pytest.mark.parametrize(
    ("after", "is_it"),
    [(timedelta(0), True), (BEGUN_AFTER, True), (BEGUN_AFTER + timedelta(seconds=1), False)],
)
def test_an_update_that_began_well_after_ours_is_somebody_elses(
    after: timedelta, is_it: bool
) -> None:
    failed = an_application(8, failed_at=OURS.begun_at + after)
    assert made_the_failed_one(OURS, failed) is is_it
    assert OURS.begun_at == NOON - timedelta(minutes=5)
