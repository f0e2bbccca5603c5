"""Whether the oldest record of a stream is done, or done all over again."""

import pytest

from tests.builders import Minute, a_pipeline, signals
from tidegate.rules.kinds.lambda_mapping.progress import is_outrun, stands_still


@pytest.mark.parametrize(
    ("gained", "stands"), [(60, True), (57, True), (56, False), (0, False), (-20, False)]
)
def test_a_record_stands_still_when_it_ages_as_time_passes(gained: float, stands: bool) -> None:
    ages = [Minute(age_seconds=200 + gained * at) for at in range(5)]
    assert stands_still(signals(a_pipeline(), *ages)) is stands


def test_readers_that_keep_up_are_not_outrun() -> None:
    assert not is_outrun(signals(a_pipeline(), Minute()), invocations=360)
