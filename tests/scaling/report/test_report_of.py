"""What a sweep saw is one value, with a verdict for each reader."""

from tests.builders import Minute, a_pipeline, signals
from tests.looks import a_look
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.plan import Plan
from tidegate.scaling.report.report_of import report_of


def test_each_reader_has_its_verdict_beside_what_shows_it() -> None:
    drains = signals(a_pipeline(), *[Minute(age_seconds=age) for age in (200, 150, 100)])
    for seen, health in ((signals(a_pipeline()), Health.HEALTHY), (drains, Health.HEALING)):
        report = report_of(a_look(seen, diagnose(seen)), {}, (), Plan((), ()), ())
        assert (report.health, report.reader_healths) == (health, (health,))
        assert [each.name for each in report.readers] == ["scorer"]
        assert (report.advice, report.diagnoses) == ((), diagnose(seen))
