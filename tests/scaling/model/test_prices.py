import re

from tidegate.scaling.model.prices import HOURS_PER_MONTH, list_of, prices


def test_every_figure_is_a_price_or_a_size_and_none_is_missing_or_negative() -> None:
    figures = prices()
    assert figures
    assert all(type(each) in (int, float) and each > 0 for each in figures.values())
    assert not {"region", "as_of"} & set(figures)


def test_a_shard_costs_what_the_price_page_says_of_a_month() -> None:
    assert prices()["shard_hour_usd"] * HOURS_PER_MONTH == 0.015 * 730


def test_the_list_says_of_which_region_and_day_it_is() -> None:
    pattern = r"list prices of [a-z]+-[a-z]+-\d on \d{4}-\d\d-\d\d, without any free tier"
    assert re.fullmatch(pattern, list_of())
