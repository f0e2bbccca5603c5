"""Whatever fails at whatever call, and whoever comes in between: no promise is broken.

Each schedule has sweeps, reshards, PATCHes and operators that overlap; calls that are throttled,
unanswered before or after their effect, or late; metrics in part, late, missing or garbled; a ledger that is busy; processes
that die or are suspended at any call of it. ``tests/faults/stage.py`` has the promises.
"""

import pytest

from tests.faults.schedule import Played, play, shortest

SEEDS, AT_ONCE = 200, 25


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_no_schedule_breaks_a_promise(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        played = play(seed)
        assert played.broken == (), as_short_as_it_breaks(played)


def as_short_as_it_breaks(played: Played) -> str:
    fewest = shortest(played)
    return f"{fewest.broken[0]}\nplay it again: {fewest.command}"


def test_a_seed_is_played_alike_each_time_and_most_of_them_change_something() -> None:
    first = [play(seed) for seed in range(4)]
    assert [play(seed) for seed in range(4)] == first
    assert sum(each.calls for each in first) >= 4


def test_a_failing_seed_names_the_command_that_plays_it_again() -> None:
    played = Played(7, (0, 3), ("asked twice",), 1)
    assert played.command == "python -m tests.faults --seed 7 --moves 0,3"
