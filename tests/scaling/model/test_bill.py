"""Lines of a bill: what no lever changes, and what follows a lever."""

from tests.builders import a_pipeline
from tests.scaling.cost.use import MONTH, STEADY, priced
from tests.scaling.kinds.toy import CONSUMERS
from tidegate.scaling.model.bill import Item, Need, fixed, moved, short


def test_a_total_is_that_of_a_month_like_the_time_that_was_measured() -> None:
    assert STEADY.hours == 1
    assert STEADY.a_month(10) == 10 * MONTH


def test_what_no_lever_changes_costs_the_same_in_every_case() -> None:
    assert fixed("queue orders", "records", "12", 3.0) == Item(
        "queue orders", "records", "12", 3.0, 3.0, 3.0
    )


def test_what_a_lever_changes_costs_what_was_needed() -> None:
    need = Need(CONSUMERS, at_peak=2000, followed=1.25)
    line = moved(
        "queue orders", "consumers", (CONSUMERS, 3), 2.0, priced(a_pipeline(), needs=[need])
    )
    assert line == Item(
        "queue orders", "consumers", "3", 6.0, 4000.0, 2.5, "2,000", "1.2", CONSUMERS
    )


def test_a_lever_without_a_need_stays_as_it_is_set() -> None:
    line = moved("queue orders", "consumers", (CONSUMERS, 3), 2.0, priced(a_pipeline()))
    assert (line.now_usd, line.at_peak_usd, line.followed_usd) == (6.0, 6.0, 6.0)


def test_counts_are_told_in_millions_where_they_have_them() -> None:
    assert [short(count) for count in (999_999, 1_000_000, 2_345_678)] == [
        "999,999", "1.0 M", "2.3 M",
    ]  # fmt: skip
