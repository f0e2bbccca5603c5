"""How a job's work is spread over its subtasks, which is by whole shards or partitions and by whole
key groups: five subtasks that read six shards leave one of them with two."""

from collections.abc import Iterable, Sequence

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.kinesis_stream.state import shard_count_of
from tidegate.scaling.kinds.flink_application.in_file import ApplicationEntry
from tidegate.scaling.kinds.flink_application.limits import PARALLELISM_MAX

__all__ = [
    "default_max_parallelism",
    "even_from",
    "few_enough_groups",
    "growth_of_the_busiest",
    "max_parallelism_named",
    "one_part_fewer",
    "parts_of",
]

MAX_PARALLELISM_DEFAULT = 128
NEAR = 1.25
"""A quarter more subtasks are worth an even share for each: a raise is at least as large."""

EVEN = 1.1
"""A tenth more than the others have is not worth another subtask, as it isn't worth a raise."""


def default_max_parallelism(parallelism: int) -> int:
    """The least that Flink's own maximum can be of a job that sets none and runs with so many
    subtasks: 128, or the next power of two. It is computed from half more than the job was first
    started with, and stays what it was then: a job of 200 may have been started with 150 (Flink,
    KeyGroupRangeAssignment.computeDefaultMaxParallelism)."""
    least: int = 1 << (parallelism - 1).bit_length()
    return min(max(MAX_PARALLELISM_DEFAULT, least), PARALLELISM_MAX)


def max_parallelism_named(
    application: FlinkApplication, entry: ApplicationEntry | None
) -> int | None:
    """The file's, but never more than the newest update failed of; without the file what any
    earlier one failed of."""
    named = application.max_parallelism
    of_file = None if entry is None else entry.max_parallelism
    if of_file is None or named is None:
        return named if of_file is None else of_file
    return of_file if application.failure is None else min(of_file, named)


def parts_of(
    pipeline: Pipeline, application: FlinkApplication, entry: ApplicationEntry | None
) -> tuple[int, ...]:
    """The numbers of parts that the job's work comes in: shards or partitions, where they are
    known, and key groups, of which there are as many as the maximum parallelism."""
    sources = application.partitions or shard_count_of(pipeline)
    groups = max_parallelism_named(application, entry)
    return (
        *((sources,) if sources else ()),
        groups or default_max_parallelism(application.parallelism),
    )


def growth_of_the_busiest(parts: Iterable[int], before: int, after: int) -> float:
    """How many times as much the busiest subtask has to do after a change of the parallelism: by
    the mean, or by whole parts where that is more."""
    shares = (-(-each // after) / -(-each // before) for each in parts)
    return max([before / after, *shares])


def even_from(parts: Iterable[int], least: int, most: int) -> int:
    """The first parallelism from ``least`` on that spreads the work evenly, where one is near; else
    ``least``. Never more than ``most``."""
    counts = tuple(parts)
    near = range(least, min(int(least * NEAR), most) + 1)
    return next((each for each in near if _unevenness(counts, each) <= EVEN), least)


def few_enough_groups(groups: int, least: int, load: float) -> int:
    """The first parallelism from ``least`` on whose busiest subtask has time for all of its key
    groups, where all groups together take the whole time of ``load`` subtasks: between two numbers
    of groups for the busiest, more subtasks do nothing for it."""
    tried = range(least, groups)
    return next((each for each in tried if -(-groups // each) * load <= groups), max(least, groups))


def one_part_fewer(parts: Sequence[int], subtasks: int) -> int:
    """The fewest subtasks of which none has as many of the source's parts, the first of ``parts``,
    as the busiest of ``subtasks`` has, which is two at least."""
    sources = parts[0]
    return -(-sources // (-(-sources // subtasks) - 1))


def _unevenness(parts: Iterable[int], subtasks: int) -> float:
    """What the busiest subtask has to do as a multiple of the mean. Subtasks that no shard is left
    for may still have keys."""
    shares = (-(-each // subtasks) * subtasks / each for each in parts if each >= subtasks)
    return max(shares, default=1.0)
