"""Application Auto Scaling as its documents tell it: step scaling, target tracking, cooldowns."""

import pytest

from tidegate.bench.account import Account
from tidegate.bench.case import Case
from tidegate.bench.controllers import step_scaling
from tidegate.bench.controllers.base import lanes_resource, shards_resource, table_resource
from tidegate.bench.controllers.cooldown import Cooldown
from tidegate.bench.controllers.target_tracking import Policy, TargetTracking
from tidegate.bench.loads import Load
from tidegate.bench.plant import Setting
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.world import World


def account_with(rate: float, setting: Setting) -> Account:
    load = Load("steady", "own", ((-86_400, rate), (7200, rate)), 7200)
    world = World(Case(load).scenario(setting), 1)
    world.advance(1200)
    return Account(world)


def cooling(seconds: int, current: int, wanted: int, *, done_at: int) -> Cooldown:
    cooldown = Cooldown(seconds)
    cooldown.begin(done_at - 60, current, wanted)
    cooldown.complete(done_at)
    return cooldown


@pytest.mark.parametrize(
    ("before", "use", "after"),
    [(10, 0.60, 11), (11, 0.70, 14), (14, 0.40, 13), (13, 0.30, 10), (10, 0.50, 10), (1, 0.6, 2)],
)
def test_step_scaling_walks_the_steps_of_awss_own_example(
    before: int, use: float, after: int
) -> None:
    """The step scaling policy that AWS's guide works through: 10, 11, 14, 13, 10."""
    assert step_scaling.step(before, use) == after


def test_step_scaling_waits_for_three_minutes_and_for_its_cooldown() -> None:
    policy = step_scaling.StepPolicy(shards_resource)
    assert policy.wanted(10, [0.9] * 2, 1000) == 10
    assert policy.wanted(10, [0.9] * 3, 1000) == 13
    policy.cooldown = cooling(300, 10, 13, done_at=1000)
    assert policy.wanted(13, [0.9] * 3, 1299) == 13
    assert policy.wanted(13, [0.9] * 3, 1300) == 16


def test_a_more_aggressive_step_adds_what_it_has_above_the_one_before() -> None:
    policy = step_scaling.StepPolicy(shards_resource, cooling(300, 10, 11, done_at=1000))
    assert policy.wanted(11, [0.65] * 3, 1060) == 11
    assert policy.wanted(11, [0.75] * 3, 1060) == 13


def test_step_scaling_removes_nothing_in_a_cooldown_but_adds_after_a_removal_at_once() -> None:
    policy = step_scaling.StepPolicy(shards_resource, cooling(300, 13, 10, done_at=1000))
    assert policy.wanted(10, [0.2] * 15, 1299) == 10
    assert policy.wanted(10, [0.2] * 15, 1300) == 7
    assert policy.wanted(10, [0.65] * 3, 1060) == 11


def test_of_a_larger_scale_out_in_a_cooldown_only_the_rest_is_added() -> None:
    """StepScalingPolicyConfiguration, Cooldown: by 2, then by 3 in the cooldown; 1 is added."""
    cooldown = cooling(300, 10, 12, done_at=0)
    assert cooldown.before(299, 12) + 3 == 12 + 1
    assert cooldown.before(300, 12) == 12
    cooldown.begin(200, 12, 13)
    cooldown.complete(260)
    assert cooldown.before(559, 13) == 10


def test_a_cooldown_begins_when_its_activity_has_completed() -> None:
    cooldown = Cooldown(300)
    cooldown.begin(0, 12, 10)
    assert cooldown.is_on(3600)
    cooldown.complete(3600)
    cooldown.complete(3660)
    assert [cooldown.is_on(second) for second in (3899, 3900)] == [True, False]


def test_a_refused_change_begins_no_cooldown() -> None:
    account = account_with(1900, Setting(2, 8, 4000))
    account.world.the(StreamState).shard_count_calls.extend([account.world.second] * 10)
    policy = Policy(shards_resource)
    policy.act(account)
    assert [call.refused for call in account.calls] == [True]
    assert not policy.cooldown.is_on(account.world.second)


def test_a_policy_waits_for_its_change_and_then_for_the_cooldown() -> None:
    account = account_with(900, Setting(4, 8, 4000))
    policy = Policy(shards_resource)
    ends = []
    for _ in range(8):
        policy.act(account)
        ends.append(policy.cooldown.is_on(account.world.second + 299))
        account.world.advance(60)
    assert account.setting.shards == 2
    assert ends == [True, True, *[False] * 6]


@pytest.mark.parametrize(
    ("use", "wanted"),
    [
        ([0.9, 0.9], 10),
        ([0.9, 0.9, 0.9], 13),
        ([0.9, None, 0.9], 10),
        ([0.5] * 14, 10),
        ([0.5] * 15, 8),
        ([0.65] * 15, 10),
        ([], 10),
    ],
    ids=["two", "three", "a gap", "14 low", "15 low", "within a tenth", "no data"],
)
def test_target_tracking_moves_in_proportion_once_its_alarm_has_fired(
    use: list[float | None], wanted: int
) -> None:
    assert Policy(shards_resource).wanted(10, use, 0) == wanted


@pytest.mark.parametrize(
    ("use", "wanted"),
    [([0.84] * 2, 120), ([0.84], 100), ([0.51] * 15, 100), ([0.49] * 15, 70), ([0.49] * 14, 100)],
)
def test_target_tracking_of_dynamodb_has_alarms_of_its_own(use: list[float], wanted: int) -> None:
    """AWS's knowledge center: with a target of 70, out above it for 2 minutes, in below 50 for 15."""
    policy = next(each for each in TargetTracking().policies if each.resource is table_resource)
    assert policy.wanted(100, use, 0) == wanted


def test_a_scale_out_ends_the_cooldown_of_a_scale_in() -> None:
    """TargetTrackingScalingPolicyConfiguration, API reference: ScaleInCooldown."""
    policy = Policy(lanes_resource, cooldown=cooling(300, 12, 10, done_at=100))
    assert policy.wanted(10, [0.5] * 15, 200) == 10
    assert policy.wanted(10, [0.9] * 3, 200) == 13


def test_a_larger_scale_out_needs_no_cooldown_to_end() -> None:
    """The user guide, scale-out cooldown: "unless either a larger scale out is triggered or ..."."""
    policy = Policy(lanes_resource, cooldown=cooling(300, 10, 13, done_at=100))
    assert policy.wanted(13, [0.84] * 3, 160) == 16
    assert policy.wanted(13, [0.5] * 15, 399) == 13
    assert policy.wanted(13, [0.5] * 15, 400) == 10
