"""Which changes of the shards a function's tumbling windows allow."""

from dataclasses import replace

import pytest

from tests.builders import SPEC, a_pipeline, with_mapping
from tidegate.rules.kinds.lambda_mapping.state import Reading
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import ClosingWindows
from tidegate.scaling.kinds.kinesis_stream import words
from tidegate.scaling.kinds.kinesis_stream.tumbling_windows import closed_windows
from tidegate.scaling.model.in_file import NOTHING_SAID
from tidegate.scaling.model.plan import Prohibition

WINDOWED = with_mapping(a_pipeline(), reading=Reading(tumbling_window_seconds=60))


@pytest.mark.parametrize(
    ("consent", "out", "in_"),
    [("never", False, False), ("scale-out", True, False), ("always", True, True)],
)
def test_each_way_is_allowed_as_the_file_says(
    consent: ClosingWindows, out: bool, in_: bool
) -> None:
    consumers = [replace(SPEC.consumers[0], closing_windows=consent)]
    said = in_file(replace(SPEC, consumers=consumers))
    prohibited = Prohibition(words.CLOSES_WINDOWS(window=60, name="scorer", consent=consent))
    for is_scale_out, is_allowed in ((True, out), (False, in_)):
        found = list(closed_windows(WINDOWED, said, is_scale_out=is_scale_out))
        assert found == [prohibited] * (not is_allowed)
        assert list(closed_windows(a_pipeline(), said, is_scale_out=is_scale_out)) == []


def test_where_no_file_says_anything_it_is_scaled_out_alone() -> None:
    assert list(closed_windows(WINDOWED, NOTHING_SAID, is_scale_out=True)) == []
    assert len(list(closed_windows(WINDOWED, NOTHING_SAID, is_scale_out=False))) == 1
