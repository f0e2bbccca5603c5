"""Applications in operation."""

from tests.builders import SPEC
from tests.flink_builders import FLINK_SPEC, a_flink_pipeline
from tests.scaling.cost.use import priced
from tests.scaling.kinds.evidence import evidence
from tidegate.scaling.kinds.flink_application.operations import ApplicationOperations
from tidegate.scaling.model.proposal import Lateness

APPLICATIONS = ApplicationOperations()
PIPELINE = a_flink_pipeline()


def test_init_finds_no_applications_and_so_proposes_nothing_for_them() -> None:
    found = evidence(PIPELINE, {})
    assert list(APPLICATIONS.proposed(found)) == []
    assert list(APPLICATIONS.proposal_metrics(PIPELINE)) == []
    assert APPLICATIONS.lateness(found) == Lateness()


def test_kpus_are_billed_however_busy_and_in_one_mode() -> None:
    assert list(APPLICATIONS.billed_metrics(PIPELINE)) == []
    assert list(APPLICATIONS.modes(priced(PIPELINE))) == []
    assert len(list(APPLICATIONS.bill(priced(PIPELINE)))) == 2


def test_a_sweep_and_the_endpoint_need_the_same() -> None:
    by_caller = [
        list(APPLICATIONS.permissions([SPEC, FLINK_SPEC], sweeps=sweeps))
        for sweeps in (True, False)
    ]
    assert by_caller[0] == by_caller[1] != []
    assert list(APPLICATIONS.shared_levers(FLINK_SPEC)) == []
