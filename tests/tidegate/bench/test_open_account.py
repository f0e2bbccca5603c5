"""A load beside readers and a writer that no pipeline file names."""

import json
from pathlib import Path

import pytest

from benchmarks.publish_benchmark import opened
from tidegate.bench.bench import as_json, run_all
from tidegate.bench.case import Case
from tidegate.bench.faults import HEALTHY, kind_of
from tidegate.bench.loads import Load
from tidegate.bench.open_account import OPEN, WRITER_SHARE
from tidegate.bench.optimum import optimum
from tidegate.bench.plant import Setting
from tidegate.bench.run import demand
from tidegate.bench.suite import open_suite
from tidegate.bench.table import markdown
from tidegate.simulator.kinds.foreign.reader import ForeignReaderState
from tidegate.simulator.kinds.foreign.writer import ForeignWriterState
from tidegate.simulator.world import World

STEADY = Load("steady", "own", ((-86_400, 400.0), (1200, 400.0)), 1200)


def world_of(surroundings: str) -> World:
    world = World(Case(STEADY, surroundings).scenario(Setting(1, 5, 600)), 1)
    world.advance(STEADY.duration_seconds)
    return world


def test_others_read_the_whole_stream_and_write_a_tenth_of_the_mean_load() -> None:
    world = world_of(OPEN)
    written = world.figures().records_written
    for name in ("delivery", "archive"):
        assert world.the(ForeignReaderState, name).records_read == pytest.approx(written, rel=0.05)
    writer = world.the(ForeignWriterState)
    assert writer.records_written == pytest.approx(WRITER_SHARE * 400 * 1200, rel=0.01)


def test_nobody_else_is_in_an_account_of_its_own() -> None:
    world = world_of(HEALTHY)
    for kind in (ForeignReaderState, ForeignWriterState):
        with pytest.raises(LookupError):
            world.the(kind)


def test_the_bound_pays_for_what_others_write_and_for_nothing_else() -> None:
    alone, beside = (demand(Case(STEADY, each)) for each in (HEALTHY, OPEN))
    assert [each.write_units for each in alone] == [400] * 20
    assert [each.write_units for each in beside] == [440] * 20
    bounds = [optimum(Case(STEADY, each)) for each in (HEALTHY, OPEN)]
    assert bounds[1].write_units_usd == pytest.approx(1.1 * bounds[0].write_units_usd)
    assert bounds[1].usd - bounds[0].usd == pytest.approx(0.1 * bounds[0].write_units_usd)


def test_every_load_is_played_alone_and_beside_others_with_every_seed() -> None:
    cases = open_suite(Path("nowhere"), 2)
    names = {case.load.name for case in cases}
    assert len(cases) == len(names) * 2 * 2
    for name in names:
        played = {(case.fault, case.seed) for case in cases if case.load.name == name}
        assert played == {(each, seed) for each in (HEALTHY, OPEN) for seed in (1, 2)}
    assert kind_of(OPEN) == OPEN


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    """A folder as ``tidegate bench --open`` leaves it."""
    made = run_all(["tidegate"], [Case(STEADY, each) for each in (HEALTHY, OPEN)], 1, lambda: None)
    found = {"made_by": "tidegate bench --open", "made_on": "today"} | as_json(made)
    (tmp_path / "results.json").write_text(json.dumps(found), encoding="utf-8")
    (tmp_path / "tables.md").write_text(markdown(made.summaries), encoding="utf-8")
    return tmp_path


def test_the_page_says_of_every_load_whether_others_changed_much(
    figures: Path,
) -> None:
    assert "| steady | " in opened(figures)
    assert opened(figures).splitlines()[-3].endswith("| yes |")
    results = json.loads((figures / "results.json").read_text(encoding="utf-8"))
    beside = next(each for each in results["runs"] if each["fault"] == OPEN)
    for key, more in (("seconds_out", 31), ("cost_usd", beside["cost_usd"] * 0.2)):
        worse = [
            each | {key: each[key] + more} if each is beside else each for each in results["runs"]
        ]
        (figures / "results.json").write_text(
            json.dumps(results | {"runs": worse}), encoding="utf-8"
        )
        assert opened(figures).splitlines()[-3].endswith("| no |")
