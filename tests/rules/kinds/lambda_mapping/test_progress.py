"""Whether the oldest record of a stream is done, or done all over again."""

import pytest

from tests.builders import Minute, a_pipeline, newest, signals
from tidegate.rules.kinds.lambda_mapping.progress import is_outrun, stands_still


@pytest.mark.parametrize(
    ("gained", "stands"), [(60, True), (57, True), (56, False), (0, False), (-20, False)]
)
def test_a_record_stands_still_when_it_ages_as_time_passes(gained: float, stands: bool) -> None:
    ages = [Minute(age_seconds=200 + gained * at) for at in range(5)]
    assert stands_still(signals(a_pipeline(), *ages)) is stands


def test_readers_that_keep_up_are_not_outrun() -> None:
    assert not is_outrun(signals(a_pipeline(), Minute()), invocations=360)


@pytest.mark.parametrize(
    ("read", "invocations", "is_outrun_"),
    [(300, 900, True), (300, 901, False), (301, 900, False), (0, 0, True), (299, 897, True)],
    ids=["a record each", "fewer", "more than a twentieth", "nothing at all", "one fewer"],
)
def test_readers_are_outrun_that_read_a_record_each_and_a_twentieth_of_what_comes(
    read: float, invocations: float, is_outrun_: bool
) -> None:
    """Of 6,000 records in each of three minutes."""
    seen = newest(signals(a_pipeline()), read_records=[read] * 3)
    assert is_outrun(seen, invocations) is is_outrun_
