import pytest

from tidegate.scaling.config.plain_mistakes import duplicates, time_zone_mistakes

AT = ("levers", "shard_count")


def test_each_double_is_told_with_the_first_of_its_name() -> None:
    found = list(duplicates(["a", "b", "a", "b", "a"], ("here",), "name", lambda each: each))
    assert [(path[1], words[-32:]) for path, words in found] == [
        (2, "(also number 1); names must differ"[-32:]),
        (3, "(also number 2); names must differ"[-32:]),
        (4, "(also number 1); names must differ"[-32:]),
    ]


@pytest.mark.parametrize(
    ("name", "is_wrong"),
    [("UTC", False), ("Europe/Berlin", False), ("", True), ("../etc/passwd", True),
     ("Europe", True), ("a" * 500, True), ("\x00", True)],
    ids=["utc", "berlin", "empty", "path", "folder", "long", "nul"],
)  # fmt: skip
def test_a_time_zone_is_one_that_iana_names(name: str, is_wrong: bool) -> None:
    found = list(time_zone_mistakes(name, AT))
    assert [path for path, _ in found] == [(*AT, "time_zone")] * is_wrong
