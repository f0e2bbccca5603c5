import pytest

from tidegate.scaling.config.specification import NoticeSpec, PipelineSpec
from tidegate.scaling.model.notification import Destination
from tidegate.scaling.notify.destinations import destinations

SNS, OPS_ITEM, EVENT_BUS = Destination


@pytest.mark.parametrize(
    ("notices", "found"),
    [
        (NoticeSpec(), []),
        (NoticeSpec("arn"), [SNS]),
        (NoticeSpec(ops_items=True), [OPS_ITEM]),
        (NoticeSpec(event_bus="default"), [EVENT_BUS]),
        (NoticeSpec("arn", True, "default"), [SNS, OPS_ITEM, EVENT_BUS]),
    ],
    ids=["none", "topic", "ops-item", "bus", "all"],
)
def test_notifications_go_where_the_file_says_and_nowhere_else(
    notices: NoticeSpec, found: list[Destination]
) -> None:
    assert list(destinations(PipelineSpec("race", notices=notices))) == found
