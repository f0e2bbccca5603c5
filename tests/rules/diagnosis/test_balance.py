"""Reads that the file's readers don't explain are others', known by name or not."""

from dataclasses import replace

import pytest

from tests.builders import a_pipeline, newest, signals
from tidegate.rules.diagnosis.balance import Balance, balance_of
from tidegate.rules.other_readers import OtherReaders


def read(times: float, *names: str) -> Balance:
    """Of each record so many were read for an hour and a half."""
    seen = newest(signals(a_pipeline()), read_records=[6000.0 * times] * 90)
    known = (OtherReaders(names),) if names else ()
    pipeline = seen.pipeline
    resources = (*pipeline.resources, *known)
    return balance_of(replace(seen, pipeline=replace(pipeline, resources=resources)))


def test_the_files_own_readers_leave_nothing() -> None:
    assert read(1) == Balance(900, 90_000, 90_000, 1, (), 0)


@pytest.mark.parametrize(
    ("times", "names", "foreign", "unexplained"),
    [
        (3, (), 2, 2), (3, ("audit",), 2, 1), (3, ("audit", "copy"), 2, 0),
        (2, ("audit", "copy"), 1, 0), (1, ("audit",), 0, 0),
    ],
)  # fmt: skip
def test_a_remainder_is_told_as_foreign(
    times: int, names: tuple[str, ...], foreign: int, unexplained: int
) -> None:
    found = read(times, *names)
    assert (found.foreign, found.others, found.unexplained) == (foreign, names, unexplained)


def test_where_nothing_comes_in_or_no_reads_are_told_nothing_is_said() -> None:
    seen = signals(a_pipeline())
    silent = newest(seen, read_records=[None] * 90)
    idle = newest(seen, incoming_records=[0.0] * 90)
    assert [balance_of(each).foreign for each in (silent, idle)] == [None, None]
    assert balance_of(silent).unexplained == 0
