"""No scale-in leaves fewer concurrent executions than are needed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, SPEC, Minute, a_pipeline, signals
from tests.looks import a_look
from tests.losses.account import PIPELINES, Account, refusal
from tidegate.rules.cause import LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.concurrency import concurrency_cap, executions
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.lever_spec import Owner
from tidegate.scaling.config.specification import Levers, LeverSpec, PipelineSpec, TargetUtilization
from tidegate.scaling.kinds.lambda_mapping.concurrency import (
    ANY_OWNER,
    TIDEGATE,
    Concurrency,
    concurrency,
)
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.plan.decide import decide

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")

ONLY_SHARDS = PIPELINES.replace("      parallelization_factor: {max: 10, owner: tidegate}\n", "")
FACTOR_OF_ONE = PIPELINES.replace("{max: 10, owner: tidegate}", "{max: 1, owner: tidegate}")
FACTOR_OF_ANOTHER = PIPELINES.replace(
    "{max: 10, owner: tidegate}", "{max: 10, owner: application-autoscaling}"
)


def three_of_four_executions_are_busy(account: Account, reserved: int | None = None) -> None:
    """300 records/s at 10 ms each, on four shards, for an hour and a half."""
    account.pipeline(shards=4, factor=1, write=2000, reserved=reserved)
    account.minutes(since=89, records=18_000, invocations=180, duration=1000, age=300)


@pytest.mark.parametrize(
    ("text", "reserved"),
    [(ONLY_SHARDS, None), (FACTOR_OF_ONE, None), (FACTOR_OF_ANOTHER, None), (PIPELINES, 4)],
    ids=["not-handed-over", "max-1", "of-another", "capped"],
)
def test_busy_shards_stay_where_the_factor_cannot_make_up_for_them(
    account: Account, text: str, reserved: int | None
) -> None:
    three_of_four_executions_are_busy(account, reserved)
    account.sweep(text)
    assert account.asked("UpdateShardCount") == []


@pytest.mark.parametrize("text", [ONLY_SHARDS, FACTOR_OF_ONE], ids=["not-handed-over", "max-1"])
def test_costs_advises_no_fewer_shards_than_such_a_pipeline_needs(
    account: Account, text: str
) -> None:
    three_of_four_executions_are_busy(account)
    told = account.tidegate("costs", account.file(text), "--since", "1h", "--output", "json").stdout
    items = json.loads(told)["pipelines"][0]["items"]
    shards = next(each for each in items if each["what"] == "shards")
    assert shards["amount"] == "4"
    assert shards["followed_usd"] >= shards["now_usd"]


def test_fewer_shards_come_with_the_factor_that_makes_up_for_them(account: Account) -> None:
    three_of_four_executions_are_busy(account)
    account.sweep()
    (factor,), (shards,) = (
        account.asked("UpdateEventSourceMapping"),
        account.asked("UpdateShardCount"),
    )
    assert factor["ParallelizationFactor"] * shards["TargetShardCount"] >= 6


def test_shards_stay_when_aws_refuses_the_factor_that_was_to_make_up_for_them(
    account: Account,
) -> None:
    three_of_four_executions_are_busy(account)

    def refused(*_: object) -> None:
        raise refusal("UpdateEventSourceMapping", "ServiceException", "internal failure")

    account.on("UpdateEventSourceMapping", refused)
    account.sweep()
    assert account.asked("UpdateEventSourceMapping") != []
    assert account.asked("UpdateShardCount") == []


def paused(account: Account) -> None:
    ledger = str(account.folder / "ledger.sqlite")
    done = account.tidegate(
        "pause", "orders", "parallelization_factor", "--until", "2h", "--reason", "incident 7",
        "--config", account.file(PIPELINES), "--ledger", ledger,
    )  # fmt: skip
    assert done.exit_code == 0


def updating(account: Account) -> None:
    def answer(_: object, real: Callable[[], Any]) -> Any:
        told = real()
        for mapping in told["EventSourceMappings"]:
            mapping["State"] = "Updating"
        return told

    account.on("ListEventSourceMappings", answer)


def pending(account: Account) -> None:
    """Another pipeline of the same function has begun to raise its factor."""
    lever, begun = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "order-writer"), datetime.now(UTC)
    ledger = SqliteLedger(str(account.folder / "ledger.sqlite"))
    ledger.begin(
        ChangeRecord("e", "others", lever, "lambda:UpdateEventSourceMapping", 1, 2, "", begun)
    )
    ledger.close()


@pytest.mark.parametrize("held", [paused, updating, pending])
def test_shards_stay_while_the_factor_that_is_to_make_up_for_them_is_held(
    account: Account, held: Callable[[Account], None]
) -> None:
    three_of_four_executions_are_busy(account)
    held(account)
    account.sweep()
    assert account.asked("UpdateEventSourceMapping") == []
    assert account.asked("UpdateShardCount") == []


OWNERS: st.SearchStrategy[Owner | None] = st.sampled_from(
    [None, "tidegate", "application-autoscaling"]
)


@st.composite
def files(draw: st.DrawFn) -> PipelineSpec:
    levers = Levers(
        shard_count=LeverSpec(max=draw(st.integers(1, 64)), owner=draw(OWNERS)),
        parallelization_factor=LeverSpec(max=draw(st.integers(1, 10)), owner=draw(OWNERS)),
        write_capacity=LeverSpec(max=40_000, owner=draw(OWNERS)),
    )
    use = TargetUtilization(concurrency=draw(st.floats(0.1, 1.0)))
    return replace(SPEC, levers=levers, target_utilization=use)


@st.composite
def pipelines(draw: st.DrawFn) -> Pipeline:
    reserved = draw(st.none() | st.integers(1, 100))
    shards, factor = draw(st.integers(1, 40)), draw(st.integers(1, 10))
    return a_pipeline(shards=shards, factor=factor, reserved_concurrency=reserved)


@st.composite
def healthy_minutes(draw: st.DrawFn, pipeline: Pipeline) -> Signals:
    """An hour and a half in which a share of the concurrent executions is busy."""
    seen = signals(pipeline, Minute())
    consumer = consumers_of(pipeline)[0]
    most = min(executions(seen, consumer), concurrency_cap(seen, consumer))
    seconds_per_batch = draw(st.floats(0.01, 10))
    busy = draw(st.floats(0.0, 1.0)) * most
    batch = draw(st.floats(1, 100))
    rate = min(busy / seconds_per_batch * batch, 1000.0 * stream_of(pipeline).shard_count)
    earlier = draw(st.floats(0.0, 1.0))
    minute = Minute(
        records_per_second=rate, batch=batch, seconds_per_batch=seconds_per_batch,
        units_per_record=0.0,
    )  # fmt: skip
    before = replace(minute, records_per_second=rate * earlier)
    return signals(pipeline, *[before] * 45, *[minute] * 45)


@given(st.data(), files(), pipelines(), st.none() | st.floats(0, 40_000))
def test_after_any_plan_what_remains_covers_what_is_needed_or_nothing_is_scaled_in(
    data: st.DataObject, spec: PipelineSpec, pipeline: Pipeline, coming: float | None
) -> None:
    seen = data.draw(healthy_minutes(pipeline))
    plan = decide(a_look(seen, diagnose(seen), spec, History(()), NOON), forecast_horizons(coming))
    found = {each.lever: each for each in plan.decisions}
    if found[SHARDS].allowed >= found[SHARDS].current:
        return
    consumer = consumers_of(pipeline)[0]
    busy = max(seen.of(consumer.function).duration_sum_milliseconds.last(3600).present) / 60_000
    cap = concurrency_cap(seen, consumer)
    remains = min(cap, found[SHARDS].allowed * found[FACTOR].allowed)
    assert remains >= min(cap, busy / spec.target_utilization.concurrency)


@given(st.data(), files(), pipelines(), st.none() | st.floats(0, 40_000))
def test_no_lever_moves_but_its_owners(
    data: st.DataObject, spec: PipelineSpec, pipeline: Pipeline, coming: float | None
) -> None:
    seen = data.draw(healthy_minutes(pipeline))
    plan = decide(a_look(seen, diagnose(seen), spec, History(()), NOON), forecast_horizons(coming))
    assert [each for each in plan.decisions if each.changes and not is_ours(each, spec)] == []


def is_ours(decision: Decision, spec: PipelineSpec) -> bool:
    said = spec.levers.of(decision.lever.kind)
    return said is not None and said.owner == "tidegate"


def forecast_horizons(rate: float | None) -> ForecastHorizons | None:
    if rate is None:
        return None
    load = Load(rate, rate * 300, has_headroom=True)
    each = Expected(load, load, Reason.of("forecast", "as forecast"))
    return ForecastHorizons(each, each, each, each, rate, rate, lead_seconds=300, soon_seconds=600)


@pytest.mark.parametrize(
    ("owner", "most", "reserved", "executions", "shards"),
    [
        ("tidegate", 10, None, 35, 4),
        ("tidegate", 1, None, 35, 35),
        (None, 10, None, 35, 18),
        ("application-autoscaling", 10, None, 35, 18),
        ("tidegate", 10, 9, 35, 1),
        ("tidegate", 3, 10, 10, 5),
    ],
    ids=["ours", "max-1", "nobodys", "of-another", "capped", "capped-and-max-3"],
)
def test_the_shards_for_concurrent_executions_follow_from_what_the_factor_can_be(
    owner: Owner | None, most: int, reserved: int | None, executions: float, shards: int
) -> None:
    levers = Levers(
        shard_count=LeverSpec(max=64, owner="tidegate"),
        parallelization_factor=LeverSpec(max=most, owner=owner),
    )
    pipeline = a_pipeline(shards=4, factor=2, reserved_concurrency=reserved)
    if most == 1:
        pipeline = a_pipeline(shards=4, factor=1)
    spec = replace(SPEC, levers=levers)
    had = concurrency(pipeline, consumers_of(pipeline)[0], in_file(spec), TIDEGATE)
    assert had.shards_for(executions) == shards


def test_what_application_auto_scaling_can_raise_counts_for_a_load_but_not_for_a_scale_in() -> None:
    levers = Levers(
        shard_count=LeverSpec(max=64, owner="tidegate"),
        parallelization_factor=LeverSpec(max=8, owner="application-autoscaling"),
    )
    pipeline, spec = a_pipeline(shards=2, factor=2), replace(SPEC, levers=levers)
    consumer = consumers_of(pipeline)[0]
    assert concurrency(pipeline, consumer, in_file(spec), ANY_OWNER).executions_on(2) == 16
    assert concurrency(pipeline, consumer, in_file(spec), TIDEGATE).executions_on(2) == 4


@given(
    now=st.integers(1, 10), most=st.integers(1, 10), cap=st.integers(1, 500),
    executions=st.floats(0, 800),
)  # fmt: skip
def test_the_shards_found_are_the_fewest_that_give_the_executions(
    now: int, most: int, cap: int, executions: float
) -> None:
    had = Concurrency(now, most, cap)
    shards = had.shards_for(executions)
    wanted = min(executions, cap)
    assert had.executions_on(shards) >= wanted
    fewer = [had.executions_on(each) for each in range(1, shards)]
    assert max(fewer, default=-inf) < wanted or had.executions_on(shards) >= wanted
