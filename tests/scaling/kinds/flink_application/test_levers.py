from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tests.change_records import change, history
from tests.flink_builders import FLINK_SPEC, a_flink_pipeline, an_application, job_signals
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import ApplicationSpec
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.levers import (
    application_constraints,
    conflict,
    kpus_of,
    scale_in_constraints,
)
from tidegate.scaling.kinds.flink_application.state import does_not_run, rolled_back
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome, refused_by_limit
from tidegate.scaling.model.history import History
from tidegate.scaling.model.in_file import NOTHING_SAID, InFile
from tidegate.scaling.model.look import Situation
from tidegate.scaling.model.plan import Constraint, Prohibition, Range
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation

PARALLELISM, PER_KPU = (
    Lever.of(kind, "counter") for kind in (LeverKind.PARALLELISM, LeverKind.PARALLELISM_PER_KPU)
)
SUBTASKS = st.integers(1, 1_000)
DENSITIES = st.integers(1, 8)
SIGNALS = job_signals(a_flink_pipeline())


@given(SUBTASKS, DENSITIES, DENSITIES)
def test_kpus_hold_every_subtask_and_one_fewer_would_not(
    parallelism: int, density: int, other: int
) -> None:
    application = an_application(parallelism, parallelism_per_kpu=density)
    for kpus, per_kpu in (
        (kpus_of(application, LeverKind.PARALLELISM, parallelism), density),
        (kpus_of(application, LeverKind.PARALLELISM_PER_KPU, other), other),
    ):
        assert (kpus - 1) * per_kpu < parallelism <= kpus * per_kpu


def constraints(
    application: FlinkApplication,
    lever: Lever,
    past: History | None = None,
    said: InFile = NOTHING_SAID,
) -> list[Constraint]:
    situation = Situation(SIGNALS, past or history(), NOON, said)
    current = application.parallelism
    if lever == PER_KPU:
        current = application.parallelism_per_kpu
    recommendation = Recommendation(lever, current, current + 1, UNCHANGED)
    return list(application_constraints(application, recommendation, situation))


def quota(kpus: int, parallelism: int) -> Range:
    reason = words.KPU_QUOTA(name="counter", limit_kpus=kpus, limit_parallelism=parallelism)
    return Range(1, parallelism, reason)


def test_the_parallelism_goes_as_far_as_the_quota_of_kpus() -> None:
    application = an_application(4, parallelism_per_kpu=2, kpus_max=32)
    assert constraints(application, PARALLELISM) == [quota(32, 64)]


@pytest.mark.parametrize(
    ("parallelism", "per_kpu", "least"),
    [(64, 4, 1), (65, 4, 2), (256, 8, 4), (1_000, 4, 4)],
    ids=["fits", "one-too-many", "four", "past-the-quota"],
)
def test_subtasks_a_kpu_stay_within_the_quota_but_what_is_set_may_stay(
    parallelism: int, per_kpu: int, least: int
) -> None:
    application = an_application(parallelism, parallelism_per_kpu=per_kpu)
    allowed = words.PER_KPU_RANGE(limit_per_kpu=8, limit_kpus=64)
    assert constraints(application, PER_KPU) == [Range(least, 8, allowed)]


@pytest.mark.parametrize("status", ["UPDATING", "AUTOSCALING", "MAINTENANCE"])
def test_an_update_waits_for_what_is_under_way(status: str) -> None:
    busy = Prohibition(words.RESOURCE_BUSY(name="counter", status=status))
    assert constraints(an_application(status=status), PARALLELISM) == [quota(64, 64), busy]


@pytest.mark.parametrize("status", ["READY", "DELETING", "ROLLED_BACK"])
def test_an_application_that_does_not_run_is_not_updated(status: str) -> None:
    application = an_application(status=status)
    stopped = Prohibition(does_not_run(application))
    assert constraints(application, PARALLELISM) == [quota(64, 64), stopped]


@pytest.mark.parametrize(("ending", "holds"), [("counter", 0), ("another", 1), ("", 1)])
def test_the_services_own_autoscaling_holds_levers_unless_the_file_ends_it(
    ending: str, holds: int
) -> None:
    application = an_application(autoscaling_enabled=True)
    said = [ApplicationSpec(ending, service_autoscaling="off")]
    spec = replace(FLINK_SPEC, applications=said)
    found = constraints(application, PARALLELISM, said=in_file(spec))
    assert found == [quota(64, 64), *[Prohibition(conflict(application))] * holds]


