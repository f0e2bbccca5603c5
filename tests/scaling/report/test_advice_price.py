"""The price of an advice is said beside it, once."""

from dataclasses import replace

from tests.builders import NOON, SPEC, a_pipeline, newest, signals
from tests.change_records import history
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.model.look import Look
from tidegate.scaling.report.advice_price import with_prices

LATE = [60_000.0, 120_000.0, 180_000.0]


def look(*diagnoses: Diagnosis) -> Look:
    return Look(signals(a_pipeline(shards=2)), diagnoses, in_file(SPEC), history(), NOON)


def test_an_advice_without_a_price_and_a_cause_that_a_lever_cures_stay_as_they_are() -> None:
    spread = Diagnosis(Cause.HOT_KEY, "shard-1", (), advice="spread the key")
    narrow = Diagnosis(Cause.STREAM_TOO_NARROW, "racers", (), cured_by=(LeverKind.SHARD_COUNT,))
    assert with_prices(look(spread, narrow)).diagnoses == (spread, narrow)


def test_readers_that_are_refused_learn_what_enhanced_fan_out_costs() -> None:
    """Two shards, 0.015 an hour each; 12,000 bytes a second, 0.013 a GB."""
    seen = newest(
        signals(a_pipeline(shards=2)), read_throttles=[9] * 3, iterator_age_milliseconds=LATE
    )
    seen = newest(seen, incoming_bytes=[720_000] * 60)
    found = replace(look(), signals=seen, diagnoses=diagnose(seen))
    advice = [each.advice for each in with_prices(found).diagnoses]
    usd = 2 * 0.015 * 730 + 12_000 * 3600 * 730 / 2**30 * 0.013
    told = f"(enhanced fan-out costs about ${usd:,.0f} a month)"
    assert any((each or "").endswith(told) for each in advice), advice
