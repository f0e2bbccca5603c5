import pytest

from tests.builders import NOON, a_pipeline
from tests.flink_builders import a_flink_pipeline, an_application, with_applications
from tidegate.rules.cause import LeverKind
from tidegate.scaling.kinds.flink_application.state import (
    application_of,
    does_not_run,
    rolled_back,
)
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.reason import ReasonKind

COUNTER, SORTER = an_application(), an_application(name="sorter")


@pytest.mark.parametrize(
    ("kind", "where", "found"),
    [
        (LeverKind.PARALLELISM, "counter", COUNTER),
        (LeverKind.PARALLELISM_PER_KPU, "sorter", SORTER),
        (LeverKind.PARALLELISM, "another", None),
        (LeverKind.SHARD_COUNT, "counter", None),
    ],
    ids=["parallelism", "per-kpu", "unknown", "lever-of-a-stream"],
)
def test_a_lever_belongs_to_the_application_of_its_name(
    kind: LeverKind, where: str, found: object
) -> None:
    pipeline = with_applications(a_flink_pipeline(), COUNTER, SORTER)
    assert application_of(pipeline, Lever.of(kind, where)) == found
    assert application_of(a_pipeline(), Lever.of(kind, where)) is None


def test_what_is_said_of_a_state_names_the_application_and_the_services_own_words() -> None:
    stopped = does_not_run(an_application(status="READY"))
    assert (stopped.kind, str(stopped)) == (
        ReasonKind.STOPPED, "counter is READY and does not run"
    )  # fmt: skip
    undone = rolled_back(an_application(failure="no checkpoint"), NOON)
    assert (undone.kind, str(undone)) == (
        ReasonKind.ROLLED_BACK,
        "the update of counter that began at 12:00 was rolled back: no checkpoint",
    )
