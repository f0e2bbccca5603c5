"""A function's own age, as far as it is that of the stream."""

from dataclasses import replace

from tests.builders import Samples, a_pipeline, newest, signals, the_consumer
from tidegate.rules.kinds.lambda_mapping.series import FunctionSeries


def series(ages: list[float | None], throttles: list[float]) -> FunctionSeries:
    told: dict[str, Samples] = {"iterator_age_milliseconds": ages, "throttles": throttles}
    seen = newest(signals(a_pipeline()), "scorer", **told)
    return seen.of(the_consumer(seen.pipeline).function)


def test_what_is_throttled_publishes_no_age_so_that_a_low_one_is_not_told() -> None:
    found = series([500, 500, 60_000, 60_001, None], [0, 1, 1, 1, 1]).own_age_milliseconds
    assert found.samples[-5:] == (500, None, None, 60_001, None)


def test_of_a_function_with_other_sources_no_age_is_the_streams() -> None:
    shared = replace(series([500, 90_000], [0, 0]), is_shared=True)
    assert shared.own_age_milliseconds.present == ()
    assert shared.iterator_age_milliseconds.present == (500, 90_000)
