"""A role may read and change the applications of the file, and read metrics."""

from tests.builders import SPEC
from tests.flink_builders import FLINK_SPEC
from tidegate.scaling.kinds.flink_application.access import application_permissions
from tidegate.scaling.model.permission import Arn, Permission


def test_applications_are_changed_where_the_file_names_them() -> None:
    own, metrics = application_permissions([SPEC, FLINK_SPEC])
    assert own.arns == (Arn("kinesisanalytics", "application/counter"),)
    assert "kinesisanalytics:UpdateApplication" in own.actions
    assert {each.partition(":")[2][:4] for each in own.actions} == {"Desc", "List", "Upda"}
    assert metrics == Permission(("cloudwatch:GetMetricData", "cloudwatch:ListMetrics"))


def test_a_file_without_applications_needs_nothing() -> None:
    assert list(application_permissions([SPEC])) == []
