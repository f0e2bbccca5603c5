"""Every peer does what its own source says, with the numbers given there."""

import pytest

from tidegate.bench.account import Account
from tidegate.bench.case import Case
from tidegate.bench.controllers import keda, on_demand, scaling_utils
from tidegate.bench.controllers.base import shards_resource, table_resource
from tidegate.bench.controllers.flink_autoscaler import parallelism
from tidegate.bench.controllers.kinesis_auto_scaling import KinesisAutoScaling, periods, scaled
from tidegate.bench.controllers.registry import CONTROLLERS
from tidegate.bench.controllers.static import StaticAtMean, StaticAtPeak
from tidegate.bench.loads import Load
from tidegate.bench.plant import Setting
from tidegate.simulator.world import World

HOUR = 3600


def steady(rate: float, hours: int = 12) -> Load:
    return Load("steady", "own", ((-86_400, rate), (hours * HOUR, rate)), hours * HOUR)


def stepped(low: float, high: float, at: int, hours: int) -> Load:
    points = ((-86_400, low), (at, low), (at + 0.5, high))
    return Load("stepped", "own", points, hours * HOUR, (at,))


def account_after(load: Load, setting: Setting, seconds: int) -> Account:
    world = World(Case(load).scenario(setting), 1)
    world.advance(seconds)
    return Account(world)


def test_static_settings_carry_the_mean_and_the_peak() -> None:
    load = stepped(500, 2500, HOUR, 2)
    assert StaticAtMean().setting(load) == Setting(2, 4, 1500)
    assert StaticAtPeak().setting(load) == Setting(3, 5, 2750)


@pytest.mark.parametrize(
    ("current", "metric", "target", "wanted"),
    [(1, 200, 100, 2), (2, 50, 100, 1), (50, 90, 75, 60), (10, 109, 100, 10), (10, 91, 100, 10)],
)
def test_the_pod_autoscaler_follows_the_ratio_with_a_tolerance_of_a_tenth(
    current: int, metric: float, target: float, wanted: int
) -> None:
    """Kubernetes' algorithm details: 200m at 100m doubles, 50m halves; its blog: 50 x 90/75."""
    assert keda.desired(current, metric, target) == wanted


def test_the_pod_autoscaler_goes_down_by_the_highest_wish_of_five_minutes() -> None:
    scaler = keda.Scaler(shards_resource)
    wished = [scaler.wanted(10, [use], at) for at, use in ((0, 0.7), (240, 0.35), (360, 0.35))]
    assert wished == [10, 10, 5]


@pytest.mark.parametrize(
    ("direction", "before", "after"),
    [("Up", 16, 32), ("Up", 1, 2), ("Down", 32, 16), ("Down", 2, 1), ("Down", 1, 1)],
)
def test_kinesis_auto_scaling_doubles_and_halves(direction: str, before: int, after: int) -> None:
    """The table of TestCalculateNewShardCount in golang/scale_test.go."""
    assert scaled(direction, before) == after


def test_kinesis_auto_scaling_halves_odd_counts_as_go_divides_integers() -> None:
    """calculateNewShardCount: currentShardCount / 2. AWS takes no less than half: 3 of 5."""
    assert scaled("Down", 5) == 2
    account = account_after(steady(100), Setting(5, 5, 4000), 180)
    KinesisAutoScaling(0.25, 0.075).act(account)
    assert [(call.from_capacity, call.to_capacity) for call in account.calls] == [(5, 3)]


def test_kinesis_auto_scaling_fills_gaps_with_zero_in_points_of_five_minutes() -> None:
    assert periods([1.0, None, 3.0, 4.0, 5.0, 6.0]) == [1.0, 18.0]
    assert periods([1.0, None, 3.0, 4.0, 2.0], largest=True) == [4.0]


