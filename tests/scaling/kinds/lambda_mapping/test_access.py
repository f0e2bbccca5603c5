"""A role may read the functions of the file, and change the mappings of these alone."""

from tests.builders import SPEC
from tests.flink_builders import FLINK_SPEC
from tidegate.scaling.kinds.lambda_mapping.access import mapping_permissions
from tidegate.scaling.model.permission import Arn


def test_mappings_are_changed_of_the_functions_in_the_file_and_their_versions_alone() -> None:
    described, _, changed = mapping_permissions([SPEC, SPEC])
    assert described.arns == (Arn("lambda", "function:scorer"),)
    assert changed.actions == ("lambda:UpdateEventSourceMapping",)
    assert changed.arns == (Arn("lambda", "event-source-mapping:*"),)
    assert changed.only_for_key == "lambda:FunctionArn"
    assert changed.only_for == (
        Arn("lambda", "function:scorer"), Arn("lambda", "function:scorer:*"),
    )  # fmt: skip


def test_what_is_allowed_on_everything_changes_nothing() -> None:
    everywhere = [each for each in mapping_permissions([SPEC]) if not each.arns]
    calls = [call.partition(":")[2] for each in everywhere for call in each.actions]
    assert calls == ["GetAccountSettings", "ListEventSourceMappings"]


def test_a_file_without_functions_needs_nothing() -> None:
    assert list(mapping_permissions([FLINK_SPEC])) == []
