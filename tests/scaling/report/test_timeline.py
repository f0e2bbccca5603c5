"""What history tells of sightings and entries."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOON
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import Entry, Lever, Outcome
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.snapshot import Sighting
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.snapshot import differs
from tidegate.scaling.report.timeline import Kind, story
from tidegate.scaling.sweep import sweep
from tidegate.simulator.direct import DirectCloud, DirectMetrics
from tidegate.simulator.scenario import load_scenario, scenario_names
from tidegate.simulator.world import World

HELD = "write_capacity of scores: 900 wanted, 100 allowed now: the file keeps it within 1..100"
THROTTLED = Diagnosis(
    Cause.TABLE_THROTTLED, "scores", ("scores throttled 9 writes",), (LeverKind.WRITE_CAPACITY,)
)
HOT = Diagnosis(Cause.HOT_KEY, "racers", ("one key has 80%",), advice="spread it")


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


WELL = Sighting("race", at(0), Health.HEALTHY, (Diagnosis(Cause.HEALTHY, "race", ("all well",)),))
SICK = Sighting("race", at(5), Health.SICK, (THROTTLED, HOT), (HELD,))
ENTRY = Entry(
    "e", "race", Lever.of(LeverKind.WRITE_CAPACITY, "scores"), "dynamodb:UpdateTable", 100, 900,
    "9 writes throttled", at(6), Outcome.DONE, at(6),
)  # fmt: skip


def told(*sightings: Sighting, entries: tuple[Entry, ...] = ()) -> list[tuple[int, Kind, str]]:
    return [
        (int((event.at - NOON).total_seconds() // 60), event.kind, event.words)
        for event in story(sightings, entries)
    ]


def test_an_illness_is_told_from_start_to_end() -> None:
    milder = replace(SICK, at=at(7), health=Health.HEALING, diagnoses=(THROTTLED,), held_back=())
    assert told(WELL, SICK, milder, replace(WELL, at=at(9)), entries=(ENTRY,)) == [
        (0, Kind.HEALTH, "healthy"),
        (5, Kind.FOUND, "table-throttled at scores: scores throttled 9 writes"),
        (5, Kind.FOUND, "hot-key at racers: one key has 80%"),
        (5, Kind.ADVISED, "racers: spread it"),
        (5, Kind.HELD, HELD),
        (5, Kind.HEALTH, "sick, after 5 min healthy"),
        (6, Kind.CHANGED, "write_capacity of scores: 100 -> 900; 9 writes throttled"),
        (7, Kind.ENDED, "hot-key at racers"),
        (7, Kind.HEALTH, "healing, after 2 min sick"),
        (9, Kind.ENDED, "table-throttled at scores"),
        (9, Kind.HEALTH, "healthy, after 2 min healing"),
    ]


@pytest.mark.parametrize(
    ("outcome", "detail", "kind", "words"),
    [
        (Outcome.FAILED, "LimitExceeded: ten a day", Kind.REFUSED, " (LimitExceeded: ten a day)"),
        (Outcome.SUPERSEDED, "it never reached AWS", Kind.DROPPED, " (it never reached AWS)"),
        (Outcome.BEGUN, None, Kind.BEGUN, ""),
    ],
    ids=["refused", "dropped", "open"],
)
def test_what_was_not_done_says_why(
    outcome: Outcome, detail: str | None, kind: Kind, words: str
) -> None:
    entry = replace(ENTRY, outcome=outcome, detail=detail)
    change = "write_capacity of scores: 100 -> 900; 9 writes throttled"
    assert told(entries=(entry,)) == [(6, kind, f"{change}{words}")]


def test_a_pipeline_that_could_not_be_looked_at_is_told_and_its_causes_are_not_found_anew() -> None:
    dark = Sighting("race", at(6), Health.UNKNOWN, unreached="kinesis:ListShards on racers: no")
    assert told(SICK, dark, replace(SICK, at=at(16)))[-3:] == [
        (6, Kind.UNREACHED, "kinesis:ListShards on racers: no"),
        (6, Kind.HEALTH, "not reached, after 1 min sick"),
        (16, Kind.HEALTH, "sick, after 10 min not reached"),
    ]


def test_what_was_in_force_before_is_told_with_its_own_moment() -> None:
    events = story((), (), before=SICK)
    assert {event.at for event in events} == {at(5)}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"at": at(6)}, False),
        ({"diagnoses": (replace(THROTTLED, evidence=("scores throttled 7 writes",)), HOT)}, False),
        ({"held_back": (HELD.replace("900", "1,250"),)}, False),
        ({"held_back": ()}, True),
        ({"diagnoses": (THROTTLED,)}, True),
        ({"health": Health.HEALING}, True),
        ({"unreached": "kinesis:ListShards on racers: no"}, True),
    ],
    ids=["moment", "evidence", "figures", "hold", "cause", "health", "error"],
)
def test_only_what_is_new_differs(changed: dict[str, object], expected: bool) -> None:
    assert differs(replace(SICK, **changed), SICK) is expected
    assert differs(SICK, None)


@pytest.mark.parametrize("name", scenario_names())
def test_a_run_leaves_few_sightings_and_a_dry_run_none(name: str) -> None:
    scenario = load_scenario(name)
    (spec,) = load_value(scenario.pipeline_file, name).pipelines
    world, ledger, dry = World(scenario, 1), SqliteLedger(":memory:"), SqliteLedger(":memory:")
    cloud, metrics = DirectCloud(world), DirectMetrics(world)
    world.advance(180)
    began = world.now
    sweeps = 0
    while world.second + 60 <= scenario.duration_seconds:
        report = sweep([spec], Edges(cloud, metrics, ledger), world.now, holder="test")
        sweeps += 1
        seen = ledger.sightings(spec.name, began)
        assert seen[-1].health is report.pipelines[0].health
        world.advance(60)
    assert 1 <= len(seen) <= sweeps / 5
    sweep([spec], Edges(cloud, metrics, dry), world.now, holder="dry", dry_run=True)
    assert dry.pipelines() == ()
    ledger.close()
    dry.close()
