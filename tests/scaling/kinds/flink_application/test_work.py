"""What a job has to do when it can next be changed, and what drains it."""

from dataclasses import replace

import pytest

from tests.builders import newest
from tests.flink_builders import FLINK_SPEC, a_flink_pipeline, an_application, job_signals
from tests.looks import a_look
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.kinds.flink_application.sizing import JobModel
from tidegate.scaling.kinds.flink_application.work import Work, catch_up, work_ahead

MODEL = JobModel(an_application(2), 1000.0, 60.0)


@pytest.mark.parametrize(("restart", "reread"), [(60.0, 0.0), (40.0, 20.0), (0.0, 60.0)])
def test_what_comes_in_and_is_read_again_by_a_restart_is_drained_with_the_backlog(
    restart: float, reread: float
) -> None:
    model = replace(MODEL, restart_seconds=restart, reread_seconds=reread)
    found = catch_up(model, Work(1000, 1000, 30_000), in_file(FLINK_SPEC))
    assert found == pytest.approx((1000 + (30_000 + 60_000) / 300) / (1000 * 0.95))


def test_the_work_ahead_is_the_load_with_its_growth_and_what_waits() -> None:
    seen = job_signals(a_flink_pipeline(an_application(2)))
    look = a_look(seen, (), FLINK_SPEC)
    assert work_ahead(look, MODEL) == Work(1000, 1000, 0)
    ramp = newest(seen, incoming_records=[60_000 + 1200.0 * at for at in range(7)])
    found = work_ahead(replace(look, signals=ramp), MODEL)
    assert (found.now, found.records_per_second) == (1120, pytest.approx(1120 + 20 / 60 * 420))


def grown(*changes: tuple[int, float]) -> float:
    """The records a second to come of a load of 1,000 that changed by so many a minute, a stretch
    of minutes after the other."""
    rates = [1000.0]
    for minutes, change in changes:
        rates += [rates[-1] + change * at for at in range(1, minutes + 1)]
    seen = job_signals(a_flink_pipeline(an_application(2)))
    seen = newest(seen, incoming_records=[60 * each for each in rates])
    work = work_ahead(a_look(seen, (), FLINK_SPEC), MODEL)
    return work.records_per_second - work.now


def test_a_growth_is_taken_to_last_as_long_again_as_it_has() -> None:
    for minutes in (20, 40, 80):
        assert grown((89 - minutes, 0), (minutes, 10.0)) == pytest.approx(10.0 * minutes, rel=0.1)


def test_a_growth_that_is_over_is_not_taken_to_last() -> None:
    assert grown((60, 10.0), (29, 0)) == 0
    assert grown((80, 0), (1, 900.0), (8, 0)) == 0
    assert grown((60, 0), (1, 900.0), (28, 0)) == 0
    assert grown((80, 0), (1, 900.0), (4, 0), (1, -900.0), (3, 0)) == 0
    assert grown((89, 0.1)) == 0
    assert grown((89, -5.0)) == 0
