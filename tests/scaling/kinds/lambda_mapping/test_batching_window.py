"""The batching window: as long as the objective bears where that saves time, and no longer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import NOON, OURS, SPEC, Minute, a_pipeline, signals, with_consumers
from tests.looks import a_look
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.state import Function, consumers_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.lever_spec import Owner
from tidegate.scaling.config.specification import Levers, LeverSpec, PipelineSpec
from tidegate.scaling.kinds.lambda_mapping.actions import (
    UpdateBatchingWindow,
    UpdateParallelizationFactor,
)
from tidegate.scaling.kinds.lambda_mapping.batching_window import batching_recommendations
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Decision, Plan
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.plan.decide import decide

WINDOW = Lever.of(LeverKind.BATCHING_WINDOW, "scorer")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")


FIXED = replace(OURS, parallelization_factor=LeverSpec(max=10))
"""A factor that nobody moves."""


def owned(
    most: int = 300, owner: Owner | None = "tidegate", levers: Levers = FIXED
) -> PipelineSpec:
    window = LeverSpec(min=0, max=most, owner=owner)
    return replace(SPEC, levers=replace(levers, batching_window_seconds=window))


def recommended(
    of: Signals, ill: tuple[Diagnosis, ...], spec: PipelineSpec, history: History | None = None
) -> tuple[Recommendation, ...]:
    look = Look(of, ill, in_file(spec), history or NOBODY, NOON)
    return tuple(batching_recommendations(look, ()))


def a_mapping(window: int = 0, factor: int = 8, **changes: Any) -> Pipeline:
    """One shard, so that 8 lanes get an eighth of its records each."""
    pipeline = a_pipeline(factor=factor)
    (consumer,) = consumers_of(pipeline)
    mapping = replace(consumer.mapping, batching_window_seconds=window, **changes)
    return with_consumers(pipeline, replace(consumer, mapping=mapping))


def minute(batch: float, a: float = 0.1, b: float = 0.004, rate: float = 160) -> Minute:
    took = a + b * batch
    return Minute(rate, batch=batch, seconds_per_batch=took, longest_seconds=took)


def seen(
    pipeline: Pipeline, objective: float = 60, batch: float = 20, a: float = 0.1, b: float = 0.004
) -> Signals:
    """An hour and a half of small batches, every other one half as large again, so that what an
    invocation costs can be told from what a record does."""
    minutes = [minute(batch * (1 + at % 2 / 2), a, b) for at in range(90)]
    return replace(signals(pipeline, *minutes), iterator_age_max_seconds=objective)


def put_here(to: int, outcome: Outcome = Outcome.DONE) -> History:
    at, call = NOON - timedelta(days=2), "lambda:UpdateEventSourceMapping"
    return History((ChangeRecord("1", "race", WINDOW, call, 0, to, "", at, outcome),))


NOBODY = History(())


def planned(look: Signals, spec: PipelineSpec, history: History = NOBODY) -> Plan:
    return decide(a_look(look, diagnose(look), spec, history, NOON))


def decided(look: Signals, spec: PipelineSpec, history: History = NOBODY) -> Decision:
    found = {each.lever: each for each in planned(look, spec, history).decisions}
    return found[WINDOW]


def test_in_health_the_window_goes_to_a_tenth_of_the_objective() -> None:
    look = seen(a_mapping())
    found = decided(look, owned())
    assert (found.wanted, found.allowed, found.held_by) == (6, 6, ())
    assert str(found.because) == (
        "batches hold 24 of 100 records on average; with a batching window of 6 s they hold 100, "
        "which saves 39% of the function's time"
    )
    plan = planned(look, owned())
    assert UpdateBatchingWindow("uuid-1", "scorer", 0, 6) in plan.actions


def test_what_it_saves_is_told_in_dollars_a_month() -> None:
    """160 records/s: 6.67 invocations/s of 0.196 s at 24 records, then 1.6 of 0.5 s at 100, at
    512 MB."""
    hours, gigabyte_second, request = 730 * 3600, 0.0000166667, 0.0000002
    before = 160 / 24 * (0.196 * 0.5 * gigabyte_second + request)
    after = 160 / 100 * (0.5 * 0.5 * gigabyte_second + request)
    found = decided(seen(a_mapping()), owned())
    assert found.usd_per_month == pytest.approx((after - before) * hours, rel=0.001)


@pytest.mark.parametrize(
    ("look", "why"),
    [
        (seen(a_mapping(), batch=90), "batches are nearly full"),
        (seen(a_mapping(), a=0.001), "an invocation costs next to nothing by itself"),
        (seen(a_mapping(batch_size=20)), "batches are full"),
        (seen(a_mapping(factor=10), objective=3.9), "a second is more than health allows"),
        (signals(a_mapping(), *[minute(20)] * 90), "all batches are alike and small: not sure"),
        (
            signals(a_mapping(), *[minute(20 + at) for at in range(14)], healthy_before=False),
            "under a quarter of an hour was seen",
        ),
        (seen(a_mapping(window=6)), "it is as wide as it may be"),
        (seen(a_mapping(window=250)), "someone waits for longer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_window_is_left_alone_where(look: Signals, why: str) -> None:
    found = decided(look, owned())
    assert (found.wanted, found.because) == (found.current, UNCHANGED), why


def test_an_illness_keeps_the_window_as_it_is() -> None:
    look = seen(a_mapping())
    ill = (
        Diagnosis(Cause.HOT_SHARD, "shard-0", (Reason.of("hot", "hot"),), advice="spread the keys"),
    )
    (recommendation,) = recommended(look, ill, owned())
    assert recommendation.wanted == 0


def test_a_filled_batch_stays_far_from_the_timeout() -> None:
    pipeline = a_mapping()
    (consumer,) = consumers_of(pipeline)
    brief = replace(consumer, function=Function("scorer", timeout_seconds=1, memory_megabytes=512))
    (recommendation,) = recommended(seen(with_consumers(pipeline, brief)), (), owned())
    assert recommendation.wanted == 0


def test_the_files_max_is_what_is_wished_for_not_what_holds_it_back() -> None:
    found = decided(seen(a_mapping()), owned(most=4))
    assert (found.wanted, found.allowed, found.held_by) == (4, 4, ())


@pytest.mark.parametrize(
    "spec", [replace(SPEC, levers=FIXED), owned(owner=None)], ids=["not said", "without an owner"]
)
def test_without_an_owner_the_window_is_advice(spec: PipelineSpec) -> None:
    found = decided(seen(a_mapping()), spec)
    assert (found.wanted, found.allowed) == (6, 0)
    assert tuple(map(str, found.held_by)) == (
        f"the {WINDOW:words} has no owner in the pipeline file, so Tidegate only advises",
    )


def test_a_mapping_that_is_updating_is_not_touched() -> None:
    found = decided(seen(a_mapping(state="Updating")), owned())
    assert tuple(map(str, found.held_by)) == ("the event source mapping of scorer is Updating",)


def test_the_factor_goes_first_since_a_mapping_takes_one_change_at_a_time() -> None:
    """Idle lanes are taken away in the same health in which batches may be filled."""
    plan = planned(seen(a_mapping(factor=10), batch=10, a=0.02, b=0.001), owned(levers=OURS))
    found = [each for each in plan.actions if isinstance(each, UpdateParallelizationFactor)]
    assert [each.to_factor for each in found] == [1]
    assert not any(isinstance(each, UpdateBatchingWindow) for each in plan.actions)


def test_when_the_objective_tightens_what_tidegate_put_is_taken_back() -> None:
    look = seen(a_mapping(window=30))
    found = decided(look, owned(), put_here(30))
    assert (found.wanted, found.allowed) == (6, 6)
    assert (
        str(found.because)
        == "the objective and the pipeline file allow a batching window of at most 6 s"
    )


def test_what_someone_else_put_since_then_is_left() -> None:
    assert decided(seen(a_mapping(window=40)), owned(), put_here(30)).wanted == 40
    failed = put_here(40, Outcome.FAILED)
    assert decided(seen(a_mapping(window=40)), owned(), failed).wanted == 40


def test_a_tightened_objective_takes_it_back_in_illness_too() -> None:
    over = Reason.of("over-objective", "the age is over the objective")
    ill = (Diagnosis(Cause.UNKNOWN, "racers", (over,), advice="look"),)
    look = seen(a_mapping(window=30))
    (recommendation,) = recommended(look, ill, owned(), put_here(30))
    assert recommendation.wanted == 6


def test_a_full_window_leaves_the_rate_as_it_was_sure_of() -> None:
    """Once all batches are full, what an invocation costs can't be told any more, but needn't."""
    full = signals(a_mapping(window=6), *[minute(100)] * 90)
    factor = {each.lever: each for each in planned(full, owned()).decisions}[FACTOR]
    assert "processing rate of 200 records/s" in str(factor.because)
    assert decided(full, owned()).wanted == 6


@given(
    objective=st.floats(0.1, 10_000),
    most=st.integers(1, 300),
    current=st.integers(0, 300),
    batch=st.floats(1, 60),
    a=st.floats(0.001, 2),
    b=st.floats(0.0001, 0.1),
    ours=st.booleans(),
)
@settings(max_examples=40)
def test_no_wish_goes_beyond_what_the_objective_and_the_owner_allow(
    objective: float, most: int, current: int, batch: float, a: float, b: float, ours: bool
) -> None:
    look = seen(a_mapping(window=current), objective, batch, a, b)
    history = put_here(current) if ours else NOBODY
    (recommendation,) = recommended(look, (), owned(most), history)
    if recommendation.wanted > current:
        assert recommendation.wanted <= max(1, objective / 10)
        assert recommendation.wanted <= objective / 4
        assert recommendation.wanted <= most
    if recommendation.wanted < current:
        assert ours
    then = seen(a_mapping(window=recommendation.wanted), objective, batch, a, b)
    history = history if recommendation.wanted == current else put_here(recommendation.wanted)
    (again,) = recommended(then, (), owned(most), history)
    assert again.wanted == recommendation.wanted
