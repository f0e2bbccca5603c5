"""A role may read and change the tables that functions and applications of the file write to."""

from dataclasses import replace

from tests.builders import SPEC
from tests.flink_builders import FLINK_SPEC
from tidegate.scaling.config.specification import ApplicationSpec
from tidegate.scaling.kinds.dynamodb_table.access import table_permissions
from tidegate.scaling.model.permission import Arn, Permission


def test_tables_of_functions_and_of_applications_are_changed() -> None:
    counter = ApplicationSpec("counter", tables=["counts"])
    own, others = table_permissions([SPEC, replace(FLINK_SPEC, applications=[counter])])
    assert own.actions == ("dynamodb:DescribeTable", "dynamodb:UpdateTable")
    assert own.arns == (Arn("dynamodb", "table/scores"), Arn("dynamodb", "table/counts"))
    assert others == Permission(("application-autoscaling:DescribeScalableTargets",))


def test_a_file_without_tables_needs_nothing() -> None:
    assert list(table_permissions([FLINK_SPEC])) == []
