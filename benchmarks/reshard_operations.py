"""Operations that 20 reshards take: Tidegate, amazon-kinesis-scaling-utils, plain UpdateShardCount.

    python benchmarks/reshard_operations.py > docs/reshard-operations.md

amazon-kinesis-scaling-utils (StreamScaler.scaleStream in awslabs/amazon-kinesis-scaling-utils)
walks the key space from the left: a shard wider than its equal share is split at it, a narrower
one is merged with its neighbour, which is split first where both are too wide together. So each
edge of an equal share that isn't in place costs a split, each other edge a merge.

Plain UpdateShardCount asks for the target, clamped to double or half, until it is there, at most
ten times a day. It ends uniform, so an uneven stream with the right count needs a way and back.
"""

import subprocess
from math import ceil

from tidegate.rules.kinds.kinesis_stream.state import HASH_KEYS
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Even, plan
from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import uniform

TOLERANCE = 0.1
UPDATES_PER_DAY = 10
SOURCES = ("scaling/kinds/kinesis_stream/reshard", "benchmarks/reshard_operations.py")

Shape = tuple[int, ...]


def at(*shares: float) -> Shape:
    """Boundaries at shares of the key space."""
    return tuple(int(share * HASH_KEYS) for share in shares)


def scaling_utils(boundaries: Shape, target: int) -> int:
    """Splits and merges of a walk from the left, which leaves an edge alone only where it is."""
    wanted = set(uniform(target))
    return len(wanted - set(boundaries)) + len(set(boundaries) - wanted)


def update_shard_count(boundaries: Shape, target: int) -> int | None:
    """Calls of UpdateShardCount, None when a day's ten don't get there."""
    count, calls = len(boundaries) + 1, 0
    if count == target:
        return 0 if boundaries == uniform(target) else 2
    while count != target:
        count = min(max(target, ceil(count / 2)), 2 * count)
        calls += 1
    return calls if calls <= UPDATES_PER_DAY else None


RESHARDS: list[tuple[str, Shape, int]] = [
    *((f"{start} even", uniform(start), target) for start, target in (
        (1, 2), (1, 3), (1, 20), (1, 100), (1, 500), (2, 3), (3, 1), (4, 6), (5, 4), (8, 9),
        (10, 30), (20, 3), (64, 1), (100, 110),
    )),
    ("5, one of them split", at(0.25, 0.5, 0.625, 0.75), 4),
    ("5, one of them split", at(0.25, 0.5, 0.625, 0.75), 6),
    ("3, lopsided", at(0.1, 0.2), 3),
    ("6, nearly even", at(0.17, 0.33, 0.5, 0.66, 0.84), 6),
    ("6, nearly even", at(0.17, 0.33, 0.5, 0.66, 0.84), 12),
    ("5, halves of halves", at(0.5, 0.75, 0.875, 0.9375), 8),
]  # fmt: skip


def _commit() -> str:
    command = ("git", "rev-parse", "--short", "HEAD")
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    """Print the table."""
    print("# Operations that a reshard takes\n")
    print("Made by `python benchmarks/reshard_operations.py`; even means within 10 %.")
    print(f"<!-- figures of {_commit()}: {' '.join(SOURCES)} -->\n")
    titles = (
        "from",
        "to",
        "Tidegate",
        "with the day's calls spent",
        "scaling-utils",
        "UpdateShardCount",
    )
    print(f"| {' | '.join(titles)} |")
    print("|---|---|---|---|---|---|")
    for name, boundaries, target in RESHARDS:
        goal = Even(target, TOLERANCE)
        ours = len(plan(boundaries, goal, UPDATES_PER_DAY))
        by_hand = len(plan(boundaries, goal, 0))
        plain = update_shard_count(boundaries, target)
        shown = "not in a day" if plain is None else str(plain)
        walk = scaling_utils(boundaries, target)
        print(f"| {name} | {target} | {ours} | {by_hand} | {walk} | {shown} |")


if __name__ == "__main__":
    main()
