"""Minutes on end in which nearly all invocations of a function fail."""

from datetime import timedelta

import pytest

from tests.builders import NOON, newest, signals, the_consumer
from tests.rules.kinds.lambda_mapping.late import a_mapping
from tidegate.rules.kinds.lambda_mapping.failing_run import failed_share, failing_run, minutes_of


def test_the_run_is_told_apart_from_the_minutes_before() -> None:
    seen = newest(signals(a_mapping()), "scorer", errors=[12, 120, 120], invocations=[120] * 3)
    run = failing_run(seen, [*minutes_of(seen, the_consumer(seen.pipeline))], 0.9)
    assert run is not None
    assert (len(run.minutes), run.since) == (2, NOON - timedelta(minutes=2))
    assert failed_share(run.minutes) == 1
    assert failed_share(run.before[-1:]) == 0.1


@pytest.mark.parametrize("invocations", [0, None])
def test_a_minute_without_an_invocation_is_none_of_them(invocations: float | None) -> None:
    done = [120, invocations, 120]
    seen = newest(signals(a_mapping()), "scorer", errors=[120, 0, 120], invocations=done)
    run = failing_run(seen, [*minutes_of(seen, the_consumer(seen.pipeline))], 0.9)
    assert run is not None
    assert [each.at for each in run.minutes] == [NOON - timedelta(minutes=back) for back in (3, 1)]


def test_no_invocation_has_no_share_that_failed() -> None:
    assert failed_share([]) == 0


@pytest.mark.parametrize("others", [0, 1, 3])
def test_a_minute_has_the_records_that_the_function_read_itself(others: int) -> None:
    """6,000 came in each minute and others read all of them; two minutes are read late."""
    came, own = [6000.0] * 90, [6000.0] * 88 + [2000.0] * 2
    seen = newest(
        signals(a_mapping()),
        incoming_records=came,
        read_records=[6000 * others + each for each in own],
        iterator_age_milliseconds=[500.0] * 88 + [40_500.0, 80_500.0],
    )
    minutes = [*minutes_of(seen, the_consumer(seen.pipeline))]
    assert [each.records for each in minutes[-3:]] == pytest.approx([6000, 2000, 2000])
