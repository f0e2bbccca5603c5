"""docs/flink-policies.md from the runs."""

from collections.abc import Callable, Iterator, Sequence
from statistics import median

from benchmarks.flink_controllers import BOTH, CONTROLLERS, NOBODY, TIDEGATE
from benchmarks.flink_runs import Run
from benchmarks.flink_worlds import WORLDS

__all__ = ["page"]

SAVES_NOTHING = ("sink-limited", "skewed")
"""More KPUs help in none of these."""

INTRODUCTION = """\
# Flink jobs by Tidegate, by the policies of AWS's article, and left alone

Made by `make bench-flink`, in the simulated world, from seeds {seeds}: a seed draws the size of
the load (85 to 115 %), how long a spike lasts (4 to 8 minutes), how long an update takes beside
snapshot and state (30 to 90 s), and the noise. Everybody meets the same draws and looks once a
minute.
{mark}

{worlds}

A job has a source, a keyBy with its operators, and a sink, as three tasks; a subtask does 500
records a second, and a job has four, but for the day's ten. No record should wait for more than a
minute. Snapshots and rollback are on.

| who | what it is given | source |
|---|---|---|
{who}

The article recommends both policies together. It names one number, the minute of target tracking;
the others are its sample code's (aws-samples/kda-flink-app-autoscaling). What a subtask does is
told to the step policies alone: the sample counts KPUs at the most that they do, which leaves
nothing to catch up with, and here they count at 80 % of it, as in the example. Target tracking
scales in to the capacity at which its metric would be at the target; AWS says "more gradually" and
not how, so both policies are also run with that scale-in switched off.
"""

VERDICT = """\
## Held against each other

Of a world's seeds, in how many Tidegate was behind for no longer than the best of all the others
plus what one restart may cost (the time down, and as long to catch up); in how many it restarted
the job at most a third as often as both policies of the article do together; and, where KPUs can't
help, in how many it has no more an hour after the change than before.
"""

GIVEN = {
    NOBODY: ("nothing", ""),
    TIDEGATE: (
        "the objective; parallelism 1 to 32; metrics level TASK",
        "the pipeline file of docs/pipeline-file.md, else defaults",
    ),
    "target tracking": (
        "60,000 ms of millisBehindLatest, Average; cooldowns of 60 s; 1 to 32",
        "article; targettracking-scaling.yaml",
    ),
    "step scaling": (
        "IncomingRecords against capacity times throughput: +1, +2, +4, +8 for each throughput "
        "over it, for 1 minute; -1 to -4 below that of one KPU fewer, for 2; cooldowns of 600 s",
        "article; step-scaling.yaml, step-scaling/index.py",
    ),
    BOTH: ("both of them", "article"),
    "both, tracking out only": ("both, target tracking with DisableScaleIn", "examples/flink.yaml"),
    "examples/flink.yaml": (
        "target tracking out only; steps to 4, 8, 16 and back to 2 by IncomingRecords; 2 to 32; "
        "through Tidegate's endpoint",
        "examples/flink.yaml",
    ),
}


def page(runs: Sequence[Run], mark: str) -> str:
    """The whole page."""
    seeds = sorted({run.seed for run in runs})
    words = "\n".join(f"- **{each.name}**: {each.words}." for each in WORLDS)
    who = "\n".join(f"| {name} | {given} | {source} |" for name, (given, source) in GIVEN.items())
    numbered = f"{seeds[0]} to {seeds[-1]}"
    parts = [INTRODUCTION.format(seeds=numbered, mark=mark, worlds=words, who=who)]
    parts += ["## Figures\n\nMedian of the seeds, and the worst of them in brackets.\n"]
    parts += [_figures(world.name, runs) for world in WORLDS]
    parts += [VERDICT, _verdicts(runs)]
    return "\n".join(parts)


def _figures(world: str, runs: Sequence[Run]) -> str:
    count = len(list(_of(runs, world, TIDEGATE)))
    if not count:
        return f"{world}: not run.\n"
    lines = [
        f"| {world}, {count} seeds | s behind | longest, s | restarts | s down | KPUs |",
        "|---|---|---|---|---|---|",
    ]
    figures: tuple[tuple[Callable[[Run], float], str], ...] = (
        (lambda run: run.behind_seconds, ",.0f"),
        (lambda run: run.longest_seconds, ",.0f"),
        (lambda run: run.restarts, ",.0f"),
        (lambda run: run.down_seconds, ",.0f"),
        (lambda run: run.kpus, ".1f"),
    )
    for controller in CONTROLLERS:
        found = list(_of(runs, world, controller))
        cells = []
        for figure, form in figures:
            values = [figure(run) for run in found]
            cells.append(f"{median(values):{form}} ({max(values):{form}})")
        lines.append(f"| {controller} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _verdicts(runs: Sequence[Run]) -> str:
    lines = ["| world | s behind | restarts | KPUs |", "|---|---|---|---|"]
    for world in WORLDS:
        own = list(_of(runs, world.name, TIDEGATE))
        count = len(own)
        behind = sum(_is_no_longer_behind(run, runs) for run in own)
        few = sum(3 * run.restarts <= _other(run, runs, BOTH).restarts for run in own)
        saved = sum(run.kpus_an_hour_later <= run.kpus_before for run in own)
        kpus = f"{saved} of {count}" if world.name in SAVES_NOTHING else ""
        lines.append(f"| {world.name} | {behind} of {count} | {few} of {count} | {kpus} |")
    return "\n".join([*lines, ""])


def _is_no_longer_behind(own: Run, runs: Sequence[Run]) -> bool:
    others = (name for name in CONTROLLERS if name != TIDEGATE)
    best = min(_other(own, runs, name).behind_seconds for name in others)
    return own.behind_seconds <= best + own.restart_seconds


def _of(runs: Sequence[Run], world: str, controller: str) -> Iterator[Run]:
    return (run for run in runs if (run.world, run.controller) == (world, controller))


def _other(own: Run, runs: Sequence[Run], controller: str) -> Run:
    return next(run for run in _of(runs, own.world, controller) if run.seed == own.seed)
