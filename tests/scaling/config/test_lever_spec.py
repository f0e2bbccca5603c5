import pytest

from tidegate.rules.cause import LEVER_KINDS, LeverKind
from tidegate.scaling.config.lever_spec import Levers, LeverSpec, RetentionSpec

OURS, THEIRS, NOBODYS = (
    LeverSpec(max=8, owner="tidegate"),
    LeverSpec(max=8, owner="application-autoscaling"),
    LeverSpec(max=8),
)
LEVERS = Levers(
    shard_count=OURS, write_capacity=THEIRS, read_capacity=NOBODYS, parallelism=THEIRS,
    retention_hours=RetentionSpec(max=48, owner="tidegate"),
)  # fmt: skip


def test_a_lever_is_moved_down_to_one_unless_the_file_says_more_and_retention_to_a_day() -> None:
    assert (LeverSpec(max=8).min, RetentionSpec(max=48).min) == (1, 24)


def test_what_is_said_is_listed_by_its_word() -> None:
    assert list(LEVERS.said()) == [
        ("shard_count", OURS),
        ("parallelism", THEIRS),
        ("write_capacity", THEIRS),
        ("read_capacity", NOBODYS),
        ("retention_hours", RetentionSpec(max=48, owner="tidegate")),
    ]
    assert list(Levers().said()) == []


def test_each_owner_has_the_levers_that_name_it() -> None:
    assert (LEVERS.owned_by("tidegate"), LEVERS.owned_by("application-autoscaling")) == (2, 2)
    assert Levers(shard_count=NOBODYS).owned_by("tidegate") == 0


@pytest.mark.parametrize("word", [each for each in LEVER_KINDS if hasattr(Levers, each)])
def test_what_is_said_of_a_lever_is_found_by_its_kind_alone(word: str) -> None:
    said = RetentionSpec(max=30)
    levers = Levers(**{word: said})
    found = {each: levers.of(kind) for each, kind in LEVER_KINDS.items()}
    assert {each for each, spec in found.items() if spec is not None} == {word}
    assert found[word] is said


def test_a_kind_that_the_file_has_no_key_for_is_not_spoken_of() -> None:
    assert LEVERS.of(LeverKind("consumers_of_a_test", "queue")) is None
    del LEVER_KINDS["consumers_of_a_test"]
