"""A threshold in the pipeline file changes diagnosis, alarm, dashboard and decision alike."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, Minute, a_pipeline, a_table, signals
from tests.flink_builders import JobMinute, a_flink_pipeline, job_signals
from tests.looks import a_look
from tidegate.cli import main
from tidegate.pipeline_file import parse
from tidegate.rules.cause import Cause
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.packs import in_force, thresholds
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.errors import ConfigurationError
from tidegate.scaling.model.history import History
from tidegate.scaling.observability.alarms import wanted
from tidegate.scaling.observability.pipeline_rows import rows
from tidegate.scaling.plan.decide import decide

FILE = """pipelines:
  - name: race
    stream: racers
    consumers: [{function: scorer, tables: [scores]}]
    levers:
      shard_count: {max: 64, owner: tidegate}
      parallelization_factor: {max: 10, owner: tidegate}
      retention_hours: {min: 24, max: 168, owner: tidegate}
      write_capacity: {max: 40000, owner: tidegate}
"""
FLINK_FILE = """pipelines:
  - name: clicks
    stream: racers
    applications: [{application: counter}]
    levers: {parallelism: {max: 64, owner: tidegate}}
"""


def spec_of(file: str, **set_to: float) -> PipelineSpec:
    lines = [f"      {name.replace('_', '-')}: {value}\n" for name, value in set_to.items()]
    text = file + ("    thresholds:\n" + "".join(lines) if lines else "")
    (spec,) = parse(text, "p.yaml").pipelines
    return spec


@dataclass(frozen=True)
class Seen:
    """What became of a pipeline."""

    cause: Cause
    raised: tuple[str, ...]
    alarm: float


def seen(told: Signals, spec: PipelineSpec, alarm: str) -> Seen:
    told = replace(told, thresholds=in_force(spec.thresholds))
    diagnoses = diagnose(told)
    plan = decide(a_look(told, diagnoses, spec, History(()), NOON))
    alarms = {each.name.rpartition("/")[2]: each for each in wanted([(told.pipeline, spec)], None)}
    return Seen(
        diagnoses[0].cause,
        tuple(str(each.lever) for each in plan.decisions if each.allowed > each.current),
        alarms[alarm].configuration["Threshold"],
    )


SLOW = Minute(records_per_second=400, seconds_per_batch=0.12, longest_seconds=10)
GROWING = [replace(SLOW, age_seconds=age) for age in (60, 110, 160)]
THROTTLING = [replace(each, longest_seconds=1, table_throttles=800) for each in GROWING]
FULL = [Minute(records_per_second=850, batch=500)] * 3
HEAP = [JobMinute(heap_percent=75, collected_seconds=30.0 * at) for at in range(6)]


def test_a_duration_called_near_the_timeout_sooner_is_diagnosed_and_keeps_the_factor() -> None:
    told = signals(a_pipeline(), *GROWING)
    before = seen(told, spec_of(FILE), "duration-near-timeout")
    after = seen(told, spec_of(FILE, duration_near_timeout=0.6), "duration-near-timeout")
    factor = "parallelization_factor of scorer"
    assert (before.cause, before.alarm) == (Cause.CONSUMER_TOO_SLOW, 12_000)
    assert (after.cause, after.alarm) == (Cause.TIMEOUT_NEAR, 9_000)
    assert (factor in before.raised, factor in after.raised) == (True, False)


def test_a_stream_that_may_be_fuller_is_well_and_keeps_its_shards() -> None:
    told = signals(a_pipeline(factor=10), *FULL)
    before = seen(told, spec_of(FILE), "records-near-shard-limit")
    after = seen(told, spec_of(FILE, records_near_shard_limit=0.9), "records-near-shard-limit")
    assert (before.cause, before.alarm) == (Cause.STREAM_TOO_NARROW, 48_000)
    assert (after.cause, after.alarm) == (Cause.HEALTHY, 54_000)
    assert before.raised == ("shard_count of racers",)
    assert after.raised == ()


def test_a_table_that_may_throttle_more_is_not_what_ails_the_pipeline() -> None:
    told = signals(a_pipeline(table=a_table(300)), *THROTTLING)
    before = seen(told, spec_of(FILE), "writes-throttled")
    after = seen(told, spec_of(FILE, writes_throttled=0.1), "writes-throttled")
    assert (before.cause, before.alarm) == (Cause.TABLE_THROTTLED, 0.01)
    assert (after.cause, after.alarm) == (Cause.CONSUMER_TOO_SLOW, 0.1)
    assert "write_capacity of scores" in before.raised
    assert "parallelization_factor of scorer" in after.raised


def test_a_heap_called_full_sooner_is_diagnosed_and_gets_more_kpus() -> None:
    told = job_signals(a_flink_pipeline(), *HEAP)
    before = seen(told, spec_of(FLINK_FILE), "heap-full")
    after = seen(told, spec_of(FLINK_FILE, heap_high=70), "heap-full")
    assert before == Seen(Cause.HEALTHY, (), 85)
    assert after == Seen(Cause.HEAP_PRESSURE, ("parallelism of counter",), 70)


def test_an_age_called_near_the_retention_sooner_extends_it_and_moves_the_line() -> None:
    told = signals(a_pipeline(), *[Minute(age_seconds=9 * 3600 + at * 60) for at in range(30)])
    retention = "retention_hours of racers"
    before, after = spec_of(FILE), spec_of(FILE, iterator_age_near_retention=0.3)
    assert retention not in seen(told, before, "age-near-retention").raised
    found = seen(told, after, "age-near-retention")
    assert retention in found.raised
    assert found.alarm == pytest.approx(0.3 * 24 * 3_600_000)
    lines = [
        {each.label: each.value for each in graph.limits}
        for row in rows(told.pipeline, after)
        for graph in row.graphs
        if graph.title == "Iterator age against the retention"
    ]
    assert lines == [
        {"30 % of the retention": pytest.approx(7.2), "retention: records are lost": 24}
    ]


REFUSED = [
    ("duration-near-timeout: 80", "duration-near-timeout is 80, which could never fire; more than 0 and at most 1 (a share of the timeout) is allowed"),
    ("iterator-age-near-retention: 1.5", "iterator-age-near-retention is 1.5, which could never fire"),
    ("cpu-high: 120", "cpu-high is 120, which could never fire"),
    ("heap-high: 0.85", "heap-high is 0.85 %; for 85 % write 85"),
    ("busy: 0", "busy is 0, which would always fire"),
    ("function-errors: -1", "function-errors is -1, which would always fire"),
    ("heap-hi: 80", "'heap-hi' is not a rule; did you mean 'heap-high'?"),
    ("iterator-age-over-objective: 2", "iterator-age-over-objective is set by objective.iterator_age_max_seconds"),
    ("behind-growing: 0.3", "behind-growing is that of iterator-age-growing; set it there"),
    ("executions-busy: 0.3", "executions-busy is 0.3, less than the 0.5 (target_utilization.concurrency) that scaling keeps"),
    ("heap-high: 80 %", "heap-high is '80 %'; it must be a valid number"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "words"), REFUSED, ids=[line for line, _ in REFUSED])
def test_a_threshold_that_makes_no_sense_is_refused_with_its_place(
    line: str, words: str, tmp_path: Any
) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(f"{FILE}    thresholds:\n      {line}\n", encoding="utf-8")
    for command in (("check", str(path)), ("rules", "--config", str(path))):
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"{path}:11:")
        assert words in result.stderr


SETTABLE = [each for each in thresholds() if each.set_by is None and each.same_as is None]


@given(st.sampled_from(SETTABLE), st.floats(-10, 2000))
def test_what_the_file_takes_can_fire_and_does_not_always(rule: Any, value: float) -> None:
    """Held against values that may be measured: next to nothing, the most, and in between."""
    try:
        spec_of(FILE, **{rule.name.replace("-", "_"): value})
    except ConfigurationError:
        return
    most = min(rule.most, 1e9)
    compare = {
        ">": value.__lt__, ">=": value.__le__, "<": value.__gt__, "<=": value.__ge__,
    }[rule.comparison.value]  # fmt: skip
    fires = [compare(each) for each in (0.0, most)]
    assert sorted(fires) == [False, True]


@given(st.sampled_from([each for each in SETTABLE if each.most < 1e9]), st.floats(1e-6, 1e6))
def test_what_is_beyond_all_that_can_be_measured_is_refused(rule: Any, more: float) -> None:
    name = rule.name.replace("-", "_")
    with pytest.raises(ConfigurationError, match=r"never fire|always fire"):
        spec_of(FILE, **{name: rule.most + more})


def test_every_default_is_one_that_a_file_may_set() -> None:
    defaults = {each.name.replace("-", "_"): each.share for each in SETTABLE}
    assert in_force(spec_of(FILE, **defaults).thresholds) == in_force({})


def test_rules_say_what_is_in_force_and_what_each_feeds(tmp_path: Any) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(FILE + "    thresholds: {duration-near-timeout: 0.6}\n", encoding="utf-8")
    result = CliRunner().invoke(main, ("rules", "--config", str(path)))
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    told = {line[0]: dict(zip(lines[0], line, strict=True)) for line in lines[1:]}
    near = told["lambda/duration-near-timeout"]
    assert (near["default"], near["in force"]) == ("0.8", "60% of the timeout in race")
    assert near["causes"] == "timeout-near, poison-batch, bad-deploy"
    assert near["decisions"] == "batching_window_seconds"
    assert near["alarms"] == "duration-near-timeout"
    assert told["flink/heap-high"]["in force"] == "85 %, the default"
