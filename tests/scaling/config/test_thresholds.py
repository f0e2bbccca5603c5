"""What the pipeline file may say of thresholds."""

import pytest

from tidegate.scaling.config.thresholds import mistakes_of_thresholds
from tidegate.scaling.kinds.registry import KINDS

USE = {"shard": 0.8, "concurrency": 0.5, "parallelism": 0.8, "capacity": None}


def test_a_threshold_that_can_fire_is_no_mistake() -> None:
    assert (
        list(mistakes_of_thresholds({"duration-near-timeout": 0.9, "busy": 850}, USE, KINDS)) == []
    )


@pytest.mark.parametrize(
    ("name", "share", "words"),
    [
        ("busy", 700, "less than the 800 (target_utilization.parallelism) that scaling keeps"),
        ("records-near-shard-limit", 0.7, "less than the 0.8 (target_utilization.shard)"),
        ("nothing-like-it", 1, "is not a rule; tidegate rules shows them"),
    ],
)
def test_a_mistake_is_told_with_its_rule(name: str, share: float, words: str) -> None:
    ((key, told),) = mistakes_of_thresholds({name: share}, USE, KINDS)
    assert key == name
    assert words in told


def test_every_mistake_is_told_at_once() -> None:
    wrong = {"heap-high": 101, "cpu-high": 101, "held-back": 1001}
    assert [name for name, _ in mistakes_of_thresholds(wrong, USE, KINDS)] == list(wrong)
