"""The rows of a dashboard are those of the pipeline's kinds of resource, upstream first."""

from tests.builders import SPEC, a_pipeline, of_types
from tests.scaling.kinds.toy import TOY
from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.model.dashboard_row import Limit
from tidegate.scaling.observability.pipeline_rows import rows


def test_rows_stand_upstream_first() -> None:
    titles = [row.title for row in rows(a_pipeline(), SPEC)]
    assert titles == ["Stream racers", "Function scorer", "Table scores"]


def test_a_kind_that_is_passed_in_has_its_row_and_its_limit() -> None:
    *_, queue = rows(of_types(a_pipeline(), TOY, *TYPES), SPEC)
    assert (queue.title, queue.text) == ("Queue orders", "3 consumers.")
    assert queue.graphs[0].limits == (Limit("consumers", 150),)
