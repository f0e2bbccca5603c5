"""What a demo and its report show of each kind is said by that kind alone."""

import pytest

from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.kinds.trial_registry import age_words, in_columns, in_legends, layout_of
from tidegate.pipeline_file import load_value
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.scenarios import load_scenario
from tidegate.trial import Trial


def begun(scenario: str) -> tuple[Trial, PipelineReport]:
    """A trial after four minutes without a change, and what a sweep sees then."""
    trial = Trial(load_scenario(scenario), 1)
    for world in (trial.alone, trial.tended):
        world.advance(240)
    (spec,) = load_value(trial.scenario.pipeline_file, scenario).pipelines
    world, ledger = trial.tended, SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger)
    report = sweep([spec], edges, world.now, holder="me", dry_run=True).pipelines[0]
    ledger.close()
    return trial, report


@pytest.mark.parametrize(
    ("scenario", "age", "columns"),
    [
        ("index-throttled", "iterator age", ["stream", "lambda", "tables"]),
        ("flink-lag", "behind by", ["stream", "application"]),
        ("flink-kafka", "behind by", ["application"]),
    ],
)
def test_the_live_table_has_a_column_for_what_there_is(
    scenario: str, age: str, columns: list[str]
) -> None:
    trial, report = begun(scenario)
    minute = trial.tended.series[-1]
    cells = [cell for kind in in_columns() for cell in kind.cells(report, minute)]
    assert (age_words(minute), [title for title, _ in cells]) == (age, columns)
    assert all(words for _, words in cells)


@pytest.mark.parametrize(
    ("scenario", "rows"),
    [
        ("index-throttled", {"records", "units", "settings", "executions"}),
        ("flink-lag", {"records", "down", "settings"}),
        ("flink-kafka", {"records", "down", "settings"}),
    ],
)
def test_a_report_has_the_lines_of_the_kinds_that_there_are(scenario: str, rows: set[str]) -> None:
    trial, _ = begun(scenario)
    layout = layout_of(trial.tended.series[-1])
    traces = [trace for kind in in_legends() for trace in kind.traces(trial, layout)]
    assert {trace.row for trace in traces} == rows <= layout.rows.keys()
    assert {len(trace.values) for trace in traces} == {len(trial.tended.series)}
