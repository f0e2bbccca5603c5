"""Odd requests to the packaged zip: ``python -m tests.fuzz.endpoint --page`` plays 20,000 and writes
their figures into the page; ``--count 1 --seed N`` plays one of them."""

import argparse
import sys
import time

from tests.figures import head, is_changed
from tests.fuzz.endpoint.mass import PAGE, SOURCES, played, published
from tests.shape import ROOT


def main() -> int:
    """Play what is asked for; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.endpoint")
    parser.add_argument("--seed", type=int, default=0, help="the first one")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--page", action="store_true", help="write the figures into the page")
    asked = parser.parse_args()
    commit = None if is_changed(ROOT, *SOURCES) else head()
    began = time.monotonic()
    mass = played(range(asked.seed, asked.seed + asked.count))
    print(mass.row)
    print(f"{time.monotonic() - began:,.0f} s")
    if asked.page and commit is not None:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(published(mass, commit, page), encoding="utf-8")
    elif asked.page:
        print("the page stays as it is: sources have changes that are not committed")
    return int(mass.broken > 0)


if __name__ == "__main__":
    sys.exit(main())
