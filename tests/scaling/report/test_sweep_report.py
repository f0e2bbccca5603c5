import pytest

from tests.builders import NOON, a_pipeline
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.scaling.model.errors import TidegateError
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.snapshot import Held
from tidegate.scaling.report.sweep_report import PipelineReport, Unreached


def test_what_was_held_is_also_there_as_sentences() -> None:
    held = tuple(Held("shard_count of racers", True, (), words) for words in ("first", "second"))
    report = PipelineReport("race", NOON, Health.SICK, a_pipeline(), {}, (), (), (), (), (), held)
    assert report.held_back == ("first", "second")


@pytest.mark.parametrize(
    ("health", "cause", "expected"),
    [
        (Health.HEALTHY, Cause.HEALTHY, "healthy"),
        (Health.HEALING, Cause.HEALTHY, "healing"),
        (Health.SICK, Cause.HEALTHY, "sick"),
        (Health.HEALING, Cause.TABLE_THROTTLED, "table-throttled"),
        (Health.HEALTHY, Cause.OVERSIZED, "oversized"),
    ],
)
def test_where_no_cause_is_found_the_word_is_the_pipelines_health(
    health: Health, cause: Cause, expected: str
) -> None:
    found = Diagnosis(cause, "race", ())
    report = PipelineReport("race", NOON, health, a_pipeline(), {}, (), (found,), (), (), (), ())
    assert report.word_for(found) == expected


def test_why_a_pipeline_was_not_reached_is_its_error_in_words() -> None:
    assert Unreached("race", TidegateError("the ledger is busy")).reason == "the ledger is busy"
