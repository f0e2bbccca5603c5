"""What the operator has said in the file: owner, range, change windows."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from tests.builders import OURS, SPEC
from tidegate.rules.cause import LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.config.lever_spec import Caller
from tidegate.scaling.config.specification import ChangeWindow, Levers, LeverSpec, PipelineSpec
from tidegate.scaling.constraints.operator import constrain, owner_constraints, window_constraints
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Constraint, Prohibition, Range

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")


def to(lower: int, upper: int) -> Range:
    return Range(lower, upper, Reason.told("range", f"{lower}..{upper}"))


CLOSED = Prohibition(Reason.told("closed", "closed"))
BUSY = Prohibition(Reason.told("busy", "busy"))


@pytest.mark.parametrize(
    ("wanted", "constraints", "allowed", "held_by"),
    [
        (4, [CLOSED, to(9, 9)], 4, []),
        (8, [], 8, []),
        (8, [to(1, 8)], 8, []),
        (8, [to(1, 7)], 7, ["1..7"]),
        (2, [to(3, 9)], 3, ["3..9"]),
        (8, [to(1, 7), to(1, 6)], 6, ["1..7", "1..6"]),
        (8, [to(1, 7), to(1, 9)], 7, ["1..7"]),
        (8, [CLOSED, to(1, 7), BUSY], 4, ["closed", "busy"]),
        (8, [to(1, 5), to(6, 9)], 4, ["1..5"]),
        (8, [to(1, 3)], 4, ["1..3"]),
        (2, [to(5, 9)], 4, ["5..9"]),
        (8, [to(9, 12)], 8, []),
        (2, [to(0, 1)], 2, []),
        (8, [to(4, 4)], 4, ["4..4"]),
    ],
    ids=["stays", "free", "at the end", "an upper end", "a lower end", "two ends", "one of two ends",
         "prohibited", "ends that exclude each other", "a range on the other side",
         "above what is lowered", "more than is wanted", "less than is wanted", "no room"],
)  # fmt: skip
def test_a_recommendation_of_a_lever_at_four_goes_as_far_as_all_allow(
    wanted: int, constraints: list[Constraint], allowed: int, held_by: list[str]
) -> None:
    found, reasons = constrain(4, wanted, constraints)
    assert (found, [str(each) for each in reasons]) == (allowed, held_by)


def in_words(words: str) -> Reason:
    """Of no kind, so that whole values compare by what they say."""
    return Reason.of("", words)


def said(**levers: Any) -> PipelineSpec:
    return replace(SPEC, levers=Levers(**levers))


@pytest.mark.parametrize(
    ("spec", "caller", "told"),
    [
        (said(), "tidegate",
         Prohibition(in_words("the shard count of racers has no owner in the pipeline file, so Tidegate only "
                     "advises"))),
        (said(shard_count=LeverSpec(max=9)), "tidegate",
         Prohibition(in_words("the shard count of racers has no owner in the pipeline file, so Tidegate only "
                     "advises"))),
        (said(shard_count=LeverSpec(max=9, owner="application-autoscaling")), "tidegate",
         Prohibition(in_words("the shard count of racers is owned by Application Auto Scaling"))),
        (said(shard_count=LeverSpec(max=9, owner="tidegate")), "application-autoscaling",
         Prohibition(in_words("the shard count of racers is owned by Tidegate's sweep"))),
        (said(shard_count=LeverSpec(max=9, min=2, owner="tidegate")), "tidegate",
         Range(2, 9, in_words("the pipeline file limits the shard count of racers to 2 to 9"))),
        (said(shard_count=LeverSpec(max=9, owner="application-autoscaling")),
         "application-autoscaling",
         Range(1, 9, in_words("the pipeline file limits the shard count of racers to 1 to 9"))),
    ],
    ids=["nothing is said", "no owner", "another owner", "asked from outside", "its own", "theirs"],
)  # fmt: skip
def test_only_the_owner_moves_a_lever_and_in_the_range_of_the_file(
    spec: PipelineSpec, caller: Caller, told: Constraint
) -> None:
    (found,) = owner_constraints(spec, SHARDS, caller)
    assert replace(found, reason=in_words(str(found.reason))) == told


def test_by_itself_it_is_the_sweep_that_asks() -> None:
    (found,) = owner_constraints(replace(SPEC, levers=OURS), SHARDS)
    assert isinstance(found, Range)


MONDAY = "2026-01-05"


def during(window: ChangeWindow, at: str) -> list[Constraint]:
    spec = replace(SPEC, change_windows=[window])
    return list(window_constraints(spec, 4, datetime.fromisoformat(at)))


@pytest.mark.parametrize(
    ("at", "is_inside"),
    [("08:59:59", False), ("09:00:00", True), ("16:59:59", True), ("17:00:00", False)],
)
def test_a_window_has_its_start_and_not_its_end(at: str, is_inside: bool) -> None:
    window = ChangeWindow(time(9), time(17), "none")
    assert len(during(window, f"{MONDAY}T{at}+00:00")) == is_inside


@pytest.mark.parametrize(
    ("at", "is_inside"),
    [
        ("2026-01-05T21:59:59+00:00", False),
        ("2026-01-05T22:00:00+00:00", True),
        ("2026-01-06T05:59:59+00:00", True),
        ("2026-01-06T06:00:00+00:00", False),
        ("2026-01-05T05:00:00+00:00", False),
        ("2026-01-06T23:00:00+00:00", False),
    ],
    ids=["before", "its start", "in the morning", "its end", "of sunday's night", "on tuesday"],
)
def test_a_window_over_midnight_is_of_the_day_on_which_it_starts(at: str, is_inside: bool) -> None:
    window = ChangeWindow(time(22), time(6), "none", ["mon"])
    assert len(during(window, at)) == is_inside


def test_a_window_from_a_time_to_the_same_time_is_a_whole_day() -> None:
    window = ChangeWindow(time(9), time(9), "none", ["mon"])
    assert len(during(window, f"{MONDAY}T09:00:00+00:00")) == 1
    assert len(during(window, "2026-01-06T08:59:59+00:00")) == 1
    assert during(window, "2026-01-06T09:00:00+00:00") == []


@pytest.mark.parametrize(("day", "is_inside"), [(5, True), (6, False), (11, True), (12, True)])
def test_a_window_is_on_its_days(day: int, is_inside: bool) -> None:
    window = ChangeWindow(time(9), time(17), "none", ["mon", "sun"])
    assert len(during(window, f"2026-01-{day:02}T12:00:00+00:00")) == is_inside


def test_a_window_without_days_is_on_every_day() -> None:
    window = ChangeWindow(time(9), time(17), "none")
    assert all(during(window, f"2026-01-{day:02}T12:00:00+00:00") for day in range(5, 12))


def test_a_window_allows_nothing_or_increases_only() -> None:
    (closed,) = during(ChangeWindow(time(9), time(17), "none"), f"{MONDAY}T12:00:00+00:00")
    assert isinstance(closed, Prohibition)
    assert str(closed.reason) == "the change window 09:00-17:00 UTC allows no changes"
    (upwards,) = during(ChangeWindow(time(9), time(17), "up"), f"{MONDAY}T12:00:00+00:00")
    assert isinstance(upwards, Range)
    assert (upwards.lower, upwards.upper) == (4, 2**63)
    assert str(upwards.reason) == "the change window 09:00-17:00 UTC allows increases only"


def test_every_window_that_is_on_counts() -> None:
    windows = [
        ChangeWindow(time(9), time(17), "up"),
        ChangeWindow(time(11), time(13), "none"),
        ChangeWindow(time(18), time(19), "none"),
    ]
    spec = replace(SPEC, change_windows=windows)
    found = window_constraints(spec, 4, datetime(2026, 1, 5, 12, tzinfo=UTC))
    assert [type(each) for each in found] == [Range, Prohibition]
