"""A raise behind a keyBy goes as far as its busiest subtask has fewer key groups, where it is known
how many there are: between, more subtasks do nothing for it."""

from dataclasses import replace

import pytest

from tests.builders import NOON
from tests.flink_builders import (
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
)
from tests.looks import a_look
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.config.specification import ApplicationSpec, Objective
from tidegate.scaling.kinds.flink_application.recommendations import application_recommendations
from tidegate.scaling.model.history import History

SOURCE, KEYED, SINK = "Source:_clicks", "Count", "Sink:_scores"
FULL = (1000.0, 1000.0, 0.0)


def behind(parallelism: int, slow: str, records_per_second: float, **of: int) -> Signals:
    """Of subtasks that do 500 records/s each; one task of three is slow."""
    tasks = dict.fromkeys((SOURCE, KEYED, SINK), (90.0, 110.0, 0.0)) | {slow: FULL}
    application = an_application(parallelism, tasks=tuple(tasks), **of)
    minute = JobMinute(
        records_per_second, 500.0 * parallelism, cpu_percent=95.0, hottest_cpu_percent=95.0,
        tasks=tasks,
    )  # fmt: skip
    late = [replace(minute, behind_seconds=20.0 * at) for at in range(1, 13)]
    return job_signals(a_flink_pipeline(application, shards=parallelism), *late)


def raised_to(of: Signals, max_parallelism: int | None = None) -> int:
    """Where the backlog may take an hour to drain."""
    spec = replace(
        FLINK_SPEC,
        objective=Objective(catch_up_seconds=3600),
        applications=[ApplicationSpec("counter", max_parallelism=max_parallelism)],
    )
    look = a_look(of, diagnose(of), spec, History(()), NOON)
    _, parallelism = application_recommendations(look)
    return parallelism.wanted


@pytest.mark.parametrize(
    ("parallelism", "records_per_second", "groups"), [(8, 4200, 16), (12, 6100, 24), (10, 5100, 20)]
)
def test_the_busiest_subtask_gets_fewer_key_groups_by_one_restart(
    parallelism: int, records_per_second: float, groups: int
) -> None:
    of = behind(parallelism, KEYED, records_per_second)
    assert parallelism < raised_to(of) < groups
    assert raised_to(of, groups) == groups
    named = behind(parallelism, KEYED, records_per_second, max_parallelism=groups)
    assert raised_to(named) == groups


def test_many_key_groups_are_spread_well_enough_by_any_parallelism() -> None:
    of = behind(8, KEYED, 4200)
    assert raised_to(of, 4000) == raised_to(of)


def test_what_reads_the_source_has_no_key_groups() -> None:
    of = behind(8, SOURCE, 4200)
    assert raised_to(of, 16) == raised_to(of) < 16
