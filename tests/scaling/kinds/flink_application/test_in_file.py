"""What the file says of one application."""

from dataclasses import replace

from tests.flink_builders import FLINK_SPEC
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import ApplicationSpec
from tidegate.scaling.kinds.flink_application.in_file import ends_autoscaling, entry_of
from tidegate.scaling.model.in_file import NOTHING_SAID

ENDS = ApplicationSpec("sorter", service_autoscaling="off")
SAID = in_file(replace(FLINK_SPEC, applications=[ApplicationSpec("counter"), ENDS]))


def test_an_application_is_found_by_its_name() -> None:
    assert entry_of(SAID, "sorter") == ENDS
    assert entry_of(SAID, "another") is None
    assert entry_of(NOTHING_SAID, "sorter") is None


def test_the_services_autoscaling_ends_only_where_the_file_wants_it_off() -> None:
    assert ends_autoscaling(SAID, "sorter")
    assert not ends_autoscaling(SAID, "counter")
    assert not ends_autoscaling(NOTHING_SAID, "sorter")
