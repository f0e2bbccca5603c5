"""An application is shown to read by how far it says it is behind."""

from tests.builders import newest
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
