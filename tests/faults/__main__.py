"""Play schedules: ``python -m tests.faults --count 10000``, or one: ``--seed N --moves 0,3``."""

import argparse
import sys
import time
from collections import Counter

from tests.faults.schedule import MOVES, Played, play, shortest


def main() -> int:
    """Play what is asked for; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seed", type=int, default=0, help="the first one")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--moves", help="only these of each schedule, with commas")
    parser.add_argument("--boto3", action="store_true", help="over boto3's clients, not the ports")
    asked = parser.parse_args()
    moves = range(MOVES) if asked.moves is None else [int(each) for each in asked.moves.split(",")]
    began, failed, calls, faults = time.monotonic(), list[Played](), 0, Counter[str]()
    for seed in range(asked.seed, asked.seed + asked.count):
        played = play(seed, moves, over_boto3=asked.boto3)
        calls += played.calls
        faults += played.faults
        if played.broken:
            failed.append(shortest(played))
            print(f"{failed[-1].command}\n  " + "\n  ".join(failed[-1].broken), flush=True)
    seconds = time.monotonic() - began
    print(
        f"{asked.count:,} schedules, {calls:,} calls that AWS accepted, {faults.total():,} faults ({dict(faults)}), {len(failed)} with a broken "
        f"promise, {seconds:,.0f} s"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
