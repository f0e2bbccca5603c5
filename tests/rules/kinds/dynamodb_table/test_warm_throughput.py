"""What a table serves at once, held against what it is asked for, up to the edges."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.builders import a_pipeline, a_table, newest, signals, the_table
from tidegate.rules.cause import Cause
from tidegate.rules.kinds.dynamodb_table.causes import table_causes
from tidegate.rules.kinds.dynamodb_table.state import Capacity, WarmThroughput
from tidegate.rules.kinds.dynamodb_table.throttle_limits import ThrottleLimit
from tidegate.rules.kinds.dynamodb_table.warm_throughput import at_warm_reads, at_warm_writes
from tidegate.rules.kinds.signals import Signals

WARM = WarmThroughput(4000, 4000)


def using(units: float, provisioned: int, warm: WarmThroughput | None, **more: float) -> Signals:
    """So many read and write units a second in the newest minutes."""
    table = a_table(provisioned)
    capacity = replace(table.capacity, read_units=provisioned, warm=warm)
    mode = "PROVISIONED" if provisioned else "PAY_PER_REQUEST"
    seen = signals(a_pipeline(table=replace(table, capacity=capacity, mode=mode)))
    each = {
        "consumed_write_units": units * 60, "consumed_read_units": units * 60, **more,
    }  # fmt: skip
    return newest(seen, "scores", **{name: [value] * 3 for name, value in each.items()})


def own(seen: Signals) -> Capacity:
    return the_table(seen.pipeline).capacity


@pytest.mark.parametrize("at_warm", [at_warm_reads, at_warm_writes], ids=["reads", "writes"])
@pytest.mark.parametrize(
    ("used", "provisioned", "warm", "is_told"),
    [
        (3600, 0, WARM, True),
        (3599.9, 0, WARM, False),
        (5000, 0, WARM, True),
        (5000, 0, None, False),
        (5000, 0, WarmThroughput(0, 0), False),
        (3600, 10_000, WARM, False),
        (3600, 4000, WARM, False),
    ],
    ids=["all of it", "less", "more", "not told", "none", "just raised", "provisioned"],
)  # fmt: skip
def test_a_table_is_at_its_warm_throughput_from_nine_tenths_on(
    at_warm: Callable[[Signals, Capacity], ThrottleLimit | None],
    used: float,
    provisioned: int,
    warm: WarmThroughput | None,
    is_told: bool,
) -> None:
    seen = using(used, provisioned, warm)
    assert (at_warm(seen, own(seen)) is not None) is is_told


def limit(seen: Signals, capacity: Capacity) -> ThrottleLimit:
    found = at_warm_writes(seen, capacity)
    assert found is not None
    return found


def test_the_call_is_told_for_a_table_and_for_an_index() -> None:
    seen = using(4000, 0, WARM)
    found = limit(seen, own(seen))
    assert "scores serves 4,000 WCU at once (its warm throughput) and consumed 4,000 WCU" in str(
        found.evidence
    )
    assert "update-table --table-name scores --warm-throughput WriteUnitsPerSecond" in found.advice
    table = a_table(0, index_units=0)
    (index,) = table.indexes
    warm = replace(table, indexes=(replace(index, warm=WARM),), mode="PAY_PER_REQUEST")
    of = newest(signals(a_pipeline(table=warm)), index.where, consumed_write_units=[4000 * 60] * 3)
    told = limit(of, warm.indexes[0]).advice
    assert f"IndexName={index.index},WarmThroughput={{WriteUnitsPerSecond" in told


def test_one_that_is_being_raised_is_waited_for() -> None:
    seen = using(4000, 0, replace(WARM, is_updating=True))
    assert "is being raised: wait" in limit(seen, own(seen)).advice


@pytest.mark.parametrize("key_range", [0.0, 60_000.0], ids=["for units", "of key ranges"])
@pytest.mark.parametrize("is_known", [True, False])
def test_throttles_at_the_warm_throughput_are_of_no_hot_key_and_no_unit(
    key_range: float, is_known: bool
) -> None:
    seen = using(
        4000, 0, WARM if is_known else None,
        write_throttles=60_000, write_key_range_throttles=key_range,
    )  # fmt: skip
    (found,) = table_causes(seen)
    if is_known:
        assert (found.cause, found.cured_by) == (Cause.TABLE_THROTTLED, ())
        assert "warm throughput" in (found.advice or "")
    else:
        assert found.cause is (Cause.HOT_KEY if key_range else Cause.TABLE_THROTTLED)
        assert found.cured_by or found.advice


def test_reads_throttled_at_the_warm_throughput_are_short_of_no_unit() -> None:
    seen = using(4000, 0, WARM, read_throttles=60_000)
    (found,) = table_causes(seen)
    assert (found.cause, found.cured_by) == (Cause.TABLE_THROTTLED, ())
    assert "scores serves 4,000 RCU at once" in found.because


def test_units_of_a_table_on_demand_are_not_called_provisioned() -> None:
    (found,) = table_causes(using(2000, 0, WARM, write_throttles=60_000))
    assert "scores is on demand and consumed 2,000 WCU" in found.because
    (reads,) = table_causes(using(2000, 0, WARM, read_throttles=60_000))
    assert "scores is on demand and consumed 2,000 RCU" in reads.because
