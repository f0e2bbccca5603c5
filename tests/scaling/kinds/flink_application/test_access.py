"""A role may read and change the applications of the file, and read metrics."""

from dataclasses import replace

import pytest

from tests.builders import SPEC
from tests.flink_builders import FLINK_SPEC
from tidegate.scaling.config.specification import ApplicationSpec
from tidegate.scaling.kinds.flink_application.access import application_permissions
from tidegate.scaling.model.permission import Arn, Permission


def test_applications_are_changed_where_the_file_names_them() -> None:
    own, metrics = application_permissions([SPEC, FLINK_SPEC], sweeps=True)
    assert own.arns == (Arn("kinesisanalytics", "application/counter"),)
    assert "kinesisanalytics:UpdateApplication" in own.actions
    assert {each.partition(":")[2][:4] for each in own.actions} == {"Desc", "List", "Upda"}
    assert metrics == Permission(("cloudwatch:GetMetricData", "cloudwatch:ListMetrics"))


@pytest.mark.parametrize(("sweeps", "allowed"), [(True, True), (True, False), (False, True)])
def test_an_application_is_started_by_sweeps_alone_where_the_file_says_so(
    sweeps: bool, allowed: bool
) -> None:
    entry = replace(FLINK_SPEC.applications[0], start_again_after_failed_update=allowed)
    spec = replace(FLINK_SPEC, applications=[entry, ApplicationSpec("another")])
    found = application_permissions([spec], sweeps=sweeps)
    start = [each for each in found if "kinesisanalytics:StartApplication" in each.actions]
    of_counter = Permission(
        ("kinesisanalytics:StartApplication",), (Arn("kinesisanalytics", "application/counter"),)
    )
    assert start == [of_counter] * (sweeps and allowed)


def test_a_file_without_applications_needs_nothing() -> None:
    assert list(application_permissions([SPEC], sweeps=True)) == []
