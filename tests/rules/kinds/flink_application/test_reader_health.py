"""An application is shown to read by how far it says it is behind."""

import pytest

from tests.builders import Samples, newest
from tests.flink_builders import JobMinute, a_flink_pipeline, job_signals
from tidegate.rules.cause import Cause
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.flow import Grade
from tidegate.rules.kinds.flink_application.reader_health import reader_health
from tidegate.rules.kinds.flink_application.state import applications_of

SEEN = job_signals(a_flink_pipeline(), JobMinute())
(APPLICATION,) = applications_of(SEEN.pipeline)


def test_one_that_tells_its_age_is_inferred_with_what_came_in() -> None:
    found = reader_health(newest(SEEN, "counter", behind_milliseconds=[2000.0]), APPLICATION)
    assert (found.name, found.grade) == ("counter", Grade.INFERRED)
    assert str(found.evidence) == "inferred for counter: it reads, and is 2 s behind"
    assert dict(found.evidence.numbers)["behind_seconds"] == 2
    assert (found.flow.seconds, found.flow.read) == (600, None)
    assert found.flow.incoming == SEEN.series.source.incoming_records.last(600).total > 0


def test_one_that_is_silent_for_ten_minutes_is_not_called_healthy() -> None:
    for minutes, grade in ((9, Grade.INFERRED), (10, None)):
        silent = newest(SEEN, "counter", behind_milliseconds=[None] * minutes)
        assert reader_health(silent, APPLICATION).grade is grade
    assert [each.cause for each in diagnose(silent)] == [Cause.UNKNOWN]


def test_where_no_arrivals_are_told_none_are_said() -> None:
    silent = newest(SEEN, incoming_records=[None] * 90)
    assert reader_health(silent, APPLICATION).flow.incoming is None


@pytest.mark.parametrize(
    ("job", "keeps_up"),
    [
        ({}, True),
        ({"records_per_second": [3000] * 90}, True),
        ({"records_per_second": [3000] * 87 + [2250] * 3}, False),
        ({"records_per_second": [3000] * 87 + [3000, 2250, 3000]}, False),
        ({"records_per_second": [1000, None, 1000]}, False),
        ({"records_per_second": [None] * 78 + [1000] * 12}, False),
        ({"behind_milliseconds": [60_001]}, False),
        ({"behind_milliseconds": [60_000]}, True),
    ],
    ids=["as it did", "counted by three operators", "one subtask of four stands still",
         "for a minute", "not told", "too new to know", "late", "at the tip"],
)  # fmt: skip
def test_one_keeps_up_that_reads_as_much_of_what_comes_in_as_it_did_and_is_not_late(
    job: dict[str, Samples], keeps_up: bool
) -> None:
    """Whatever the age of the stream is, which may be another reader's."""
    told = job_signals(a_flink_pipeline(), *[JobMinute()] * 90)
    late = newest(told, iterator_age_milliseconds=[60_000, 90_000, 120_000])
    assert reader_health(newest(late, "counter", **job), APPLICATION).keeps_up is keeps_up
