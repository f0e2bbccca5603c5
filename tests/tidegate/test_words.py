from tidegate.words import counted


def test_a_noun_is_in_the_plural_but_for_one() -> None:
    assert [counted(number, "change") for number in (0, 1, 2, 1200)] == [
        "0 changes",
        "1 change",
        "2 changes",
        "1,200 changes",
    ]
