"""What each simple forecast says of one moment."""

from datetime import UTC, datetime

import pytest

from tidegate.scaling.load.forecast_ways import HIGH_SHARE, HOUR, WAYS, Moment
from tidegate.scaling.load.load_history import DAY, Past

stays, returns, goes_on, as_on_other_days, as_last_week = WAYS
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def moment(*rates: float | None, level: float = 100.0) -> Moment:
    return Moment(Past(rates, NOON), len(rates), level)


def test_a_load_stays_as_it_is_however_far_ahead() -> None:
    assert [stays(moment(1.0, 2.0), ahead) for ahead in (1, 99)] == [100.0, 100.0]


def test_a_load_returns_to_the_middle_of_its_last_hour() -> None:
    hour = [float(rate) for rate in range(HOUR)]
    assert returns(moment(999.0, 999.0, *hour), 1) == (HOUR - 1) / 2
    half = [None] * (HOUR - HOUR // 2)
    assert returns(moment(*half, *hour[: HOUR // 2]), 1) is not None
    assert returns(moment(*half, None, *hour[: HOUR // 2 - 1]), 1) is None


@pytest.mark.parametrize(
    ("step", "ahead", "said"), [(10, 1, 110), (10, 6, 160), (-10, 1, 90), (-10, 6, 90), (0, 6, 100)]
)
def test_a_load_goes_on_along_its_line_and_falls_for_one_period_alone(
    step: float, ahead: int, said: float
) -> None:
    rates = [200 + step * at for at in range(6)]
    assert goes_on(moment(*rates), ahead) == pytest.approx(said)


def test_a_third_of_the_points_of_a_line_may_be_wrong_and_half_may_be_missing() -> None:
    assert goes_on(moment(200, 210, 9000, 230, 240, 250), 1) == pytest.approx(110)
    assert goes_on(moment(200, None, 220, None, 240, None), 1) == pytest.approx(110)
    assert goes_on(moment(200, None, None, None, 240, None), 1) is None
    assert goes_on(moment(900, 720, 540, 360, 180, 0), 1) == 0.0


def days(count: int, now: float, then: float) -> Moment:
    """So many days of a load that is ``now`` at this time and ``then`` an hour later."""
    day = [now] * DAY
    day[HOUR : HOUR + 6] = [then] * 6
    return moment(*(day * count), now)


@pytest.mark.parametrize(("then", "said"), [(300.0, 150.0), (200.0, 100.0)])
def test_a_load_changes_by_as_much_as_on_other_days(then: float, said: float) -> None:
    seen = days(7, 200.0, then)
    assert as_on_other_days(seen, 2 * HOUR) == pytest.approx(said)
    assert as_last_week(seen, 2 * HOUR) == pytest.approx(said)


def test_of_days_that_are_not_known_nothing_is_said() -> None:
    assert as_on_other_days(moment(1.0), 1) is None
    assert as_last_week(days(2, 200.0, 300.0), HOUR) is None
    assert as_on_other_days(days(2, 0.0, 300.0), HOUR) is None


def test_at_its_highest_is_within_a_twentieth_after_an_hour() -> None:
    hour = [100.0] * HOUR
    for level, is_highest in ((100 * HIGH_SHARE, True), (94.9, False)):
        assert moment(*hour, level=level).is_at_its_highest is is_highest
    assert not moment(*hour[1:], level=500.0).is_at_its_highest
