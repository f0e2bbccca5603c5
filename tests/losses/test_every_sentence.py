"""With every sentence of a reason worded anew, whole runs change, keep and count the same."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.reason import Reason
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.timeline import event_timeline
from tidegate.scaling.sweep import sweep
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import START, World


@dataclass
class Kept:
    """What a run leaves for programs: calls, the ledger without its sentences, kinds of events,
    what sweeps concluded, and the metrics counted."""

    calls: list[str]
    records: list[tuple[Any, ...]]
    events: list[tuple[Any, ...]]
    conclusions: list[tuple[Any, ...]]
    refusals: Counter[str]


def run(name: str, minutes: int) -> Kept:
    scenario = load_scenario(name)
    specs = load_value(scenario.pipeline_file, "pipelines.yaml").pipelines
    world, ledger = World(scenario, 7), SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger)
    calls: list[str] = []
    conclusions: list[tuple[Any, ...]] = []
    refusals: Counter[str] = Counter()
    world.advance(180)
    for _ in range(minutes):
        for report in sweep(specs, edges, world.now, holder=f"{world.second}").pipelines:
            calls += [f"{world.second} {change.action}" for change in report.changes]
            refusals.update(str(change.refusal) for change in report.changes)
            causes = tuple((each.cause, each.where, each.cured_by) for each in report.diagnoses)
            held = tuple(each.gist for each in report.held)
            conclusions.append((report.health, causes, held, len(report.advice)))
        world.advance(60)
    pipeline, since = specs[0].name, START - timedelta(days=1)
    change_records = ledger.change_records(pipeline, since)
    events = event_timeline(ledger.snapshots(pipeline, since), change_records)
    return Kept(
        calls,
        [(each.lever, each.operation, each.from_capacity, each.outcome) for each in change_records],
        [(each.at, each.kind) for each in events],
        conclusions,
        refusals,
    )


COUNTED = count()
WORDINGS = {"all alike": lambda _: "a reason", "never twice": lambda _: f"reason {next(COUNTED)}"}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize(
    ("name", "minutes"),
    [("race-day", 60), ("hot-shard", 40), ("stream-updating", 40), ("flink-update-fails", 60)],
)
def test_a_run_is_the_same_whatever_its_sentences_are(
    name: str, minutes: int, wording: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_worded = run(name, minutes)
    monkeypatch.setattr(Reason, "__str__", WORDINGS[wording])
    assert run(name, minutes) == as_worded
    assert as_worded.calls or as_worded.events