def shards_over_time(controller: KinesisAutoScaling, load: Load, shards: int) -> list[int]:
    account = account_after(load, Setting(shards, 5, 4000), 180)
    found = []
    while account.world.second < load.duration_seconds:
        controller.act(account)
        account.world.advance(60)
        found.append(account.setting.shards)
    return found


def test_kinesis_auto_scaling_doubles_after_25_minutes_above_a_quarter() -> None:
    load = stepped(200, 800, HOUR, 2)
    counts = shards_over_time(KinesisAutoScaling(0.25, 0.075), load, 2)
    first = next(minute for minute, count in enumerate(counts, start=3) if count > 2)
    assert counts[-1] == 4
    assert 60 + 25 <= first <= 60 + 25 + 8


def test_kinesis_auto_scaling_doubles_again_as_soon_as_the_stream_is_active() -> None:
    """checkLastScaledTimestamp is called with 0 minutes, and the alarm tells its old points anew."""
    load = stepped(200, 1600, HOUR, 2)
    counts = shards_over_time(KinesisAutoScaling(0.25, 0.075), load, 2)
    assert list(dict.fromkeys(counts)) == [2, 4, 8]
    assert counts.index(8) - counts.index(4) <= 2


def test_kinesis_auto_scaling_halves_after_285_of_300_minutes_below() -> None:
    load = Load("fell", "own", ((-5 * HOUR, 900), (0, 900), (0.5, 100)), 6 * HOUR)
    counts = shards_over_time(KinesisAutoScaling(0.25, 0.075), load, 2)
    first = next(minute for minute, count in enumerate(counts, start=3) if count < 2)
    assert 285 <= first <= 300


@pytest.mark.parametrize(
    ("shards", "use", "wanted"),
    [
        (10, [0.81] * 10, 12),
        (10, [0.81] * 9, 10),
        (10, [0.81, *[0.5] * 5] * 10, 12),
        (1, [0.9] * 60, 2),
        (35, [0.9] * 60, 42),
        (10, [0.19] * 60, 9),
        (10, [0.19] * 59 + [0.2], 10),
        (10, [0.19] * 58 + [None] * 2, 9),
        (10, [0.81] * 10 + [None] * 50, 12),
    ],
)
def test_scaling_utils_follows_the_example_of_its_readme(
    shards: int, use: list[float | None], wanted: int
) -> None:
    """scaleUp: 80 % for 10 minutes, by 20 %; scaleDown: 20 % for 60 minutes, by 1 shard. As
    StreamMonitor counts: any 10 samples of the 60, and a missing one as low."""
    assert scaling_utils.ScalingUtils().wanted(shards, use, 0) == wanted


def test_scaling_utils_looks_at_the_last_hour_and_asks_for_a_fifth_more() -> None:
    account = account_after(steady(1900), Setting(2, 5, 4000), 180)
    scaling_utils.ScalingUtils().act(account)
    assert [(call.from_capacity, call.to_capacity) for call in account.calls] == [(2, 3)]


def test_scaling_utils_counts_an_hour_without_data_as_low() -> None:
    """StreamMonitor: "if we got nothing back, then there are no puts or gets happening"."""
    assert scaling_utils.ScalingUtils().wanted(10, [None] * 60, 0) == 9


def test_scaling_utils_cools_off_for_two_hours_after_a_scale_down() -> None:
    controller = scaling_utils.ScalingUtils(_in_at=0)
    assert controller.wanted(10, [0.1] * 60, 7199) == 10
    assert controller.wanted(10, [0.1] * 60, 7200) == 9


@pytest.mark.parametrize(
    ("current", "rate", "busy", "backlog", "wanted"),
    [
        (10, 1000, 10.0, 180_000, 16),
        (10, 1000, 7.0, 0, 10),
        (10, 1000, 4.0, 0, 10),
        (10, 1000, 2.0, 0, 4),
        (10, 1000, 7.0, 900_000, 15),
    ],
    ids=["all busy and behind", "at target", "at the boundary", "down by at most 0.6", "a backlog"],
)
def test_flinks_autoscaler_sizes_by_the_true_rate(
    current: int, rate: float, busy: float, backlog: float, wanted: int
) -> None:
    """Target utilization 0.7, boundary 0.3, scale-down at most by 0.6, catch-up in 30 minutes."""
    assert parallelism(current, rate, busy, backlog) == wanted


