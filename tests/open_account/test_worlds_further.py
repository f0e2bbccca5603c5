"""More whole runs: what stops telling, calls that fail, tumbling windows, and what they must not
move.

One seed in the suite, twenty by ``make verify``.
"""

from dataclasses import replace
from typing import Any

import pytest

from tests.losses.worlds import OURS, Played, a_world, play
from tidegate.rules.cause import Cause
from tidegate.scaling.kinds.kinesis_stream.actions import SplitShard, UpdateShardCount
from tidegate.scaling.kinds.lambda_mapping.actions import UpdateParallelizationFactor
from tidegate.scaling.model.health import Health
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData, MappingData
from tidegate.simulator.scenario import Fault, Scenario
from tidegate.simulator.traffic import Traffic

pytestmark = pytest.mark.by_seed(20, 1)

WRITER = FunctionData("order-writer", 30)
WELL = (Cause.HEALTHY, Cause.OVERSIZED)
BEGIN, END = 1200, 2400
"""When a fault begins, and when one that passes is over."""


def usual(hours: float = 1) -> Scenario:
    """A load as on the days before, for which the pipeline is wide enough."""
    days = Traffic(((-3 * 86_400.0, 300.0), (0.0, 300.0)))
    return a_world(days, WRITER, shards=2, factor=2, units=700, hours=hours)


def rising(**mapping: Any) -> Scenario:
    """From a load that one shard's executions carry to one that they don't."""
    rise = Traffic(((-86_400.0, 150.0), (600.0, 150.0), (660.0, 500.0)))
    world = a_world(rise, WRITER, shards=1, units=900, hours=1.5)
    return world.put(MappingData(batch_size=100, **mapping))


def struck(scenario: Scenario, what: str, **values: object) -> Scenario:
    return replace(scenario, faults=(Fault(BEGIN, what, values),))


def words(run: Played) -> list[tuple[Cause, ...]]:
    """The causes of each sweep that found something."""
    found = (tuple(each.cause for each in report.diagnoses) for report in run.reports)
    return [causes for causes in found if causes[0] not in WELL]


def first_told(run: Played) -> float:
    """The second of the first sweep that found something."""
    began = run.reports[0].at
    at = next(each.at for each in run.reports if each.diagnoses[0].cause not in WELL)
    return 180 + (at - began).total_seconds()


def moved_after(run: Played, second: float, *kinds: type) -> list[object]:
    return [
        action
        for at, action in run.changes
        if at >= second and (not kinds or isinstance(action, kinds))
    ]


# ---- what stops telling


@pytest.mark.parametrize("what", ["missing", "silence", "late"])
def test_all_metrics_that_stop_at_once_are_an_event_of_aws(what: str, seed: int) -> None:
    """Whether they never come, all come when it is over, or each comes an hour late."""
    for_good = {"by_seconds": 3600.0} if what == "late" else {}
    run = play(struck(usual(), what, **for_good), OURS, seed)
    assert set(words(run)) == {(Cause.UNKNOWN, Cause.AWS_EVENT)}
    assert first_told(run) <= BEGIN + 480
    last = run.reports[-1]
    assert last.health is Health.UNKNOWN
    assert any("AWS Health Dashboard" in each for each in last.advice)
    assert moved_after(run, BEGIN) == []
    assert run.figures.records_lost == 0


@pytest.mark.parametrize("what", ["missing", "silence"])
def test_after_an_event_of_aws_the_pipeline_is_judged_again(what: str, seed: int) -> None:
    run = play(struck(usual(), what, seconds=END - BEGIN), OURS, seed)
    assert set(words(run)) == {(Cause.UNKNOWN, Cause.AWS_EVENT)}
    assert run.reports[-1].health is Health.HEALTHY
    assert moved_after(run, BEGIN, UpdateShardCount, SplitShard) == []


@pytest.mark.parametrize("namespace", ["AWS/Lambda", "AWS/Kinesis", "AWS/DynamoDB"])
def test_a_layer_that_cloudwatch_reads_in_part_is_unknown_and_of_nothing_else(
    namespace: str, seed: int
) -> None:
    partial = struck(usual(0.75), "partial", seconds=END - BEGIN, namespace=namespace)
    run = play(partial, OURS, seed)
    assert set(words(run)) == {(Cause.UNKNOWN,)}
    said = {each.diagnoses[0].because for each in run.reports
            if each.diagnoses[0].cause is Cause.UNKNOWN}  # fmt: skip
    assert all("could not read" in each for each in said)
    assert run.reports[-1].health is Health.HEALTHY
    assert [at for at, _ in run.changes if BEGIN <= at < END] == []


def test_a_table_whose_metrics_stop_is_not_told_as_a_frequent_key(seed: int) -> None:
    run = play(struck(usual(), "missing", namespace="AWS/DynamoDB"), OURS, seed)
    assert set(words(run)) == {(Cause.UNKNOWN,)}
    assert not any("frequent key" in each for report in run.reports for each in report.advice)
    assert moved_after(run, BEGIN) == []