@pytest.mark.parametrize(
    ("ago", "holds"),
    [([9.9], True), ([10], False), ([25, 19], True), ([26, 20], False), ([90, 60, 39], True)],
    ids=["first", "first-over", "second", "second-over", "third"],
)
def test_after_each_rollback_an_update_waits_twice_as_long(ago: list[float], holds: bool) -> None:
    failed = an_application(2, failure="no slots")
    past = history(*(change(PARALLELISM, 2, 4, minutes_ago=minutes) for minutes in ago))
    begun_at = past.change_records[-1].begun_at
    held = [Prohibition(rolled_back(failed, begun_at))] * holds
    found = constraints(failed, PARALLELISM, past)
    assert [each for each in found if isinstance(each, Prohibition)] == held
    assert constraints(replace(failed, failure=None), PARALLELISM, past) == [quota(64, 64)]


@pytest.mark.parametrize(
    ("made", "most"),
    [
        ([(40, 4, 8)], None),
        ([(40, 4, 8), (25, 4, 8)], 6),
        ([(50, 4, 8), (35, 4, 12)], 6),
        ([(55, 4, 16), (40, 4, 10), (5, 4, 7)], 5),
        ([(40, 4, 5), (25, 4, 5)], 4),
        ([(90, 4, 8), (70, 4, 8)], None),
        ([(40, 4, 2), (25, 4, 2)], None),
        ([(50, 2, 8), (40, 2, 4)], None),
    ],
    ids=["may have been chance", "twice", "the second wanted more", "of three the least",
         "nothing between", "longer ago", "scale-ins", "before it ran with these"],
)  # fmt: skip
def test_updates_that_fail_again_and_again_are_gone_half_of_the_way_to(
    made: list[tuple[float, int, int]], most: int | None
) -> None:
    failed = an_application(4, failure="insufficient free IP addresses")
    past = history(*(change(PARALLELISM, *of, minutes_ago=at) for at, *of in made))
    ranges = [each for each in constraints(failed, PARALLELISM, past) if isinstance(each, Range)]
    assert [each.upper for each in ranges[1:]] == ([] if most is None else [most])
    well = constraints(replace(failed, failure=None), PARALLELISM, past)
    assert well == [quota(64, 64)]
    if most is not None:
        assert "and 4 runs: the next try goes half of the way" in str(ranges[1].reason)


def scale_ins(count: int, minutes_ago: float = 60) -> History:
    return history(
        *(change(PARALLELISM, 9 - at, 8 - at, minutes_ago=minutes_ago - at) for at in range(count))
    )


@pytest.mark.parametrize(
    ("past", "seconds", "wanted", "holds"),
    [
        (scale_ins(0), 864.0, 1, False),
        (scale_ins(0), 865.0, 1, True),
        (scale_ins(0), 865.0, 3, False),
        (scale_ins(3, 24 * 60 + 3), 864.0, 1, False),
    ],
    ids=["first", "over", "raise", "yesterday"],
)
def test_a_restart_that_only_saves_money_costs_a_hundredth_of_the_day(
    past: History, seconds: float, wanted: int, holds: bool
) -> None:
    recommendation = Recommendation(PARALLELISM, 2, wanted, UNCHANGED, price_seconds=seconds)
    held = words.RESTART_PRICE(where="counter", restart_seconds=seconds, budget_seconds=864.0)
    assert list(scale_in_constraints(recommendation, past, NOON)) == [Prohibition(held)] * holds


