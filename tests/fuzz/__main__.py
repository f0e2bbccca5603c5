"""Mutated pipeline files and odd command lines: ``python -m tests.fuzz --files 5000 --lines 4000``,
or one of them: ``--files 1 --seed N --lines 0``."""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.play import Ran, account_of, play_file, play_line

AT_ONCE = 500
"""Runs in one account: their ledger and alarms don't pile up."""


def main() -> int:
    """Play what is asked for; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--lines", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0, help="the first one")
    asked = parser.parse_args()
    began, failed = time.monotonic(), 0
    for name, play, count in (("files", play_file, asked.files), ("lines", play_line, asked.lines)):
        codes = Counter[int]()
        for first in range(asked.seed, asked.seed + count, AT_ONCE):
            with TemporaryDirectory() as folder, account_of(Path(folder)) as calls:
                for seed in range(first, min(first + AT_ONCE, asked.seed + count)):
                    ran = play(seed, calls)
                    codes[ran.code] += 1
                    failed += bool(ran.broken)
                    _tell(name, seed, ran)
        told = ", ".join(
            f"{number:,} with exit code {code}" for code, number in sorted(codes.items())
        )
        print(f"{count:,} {name}: {told}")
    print(f"{failed} with a broken promise, {time.monotonic() - began:,.0f} s")
    return 1 if failed else 0


def _tell(name: str, seed: int, ran: Ran) -> None:
    if ran.broken:
        others = "lines" if name == "files" else "files"
        print(f"python -m tests.fuzz --{name} 1 --{others} 0 --seed {seed}", flush=True)
        print(f"  tidegate {' '.join(map(repr, ran.args))[:500]}")
        print("  " + "\n  ".join(ran.broken), flush=True)


if __name__ == "__main__":
    sys.exit(main())
