"""Which limit throttles most of what is throttled, up to the edge."""

from dataclasses import replace

import pytest

from tests.builders import a_pipeline, a_table, newest, signals, the_table
from tidegate.rules.kinds.dynamodb_table.series import CapacitySeries
from tidegate.rules.kinds.dynamodb_table.throttle_limits import read_limit, write_limit
from tidegate.rules.window import Window


def series(throttled: float, *, account: float = 0, own: float = 0) -> CapacitySeries:
    """Writes and reads alike, each minute of the newest three."""
    seen = newest(
        signals(a_pipeline(table=a_table(100))), "scores",
        write_throttles=[throttled] * 3, read_throttles=[throttled] * 3,
    )  # fmt: skip
    found = seen.of(the_table(seen.pipeline).capacity)

    def each(count: float) -> Window:
        return replace(found.write_throttles, samples=(count,) * len(found.write_throttles.samples))

    return replace(
        found,
        write_account_limit_throttles=each(account), read_account_limit_throttles=each(account),
        write_own_maximum_throttles=each(own), read_own_maximum_throttles=each(own),
    )  # fmt: skip


@pytest.mark.parametrize("limit_of", [write_limit, read_limit])
@pytest.mark.parametrize(
    ("account", "own", "kind"),
    [(50, 0, None), (51, 0, "account-limit-throttled"), (0, 50, None),
     (0, 51, "own-maximum-throttled"), (60, 90, "account-limit-throttled")],
)  # fmt: skip
def test_it_is_named_from_more_than_half_of_the_throttles_on(
    limit_of: object, account: float, own: float, kind: str | None
) -> None:
    found = limit_of(series(100, account=account, own=own), "scores")  # type: ignore[operator]
    assert (None if found is None else found.evidence.kind) == kind


def test_a_table_that_has_no_such_metric_is_at_no_such_limit() -> None:
    bare = replace(
        series(100), write_account_limit_throttles=None, write_own_maximum_throttles=None
    )
    assert write_limit(bare, "scores") is None


def test_the_advice_names_what_has_the_maximum() -> None:
    found = write_limit(series(100, own=100), "scores/by-race")
    assert found is not None
    assert "MaxWriteRequestUnits or MaxReadRequestUnits of scores/by-race" in found.advice
