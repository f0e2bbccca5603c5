"""Play schedules: ``python -m tests.faults --count 10000``, or one: ``--seed N --moves 0,3``."""

import argparse
import sys
import time
from collections.abc import Sequence

from tests.faults.mass import PAGE, SOURCES, Batch, Mass, batches, played, published
from tests.faults.schedule import Played, play
from tests.figures import head, is_changed
from tests.shape import ROOT

ON_PORTS, OVER_BOTO3 = range(10_000), range(500)
"""The seeds of ``--whole``."""


def main() -> int:
    """Play what is asked for; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seed", type=int, default=0, help="the first one")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--moves", help="only these of one schedule, with commas")
    parser.add_argument("--boto3", action="store_true", help="over boto3's clients, not the ports")
    parser.add_argument("--whole", action="store_true", help="10,000 and 500, with their page")
    asked = parser.parse_args()
    if asked.moves is not None:
        moves = [int(each) for each in asked.moves.split(",") if each]
        return _told(play(asked.seed, moves, over_boto3=asked.boto3))
    seeds = range(asked.seed, asked.seed + asked.count)
    wanted = list(batches(seeds, over_boto3=asked.boto3))
    if asked.whole:
        wanted = [*batches(OVER_BOTO3, over_boto3=True), *batches(ON_PORTS, over_boto3=False)]
    commit = None if is_changed(ROOT, *SOURCES) else head()
    masses = _played(wanted)
    if asked.whole and commit is not None:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(published(masses, commit, page), encoding="utf-8")
    elif asked.whole:
        print("the page stays as it is: sources have changes that are not committed")
    return int(any(each.failed for each in masses))


def _played(wanted: Sequence[Batch]) -> list[Mass]:
    began = time.monotonic()
    masses = {over_boto3: Mass(over_boto3) for over_boto3 in (False, True)}
    for schedules in played(wanted):
        masses[schedules[0].over_boto3].add(schedules)
        for each in schedules:
            _told(each)
    found = [each for each in masses.values() if each.seeds]
    for mass in found:
        print(mass.row)
    print(f"{time.monotonic() - began:,.0f} s")
    return found


def _told(schedule: Played) -> int:
    if schedule.broken:
        print("\n  ".join((schedule.command, *schedule.broken)), flush=True)
    return int(bool(schedule.broken))


if __name__ == "__main__":
    sys.exit(main())