@pytest.mark.parametrize(("peak", "served"), [(0, 4000), (1000, 4000), (50_000, 100_000)])
def test_on_demand_serves_twice_the_peak_and_4000_when_new(peak: float, served: float) -> None:
    """DynamoDB's guide: after a peak of 50,000 reads a second up to 100,000 at once."""
    assert on_demand.capacity_for(peak) == served


def test_on_demand_knows_every_peak_of_the_past_and_a_stream_those_of_30_days() -> None:
    """Kinesis' guide: double the peak write throughput observed in the previous 30 days."""
    day = 86_400
    past = ((-40.0 * day, 1000.0), (-31 * day, 9000.0), (-30.5 * day, 1000.0))
    points = (*past, (-7130.0, 1000.0), (-7129.0, 6000.0), (-7128.0, 1000.0), (60.0, 1000.0))
    setting = on_demand.OnDemand().setting(Load("peaks", "own", points, HOUR))
    assert (setting.shards, setting.write_units) == (12, 18_000)


def test_what_a_load_comes_to_when_it_begins_is_past_and_what_follows_is_not() -> None:
    load = Load("rising", "own", ((-7200.0, 1000.0), (7200.0, 9000.0)), 2 * HOUR)
    assert on_demand.past_peak(load, -7200) == 5000


def test_on_demand_serves_more_than_double_only_after_15_and_30_minutes() -> None:
    """The guides: throttling can occur beyond double within 15 (Kinesis), 30 minutes (DynamoDB)."""
    points = ((-86_400, 1000), (599.5, 1000), (600, 2200), (1200, 2200), (1200.5, 2900))
    load = Load("jumps", "own", points, HOUR)
    controller = on_demand.OnDemand()
    account = account_after(load, controller.setting(load), 60)
    seen: dict[str, int] = {}
    while account.world.second < load.duration_seconds:
        controller.act(account)
        setting = account.setting
        seen.setdefault(f"{setting.shards} shards", account.world.second)
        seen.setdefault(f"{round(setting.write_units, -2)} units", account.world.second)
        account.world.advance(60)
    assert list(seen) == [
        "4 shards",
        "4000 units",
        "5 shards",
        "4400 units",
        "6 shards",
        "5800 units",
    ]
    first = seen["5 shards"]
    assert seen["4400 units"] == first
    assert (seen["6 shards"] - first, seen["5800 units"] - first) == (900, 1800)


def test_on_demand_sets_capacity_without_a_call() -> None:
    account = account_after(steady(2900), Setting(4, 5, 4000), 120)
    controller = CONTROLLERS["on-demand"]()
    assert controller.setting(steady(2900)) == Setting(6, 3, 5800)
    controller.act(account)
    assert account.setting.shards == 6
    assert account.calls == []


def test_what_is_used_is_told_against_what_is_set_now() -> None:
    account = account_after(steady(700), Setting(1, 4, 1000), 600)
    assert shards_resource.use(account, 1)[0] == pytest.approx(0.7, abs=0.03)
    assert table_resource.use(account, 1)[0] == pytest.approx(0.7, abs=0.03)
    account.set_write_units(2000)
    account.world.advance(45)
    assert table_resource.use(account, 1)[0] == pytest.approx(0.35, abs=0.03)


def test_a_refused_call_is_counted_and_nothing_else_happens() -> None:
    account = account_after(steady(700), Setting(1, 4, 1000), 120)
    account.set_shards(2)
    account.set_shards(2)
    assert [(call.to_capacity, call.refused) for call in account.calls] == [(2, False), (2, True)]
