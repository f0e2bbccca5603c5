"""One controller through one Flink world, and what it came to."""

from dataclasses import dataclass

from benchmarks.flink_controllers import CONTROLLERS
from benchmarks.flink_worlds import CHANGE_AT, WORLDS
from tidegate.bench.shapes import HOUR, MINUTE
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.operation import UPDATE
from tidegate.simulator.world import World

__all__ = ["Run", "play"]

FIRST_LOOK_SECONDS, LOOK_SECONDS = 180, 60


@dataclass(frozen=True, slots=True)
class Run:
    """The figures of one run. ``behind_seconds`` are those in which the oldest record that waits is
    older than the objective; KPUs are those that the job runs on. ``restart_seconds`` is what one
    restart of the job may cost, as it is at the start: the time down, and as long to catch up, as a
    job does that can do twice what comes in."""

    world: str
    controller: str
    seed: int
    behind_seconds: int
    longest_seconds: float
    restarts: int
    down_seconds: int
    kpus: float
    kpus_before: float
    kpus_an_hour_later: float
    restart_seconds: float


def play(name: str, controller: str, seed: int) -> Run:
    """The whole world, looked at once a minute as soon as metrics can be there."""
    (world,) = (each for each in WORLDS if each.name == name)
    there = World(world.scenario(seed), seed)
    application = there.the(EmbeddedApplication)
    state = application.state
    fixed = state.data.restart_seconds + state.snapshot_seconds()
    restart_seconds = 2 * state.restart_seconds(fixed, state.kpus)
    acting = CONTROLLERS[controller](there)
    there.advance(FIRST_LOOK_SECONDS)
    while there.second < world.seconds:
        acting.act()
        there.advance(LOOK_SECONDS)
    figures, kpus = there.figures(), [minute.total("kpus") - 1 for minute in there.series]
    return Run(
        world=world.name,
        controller=controller,
        seed=seed,
        behind_seconds=figures.seconds_out_of_objective,
        longest_seconds=figures.iterator_age_max_seconds,
        restarts=sum(each.kind == UPDATE for each in application.service.operations),
        down_seconds=figures.seconds_down,
        kpus=sum(kpus) / len(kpus),
        kpus_before=kpus[CHANGE_AT // MINUTE - 1],
        kpus_an_hour_later=kpus[(CHANGE_AT + HOUR) // MINUTE],
        restart_seconds=restart_seconds,
    )
