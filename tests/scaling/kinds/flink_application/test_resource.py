from dataclasses import replace

import pytest

from tests.builders import NOON, a_pipeline
from tests.change_records import change, history
from tests.flink_builders import (
    FLINK_SPEC,
    a_flink_pipeline,
    an_application,
    job_signals,
    with_applications,
)
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import ApplicationSpec
from tidegate.scaling.kinds.flink_application.actions import UpdateApplication
from tidegate.scaling.kinds.flink_application.price import application_monthly_usd
from tidegate.scaling.kinds.flink_application.resource import FlinkResource
from tidegate.scaling.kinds.flink_application.state import rolled_back
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Situation
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.model.resource_type import Changes

FLINK = FlinkResource()
PARALLELISM, PER_KPU = LEVERS = [
    Lever.of(kind, "counter") for kind in (LeverKind.PARALLELISM, LeverKind.PARALLELISM_PER_KPU)
]
UNKNOWN = Lever.of(LeverKind.PARALLELISM, "another")


def test_an_application_has_the_levers_parallelism_and_parallelism_per_kpu() -> None:
    assert dict(FLINK.levers) == {
        LeverKind.PARALLELISM: (1, 32_768),
        LeverKind.PARALLELISM_PER_KPU: (1, 8),
    }
    seen = a_flink_pipeline(an_application(6, parallelism_per_kpu=2))
    assert list(FLINK.capacities(seen)) == [(PER_KPU, 2), (PARALLELISM, 6)]
    assert list(FLINK.other_settings(seen)) == []


@pytest.mark.parametrize(
    ("status", "changing"), [("RUNNING", False), ("UPDATING", True), ("READY", False)]
)
def test_the_state_of_both_levers_is_that_of_the_application(status: str, changing: bool) -> None:
    seen = a_flink_pipeline(an_application(status=status, created="May", updated_at=NOON))
    for lever in LEVERS:
        told = [(each.name, each.word) for each in FLINK.statuses(seen, lever)]
        assert told == [("counter", status)]
        assert FLINK.is_changing(seen, lever) is changing
        assert (FLINK.identity(seen, lever), FLINK.marks(seen, lever)) == ("May", (str(NOON),))
        assert FLINK.why_useless(seen, lever) is None


def test_of_an_application_that_is_not_there_nothing_is_known() -> None:
    seen = a_flink_pipeline()
    told = [(each.name, each.word) for each in FLINK.statuses(seen, UNKNOWN)]
    assert told == []
    assert not FLINK.is_changing(seen, UNKNOWN)
    assert (FLINK.identity(seen, UNKNOWN), FLINK.marks(seen, UNKNOWN)) == ("", ())
    assert FLINK.why_undone(seen, UNKNOWN, NOON) is None
    assert FLINK.monthly_usd(seen, UNKNOWN, 4) == 0.0
    situation = Situation(job_signals(seen), history(), NOON)
    assert list(FLINK.limits(situation, Recommendation(UNKNOWN, 1, 2, UNCHANGED))) == []


@pytest.mark.parametrize("failure", [None, "no slots"])
def test_an_update_was_undone_where_the_application_says_that_it_failed(
    failure: str | None,
) -> None:
    application = an_application(failure=failure)
    why = None if failure is None else str(rolled_back(application, NOON))
    assert FLINK.why_undone(a_flink_pipeline(application), PARALLELISM, NOON) == why


def test_a_lever_is_held_by_what_an_update_takes_and_by_the_price_of_restarts() -> None:
    seen = a_flink_pipeline(an_application(status="UPDATING"))
    past = history(change(PARALLELISM, 3, 2))
    recommendation = Recommendation(PARALLELISM, 2, 1, UNCHANGED, price_seconds=900.0)
    situation = Situation(job_signals(seen), past, NOON, in_file(FLINK_SPEC))
    found = FLINK.limits(situation, recommendation)
    assert [str(each.reason.kind) for each in found] == [
        "quota", "resource-busy", "restart-price", "unsafe-update",
    ]  # fmt: skip


def update(parallelism: int, per_kpu: int, *, ends: bool = False) -> UpdateApplication:
    return UpdateApplication("counter", "token-1", 6, 2, parallelism, per_kpu, ends)


@pytest.mark.parametrize(
    ("settings", "autoscaled", "ending", "calls"),
    [
        ({PARALLELISM: 8}, False, "", [update(8, 2)]),
        ({PER_KPU: 1}, False, "", [update(6, 1)]),
        ({PARALLELISM: 8, PER_KPU: 1}, False, "counter", [update(8, 1)]),
        ({PARALLELISM: 8}, True, "counter", [update(8, 2, ends=True)]),
        ({PARALLELISM: 8}, True, "another", [update(8, 2)]),
        ({PARALLELISM: 6, PER_KPU: 2}, True, "counter", []),
        ({UNKNOWN: 8}, True, "counter", []),
    ],
    ids=["parallelism", "per-kpu", "both", "ends", "stays", "as-it-is", "another"],
)
def test_both_levers_change_in_one_restart_which_may_end_the_services_autoscaling(
    settings: dict[Lever, int], autoscaled: bool, ending: str, calls: list[UpdateApplication]
) -> None:
    application = an_application(6, parallelism_per_kpu=2, autoscaling_enabled=autoscaled)
    said = [ApplicationSpec(ending, service_autoscaling="off")]
    changes = Changes(settings, said=in_file(replace(FLINK_SPEC, applications=said)))
    assert list(FLINK.actions(a_flink_pipeline(application), changes)) == calls


def test_each_application_is_updated_by_a_call_of_its_own() -> None:
    sorter: FlinkApplication = an_application(3, name="sorter")
    seen = with_applications(a_flink_pipeline(), an_application(2), sorter)
    settings = {Lever.of(LeverKind.PARALLELISM, "sorter"): 5, PARALLELISM: 4}
    assert list(FLINK.actions(seen, Changes(settings))) == [
        UpdateApplication("counter", "token-1", 2, 1, 4, 1),
        UpdateApplication("sorter", "token-1", 3, 1, 5, 1),
    ]
    assert list(FLINK.actions(a_pipeline(), Changes(settings))) == []


def test_a_setting_costs_the_kpus_that_it_comes_to() -> None:
    application = an_application(6, parallelism_per_kpu=2)
    seen = a_flink_pipeline(application)
    assert FLINK.monthly_usd(seen, PARALLELISM, 8) == (
        application_monthly_usd(application, PARALLELISM, 8)
    )
    assert FLINK.monthly_usd(seen, PARALLELISM, 8) == FLINK.monthly_usd(seen, PARALLELISM, 7) > 0
