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
