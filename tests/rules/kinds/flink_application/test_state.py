"""What follows from what is configured of an application alone."""

import pytest

from tests.flink_builders import ARN, an_application
from tidegate.rules.kinds.flink_application.state import CHANGING, FlinkApplication


@pytest.mark.parametrize(
    ("parallelism", "per_kpu", "kpus"), [(1, 1, 1), (8, 1, 8), (8, 4, 2), (9, 4, 3), (1, 8, 1)]
)
def test_a_kpu_that_is_begun_is_a_kpu(parallelism: int, per_kpu: int, kpus: int) -> None:
    assert an_application(parallelism, parallelism_per_kpu=per_kpu).kpus == kpus


@pytest.mark.parametrize(
    ("status", "is_running", "is_changing"),
    [
        ("RUNNING", True, False),
        *((status, False, True) for status in CHANGING),
        *((status, False, False) for status in ("READY", "DELETING", "ROLLED_BACK")),
    ],
)
def test_an_application_runs_is_changing_or_waits_for_a_person(
    status: str, is_running: bool, is_changing: bool
) -> None:
    application = an_application(status=status)
    assert (application.is_running, application.is_changing) == (is_running, is_changing)


@pytest.mark.parametrize(
    ("runtime", "is_flink_2"), [("FLINK-1_20", False), ("FLINK-2_2", True), ("SQL-1_0", False)]
)
def test_names_of_metrics_follow_flinks_major_version(runtime: str, is_flink_2: bool) -> None:
    assert an_application(runtime=runtime).is_flink_2 is is_flink_2


def test_an_application_without_settings_has_the_services_defaults() -> None:
    application = FlinkApplication("counter", ARN, "RUNNING", "token", 2, 2)
    assert (
        application.parallelism_per_kpu, application.checkpoint_interval_milliseconds,
        application.kpus_max, application.autoscaling_enabled, application.snapshots_enabled,
        application.rollback_enabled,
    ) == (1, 60_000, 64, False, True, False)  # fmt: skip
