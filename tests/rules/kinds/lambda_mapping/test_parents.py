"""Until the parents of a reshard are read to their end, nothing tells whether it was enough."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_pipeline, newest, signals, with_consumers
from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.lambda_mapping.parents import parents_read_since
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.setting_steps import SettingStep


def late(*ages: float, changed: float = 8, where: str = "racers") -> Signals:
    """Ages of the newest minutes, in seconds; the shards were changed so many minutes ago."""
    seen = newest(
        signals(a_pipeline(shards=2)), iterator_age_milliseconds=[age * 1000 for age in ages]
    )
    at = NOON - timedelta(minutes=changed)
    return replace(seen, steps=(SettingStep(LeverKind.SHARD_COUNT, where, at, 1),))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (late(301, 310, 320), True),
        (late(300, 310, 320, changed=5), True),
        (late(301, 301, 301), True),
        (late(300, 310, 320), False),
        (late(310, 310, 310, where="orders"), False),
        (late(300, 360, 420), False),
        (late(200, 200, 200), False),
    ],
    ids=["of the parents", "well before", "in the first minute", "after it", "another stream",
         "nobody gets on", "of the children"],
)  # fmt: skip
def test_a_record_that_was_put_before_the_change_is_in_a_parent(
    seen: Signals, expected: bool
) -> None:
    changed = seen.steps[-1].at
    assert parents_read_since(seen) == (changed if expected else None)


def test_while_they_are_read_nobody_looks_for_another_cause() -> None:
    seen = late(301, 310, 320)
    (told,) = diagnose(seen)
    assert told.cause is Cause.HEALTHY
    assert "from before the change of the shards at 11:52" in told.because
    (unknown,) = diagnose(replace(seen, steps=()))
    assert unknown.cause is Cause.UNKNOWN


def test_without_a_reader_nothing_is_read() -> None:
    seen = late(301, 310, 320)
    assert parents_read_since(replace(seen, pipeline=with_consumers(seen.pipeline))) is None
    assert parents_read_since(replace(seen, steps=())) is None
