"""Whatever a pipeline file or a command line holds: an answer in time, with its exit code, in words.

``tests/fuzz/play.py`` has the promises; ``make fuzz`` plays thousands."""

from collections.abc import Iterator

import pytest

from tests.fuzz.files import mutated
from tests.fuzz.lines import command_line
from tests.fuzz.play import account_of, play_file, play_line

FILES, LINES = 120, 80


@pytest.fixture
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    with account_of(tmp_path_factory.mktemp("account")) as made:
        yield made


@pytest.mark.slow
def test_a_mutated_file_gets_one_clear_answer(calls: list[str]) -> None:
    ran = [play_file(seed, calls) for seed in range(FILES)]
    assert [each for each in ran if each.broken] == []
    assert {0, 2} <= {each.code for each in ran}


@pytest.mark.slow
def test_an_odd_command_line_gets_one_clear_answer(calls: list[str]) -> None:
    ran = [play_line(seed, calls) for seed in range(LINES)]
    assert [each for each in ran if each.broken] == []
    assert {0, 2} <= {each.code for each in ran}


def test_a_seed_is_always_the_same_and_no_two_are() -> None:
    assert [mutated(seed) for seed in range(50)] == [mutated(seed) for seed in range(50)]
    assert len({mutated(seed) for seed in range(50)}) == 50
    assert len({command_line(seed) for seed in range(50)}) > 40
