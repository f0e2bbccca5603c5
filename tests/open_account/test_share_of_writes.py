"""How many of the writes that a table is asked for it throttles, as far as metrics tell."""

import pytest

from tests.builders import a_pipeline, a_table, newest, signals
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.packs import packs


@pytest.mark.parametrize(
    ("units_each", "told"), [(1, "at least 33%"), (5, "at least 9%"), (20, "at least 2%")]
)
def test_of_writes_of_several_units_the_share_that_is_throttled_is_a_least(
    units_each: int, told: str
) -> None:
    """A third of the writes is throttled. CloudWatch counts those that pass in units, of which each
    costs one at least."""
    consumed = 2000.0 * units_each
    seen = newest(
        signals(a_pipeline(table=a_table(round(consumed / 60)))),
        "scores",
        consumed_write_units=[consumed] * 3,
        write_throttles=[1000] * 3,
    )
    (found, *_) = diagnose(seen)
    assert f"1,000 writes were throttled in one minute ({told} of the writes attempted)" in (
        found.because
    )


@pytest.mark.parametrize("operation", ["write", "read"])
def test_a_rule_names_what_the_throttled_requests_are_compared_with(operation: str) -> None:
    (rule,) = (each for each in packs() if each.name == f"{operation}s-throttled")
    assert rule.unit == f"of {operation} units consumed and {operation}s throttled"
