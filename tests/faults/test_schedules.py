"""Whatever fails at whatever call, and whoever comes in between: no promise is broken.

``docs/faults.md`` says who the callers are and what befalls them; ``promises.py`` has what must hold.
"""

from collections import Counter

import pytest

from tests.faults.mass import Mass, batches, published
from tests.faults.schedule import Played, play, shortest

SEEDS, AT_ONCE = 200, 25
OVER_BOTO3 = 5


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_no_schedule_breaks_a_promise(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        played = play(seed)
        assert played.broken == (), as_short_as_it_breaks(played)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(OVER_BOTO3))
def test_no_schedule_over_boto3_breaks_a_promise(seed: int) -> None:
    played = play(seed, over_boto3=True)
    assert played.broken == (), as_short_as_it_breaks(played)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "moves"), [(538, (2,)), (2742, (1, 2, 3, 4))])
def test_a_backlog_that_is_left_of_a_higher_load_drains_from_the_shards_before_a_reshard(
    seed: int, moves: tuple[int, ...]
) -> None:
    assert play(seed, moves).broken == ()


def as_short_as_it_breaks(played: Played) -> str:
    fewest = shortest(played)
    return f"{fewest.broken[0]}\nplay it again: {fewest.command}"


@pytest.mark.slow
def test_a_seed_is_played_alike_each_time_and_most_of_them_change_something() -> None:
    first = [play(seed) for seed in range(4)]
    assert [play(seed) for seed in range(4)] == first
    assert sum(each.calls for each in first) >= 4


@pytest.mark.slow
def test_a_seed_over_boto3_is_played_alike_each_time() -> None:
    assert play(1, over_boto3=True) == play(1, over_boto3=True)


def test_a_failing_seed_names_the_command_that_plays_it_again() -> None:
    played = Played(7, (0, 3), ("asked twice",))
    assert played.command == "python -m tests.faults --seed 7 --moves 0,3"
    over_boto3 = Played(7, (0,), over_boto3=True)
    assert over_boto3.command == "python -m tests.faults --boto3 --seed 7 --moves 0"


def test_every_seed_is_in_one_batch() -> None:
    for over_boto3 in (False, True):
        found = [
            seed for each in batches(range(7, 180), over_boto3=over_boto3) for seed in each.seeds
        ]
        assert found == list(range(7, 180))


def test_the_page_has_the_figures_of_what_was_played() -> None:
    mass = Mass(over_boto3=True)
    mass.add(
        [Played(3, (), calls=4, faults=Counter(Died=2)), Played(5, (), ("still open",), calls=1)]
    )
    before = "# Page\n<!-- faults -->\nold\n<!-- /faults -->\nend\n"
    page = published([mass], "1a2b3c4", before)
    assert "| boto3's clients | 3 to 5 | 2 | 5 | 2: Died 2 | 1 |" in page
    assert "<!-- figures of 1a2b3c4: rules scaling simulator tests/faults -->" in page
    assert "old" not in page
    assert page.endswith("<!-- /faults -->\nend\n")
    assert published([mass], "1a2b3c4", page) == page
    assert published([mass], "1a2b3c4", before.replace("old\n", "")) == page