# ---- calls that fail


@pytest.mark.parametrize("share", [0.06, 0.5, 0.7, 1.0])
def test_producers_whose_calls_fail_are_failing_however_few_records_come_in(
    share: float, seed: int
) -> None:
    """They are not quiet: as many calls are made as on other days."""
    failing = struck(usual(), "puts-fail", share=share)
    run = play(failing, OURS, seed)
    assert set(words(run)) == {(Cause.PRODUCERS_FAILING,)}
    assert first_told(run) <= BEGIN + 300
    assert run.reports[-1].health is Health.SICK
    assert moved_after(run, BEGIN) == []
    of_producers = 300 * share * (failing.duration_seconds - BEGIN)
    assert run.figures.records_lost == pytest.approx(of_producers, rel=0.01)


def test_producers_that_stop_are_quiet_and_their_calls_before_that_tell_nothing(seed: int) -> None:
    stops = Traffic(((-3 * 86_400.0, 300.0), (BEGIN, 300.0), (BEGIN, 0.0)))
    run = play(usual().put(stops), OURS, seed)
    assert set(words(run)) == {(Cause.PRODUCERS_QUIET,)}
    assert first_told(run) <= BEGIN + 300
    assert not any(
        "calls that put records succeed" in each.because
        for report in run.reports
        for each in report.diagnoses
    )
    assert moved_after(run, BEGIN) == []


# ---- tumbling windows


@pytest.mark.sampled(2)
@pytest.mark.parametrize("factor", [1, 10])
def test_a_slow_reader_with_a_tumbling_window_gets_shards_and_no_factor(
    factor: int, seed: int
) -> None:
    world = rising(parallelization_factor=factor, tumbling_window_seconds=60)
    run = play(world, OURS, seed)
    assert words(run)[0] == (Cause.CONSUMER_TOO_SLOW,)
    assert moved_after(run, 0, UpdateParallelizationFactor) == []
    assert 3 <= run.shards <= 5
    assert run.reports[-1].health is Health.HEALTHY
    stood = play(world, {}, seed)
    assert run.figures.seconds_late < stood.figures.seconds_late / 2
    assert run.figures.records_lost == 0


def test_shards_without_the_factor_are_judged_once_their_parents_are_read(seed: int) -> None:
    """Until then the executions of the new ones are idle, and nothing else is to be looked for."""
    fixed = {name: lever for name, lever in OURS.items() if name != "parallelization_factor"}
    run = play(rising(), fixed, seed)
    assert words(run)[0] == (Cause.CONSUMER_TOO_SLOW,)
    raised = min(at for at, action in run.changes if isinstance(action, UpdateShardCount))
    soon = [
        report.diagnoses[0].cause
        for report in run.reports
        if raised <= 180 + (report.at - run.reports[0].at).total_seconds() < raised + 480
    ]
    assert Cause.UNKNOWN not in soon
    assert run.reports[-1].health is Health.HEALTHY


def test_parents_that_are_read_for_longer_than_they_may_leave_nothing_unknown(seed: int) -> None:
    """Of a load that one shard took in and one execution did not process. Nothing is unknown, and
    no more shards are asked for before that; what helps is a higher factor, which nobody owns."""
    fixed = {name: lever for name, lever in OURS.items() if name != "parallelization_factor"}
    load = Traffic(((-86_400.0, 100.0), (600.0, 100.0), (660.0, 800.0)))
    world = a_world(load, WRITER, shards=1, units=1500, hours=0.75)
    run = play(world.put(MappingData(batch_size=100)), fixed, seed)
    assert Health.UNKNOWN not in {report.health for report in run.reports}
    told = [
        report
        for report in run.reports
        if "the shards from before the change" in report.diagnoses[0].because
    ]
    assert {each.diagnoses[0].cause for each in told} == {Cause.CONSUMER_TOO_SLOW}
    assert all(each.health is Health.SICK and each.changes == () for each in told)
    assert all("raise parallelization factor of order-writer" in each.advice[0] for each in told)


def test_a_backlog_that_drains_is_no_window_that_is_too_long(seed: int) -> None:
    run = play(rising(tumbling_window_seconds=60), OURS, seed)
    assert Cause.BATCHING_WINDOW_TOO_LONG not in {each for causes in words(run) for each in causes}


def test_idle_shards_with_tumbling_windows_are_left_as_they_are(seed: int) -> None:
    """A merge would close windows early, to save money."""
    quiet = Traffic(((-86_400.0, 100.0),))
    world = a_world(quiet, WRITER, shards=8, units=200, hours=1.5)
    run = play(world.put(MappingData(1, 100, tumbling_window_seconds=60)), OURS, seed)
    assert words(run) == []
    assert run.shards == 8
    assert moved_after(run, 0, UpdateParallelizationFactor) == []
