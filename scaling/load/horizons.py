"""The load that a lever must be ready for before a later sweep could move it again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Metric, Window
from tidegate.scaling.load.burst_baseline import Standing, standing
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.forecast import Forecast, forecast
from tidegate.scaling.load.load_history import PERIOD_SECONDS, Past

__all__ = ["Expected", "ForecastHorizons", "answer_seconds", "forecast_horizons", "past_metric"]

SWEEP_SECONDS = 60
"""Sweeps come each minute (the schedule of the deployed app)."""

EFFECT_SECONDS = 60
"""AWS promises nothing; the embedded world's tables and mappings take a change within a minute."""

MINUTES_NEEDED = 3
HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Expected:
    """What may come up to a moment: ``most`` has room for what is uncertain, ``likely`` has not."""

    most: Load
    likely: Load
    because: Reason


@dataclass(frozen=True, slots=True)
class ForecastHorizons:
    """What may come.

    ``soon`` is before a later sweep's change could be in effect and the objective's time to catch
    up is over, ``later`` before twice that time is. ``hour`` is what a decrease of DynamoDB must
    last once the day's first four are spent, ``call`` what a change of the source must last, whose
    calls a day has few of. The usual rate is the mean of the last day, the highest that of all
    the days known. ``lead_seconds`` is from the newest minute judged to a later sweep's change in
    effect, ``soon_seconds`` to the end of ``soon``. ``standing`` is where a table may stand while
    the load comes and goes. ``past`` is
    what the load was before.
    """

    soon: Expected
    later: Expected | None
    hour: Expected | None
    call: Expected | None
    usual_records_per_second: float
    highest_records_per_second: float
    lead_seconds: float
    soon_seconds: float
    standing: Standing | None = None
    past: Past | None = None


def past_metric(signals: Signals) -> Metric:
    """The one metric whose long past is read: GetMetricData is priced by metric, not by point."""
    return replace(signals.series.source.incoming_records.metric, period_seconds=PERIOD_SECONDS)


def answer_seconds(late: timedelta) -> float:
    """From the newest minute judged, which ended so long ago, until a change made now is in
    effect."""
    return late.total_seconds() + EFFECT_SECONDS


def tolerated_share(catch_up_seconds: float) -> float:
    """The share of cases that must be met, 0.5..0.99: an excursion may come as often as there is
    time to catch up after it, one an hour."""
    return min(0.99, max(0.5, 1 - catch_up_seconds / 3600))


def _mean(window: Window) -> float | None:
    newest = window.last(PERIOD_SECONDS)
    if len(newest.present) < MINUTES_NEEDED:
        return None
    return newest.total / len(newest.present) / window.metric.period_seconds


def forecast_horizons(
    signals: Signals, past: Window, catch_up_seconds: float, call_seconds: float, now: datetime
) -> ForecastHorizons | None:
    """The loads from the newest minutes judged on; None when too little is known of the past.
    ``call_seconds`` is how long a change of the source must last."""
    judged = signals.series.judged_until
    records = _mean(signals.series.source.incoming_records)
    if judged is None or records is None:
        return None
    known = Past.of(past, judged)
    lead = answer_seconds(now - judged) + SWEEP_SECONDS
    until = lead + catch_up_seconds
    tolerated = tolerated_share(catch_up_seconds)
    soon, later, hour, call = (
        _expected(signals, known, records, tolerated, seconds)
        for seconds in (until, 2 * until, lead + HOUR_SECONDS, lead + call_seconds)
    )
    if soon is None:
        return None
    usual, highest = known.mean_of_a_day, known.highest()
    stands = standing(known)
    return ForecastHorizons(soon, later, hour, call, usual, highest, lead, until, stands, known)


def _expected(
    signals: Signals, past: Past, records: float, tolerated: float, seconds: float
) -> Expected | None:
    found = forecast(past, records, seconds, tolerated)
    if found is None:
        return None
    stream = signals.series.source
    size = _record_bytes(stream.incoming_records, stream.incoming_bytes)
    until = stream.incoming_records.end + timedelta(seconds=seconds)
    return Expected(_load(found.most, size), _load(found.likely, size), _reason(found, until))


def _load(records_per_second: float, record_bytes: float) -> Load:
    return Load(records_per_second, records_per_second * record_bytes, has_headroom=True)


def _record_bytes(records: Window, size: Window) -> float:
    seen = records.last(PERIOD_SECONDS).total
    return size.last(PERIOD_SECONDS).total / seen if seen else 0.0


def _reason(expected: Forecast, until: datetime) -> Reason:
    is_one = f"{expected.likely:,.0f}" == f"{expected.most:,.0f}"
    most = "" if is_one else "at most "
    likely = "" if is_one else "likely {likely:,.0f}, "
    usual = "" if expected.usual is None else ", usually {usual:,.0f}"
    return Reason.of(
        "forecast",
        f"{most}{{most:,.0f}} records/s are expected until {{until:%H:%M}} "
        f"({likely}now {{now:,.0f}}{usual})",
        likely=expected.likely,
        most=expected.most,
        until=until,
        now=expected.now,
        usual=expected.usual,
    )