@pytest.mark.parametrize(
    ("past", "seconds", "wanted", "holds"),
    [
        (scale_ins(1), 1.0, 1, True),
        (scale_ins(1), 0.0, 1, False),
        (scale_ins(1), 1.0, 3, False),
        (scale_ins(2), 1.0, 1, True),
        (scale_ins(1, 24 * 60), 1.0, 1, False),
    ],
    ids=["once", "misses nothing", "raise", "twice", "yesterday"],
)
def test_one_restart_a_day_misses_the_objective_to_save_money(
    past: History, seconds: float, wanted: int, holds: bool
) -> None:
    recommendation = Recommendation(PARALLELISM, 2, wanted, UNCHANGED, price_seconds=seconds)
    found = list(scale_in_constraints(recommendation, past, NOON))
    begun_at = past.change_records[-1].begun_at
    held = words.SCALED_IN_TODAY(
        where="counter", restart_seconds=seconds, begun_at=begun_at,
        again=begun_at + timedelta(days=1),
    )  # fmt: skip
    assert found == [Prohibition(held)] * holds


def test_a_failed_scale_in_cost_nothing_and_one_of_unknown_outcome_did() -> None:
    recommendation = Recommendation(PARALLELISM, 2, 1, UNCHANGED, price_seconds=500.0)
    for outcome, holds in ((Outcome.FAILED, 0), (Outcome.UNKNOWN, 1)):
        past = history(change(PARALLELISM, 4, 2, outcome=outcome))
        assert len(list(scale_in_constraints(recommendation, past, NOON))) == holds


# ---- after a refusal by a limit


def refused(
    lever: Lever, before: int, after: int, minutes_ago: float, outcome: Outcome = Outcome.FAILED
) -> ChangeRecord:
    at = NOON - timedelta(minutes=minutes_ago)
    words = refused_by_limit("12 KPUs of 12")
    return ChangeRecord(
        f"{minutes_ago}", "clicks", lever, "x:Y", before, after, "", at, outcome, detail=words
    )


def ranges_after(
    application: FlinkApplication, lever: Lever, *past: ChangeRecord
) -> set[tuple[int, int]]:
    """The bounds that a refusal adds."""
    of = constraints(application, lever, History(past))
    found = [each for each in of if isinstance(each, Range) and "AWS refused" in str(each.reason)]
    return {(each.lower, each.upper) for each in found}


@pytest.mark.parametrize(
    ("past", "bounds"),
    [
        ((refused(PARALLELISM, 4, 16, 5),), {(1, 10)}),
        ((refused(PARALLELISM, 4, 16, 5), refused(PARALLELISM, 4, 10, 3)), {(1, 7)}),
        ((refused(PARALLELISM, 4, 5, 5),), {(1, 4)}),
        ((refused(PARALLELISM, 4, 16, 59),), {(1, 10)}),
        ((refused(PARALLELISM, 4, 16, 60),), set()),
        ((refused(PARALLELISM, 2, 4, 5),), set()),
        ((refused(PER_KPU, 4, 16, 5),), set()),
        ((refused(PARALLELISM, 4, 16, 5, Outcome.DONE),), set()),
    ],
    ids=["half of the way", "and half of that", "nothing between", "an hour", "longer ago",
         "runs with it now", "another lever", "not refused"],
)  # fmt: skip
def test_what_aws_refused_for_a_limit_is_gone_half_of_the_way_to(
    past: tuple[ChangeRecord, ...], bounds: set[tuple[int, int]]
) -> None:
    assert ranges_after(an_application(4), PARALLELISM, *past) == bounds


def test_fewer_subtasks_a_kpu_that_were_refused_are_gone_half_of_the_way_to() -> None:
    dense = an_application(16, parallelism_per_kpu=8)
    assert ranges_after(dense, PER_KPU, refused(PER_KPU, 8, 4, 5)) == {(6, 8)}
    assert ranges_after(dense, PER_KPU, refused(PER_KPU, 8, 7, 5)) == {(8, 8)}
    assert ranges_after(dense, PER_KPU, refused(PER_KPU, 4, 8, 5)) == set()


def test_a_quota_that_nobody_names_is_found_in_a_few_calls() -> None:
    """Twelve fit; sixteen are wanted. One more than eleven isn't worth a restart."""
    past: list[ChangeRecord] = []
    current, tried = 4, list[int]()
    for minute in range(30):
        application = an_application(current)
        bounds = ranges_after(application, PARALLELISM, *past)
        most = min([16, *(upper for _, upper in bounds)])
        if most <= current:
            break
        tried.append(most)
        if most <= 12:
            current = most
        else:
            past.append(refused(PARALLELISM, current, most, 30 - minute))
    assert (current, tried) == (11, [16, 10, 13, 11])
