"""Without an entry in a file nothing is said of any lever."""

from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.in_file import NOTHING_SAID, InFile


def test_of_no_file_no_lever_has_bounds() -> None:
    assert NOTHING_SAID.bounds(Lever(LeverKind("any").value, "where")) is None


def test_the_time_to_catch_up_is_the_entrys() -> None:
    class Objective:
        catch_up_seconds = 90.0

    class Entry:
        objective = Objective()

    assert InFile(Entry(), lambda _: None).catch_up_seconds == 90.0
