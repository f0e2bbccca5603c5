"""Which minutes have calls that fail, other than for what the source refused."""

from tests.builders import a_pipeline, newest, signals
from tidegate.rules.kinds.puts import failing_puts


def test_each_minute_tells_the_worse_of_the_two_calls() -> None:
    seen = newest(
        signals(a_pipeline()),
        put_record_success=[0.9, 0.4, None, 1.0],
        put_records_success=[0.0, 0.6, 0.5, 0.99],
    )
    assert failing_puts(seen, 240) == (0.0, 0.4, 0.5, None)
    assert failing_puts(seen, 120) == (0.5, None)


def test_what_the_source_refused_explains_its_minute_alone() -> None:
    """100 records/s come in."""
    seen = newest(
        signals(a_pipeline()),
        put_records_success=[0.5, 0.5],
        write_throttles=[6000.0, 0.0],
        put_record_success=[1.0, 1.0],
    )
    assert failing_puts(seen, 120) == (None, 0.5)


def test_a_minute_without_a_call_or_a_record_is_no_failure() -> None:
    silent = newest(
        signals(a_pipeline()), put_records_success=[None, 0.0], put_record_success=[None, None],
        incoming_records=[None, None], write_throttles=[None, None],
    )  # fmt: skip
    assert failing_puts(silent, 120) == (None, 0.0)
