"""What Application Auto Scaling is to know of a file, and the steps from what it knows."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.scaling.autoscaling_api.registration import (
    Policy,
    Put,
    Registration,
    Remove,
    Target,
    steps,
    wanted,
)
from tidegate.scaling.autoscaling_api.site import Site
from tidegate.scaling.config.scaling_policies import TargetTracking
from tidegate.scaling.config.specification import Levers, LeverSpec, PipelineSpec

API = "https://abc.execute-api.us-east-1.amazonaws.com/v1"
PREFIX = f"{API}/scalableTargetDimensions/"
SITE = Site.at(f"{API}/")
AGES = TargetTracking("ages", 60.0, metrics=[])
SPEC = PipelineSpec(
    "orders",
    stream="orders",
    levers=Levers(
        shard_count=LeverSpec(max=8, owner="application-autoscaling", target_tracking=[AGES])
    ),
)
ids = st.sampled_from([f"{PREFIX}{name}" for name in "abc"])
targets = st.lists(
    st.builds(Target, ids, st.integers(1, 3), st.integers(4, 6)), unique_by=lambda t: t.key
)
policies = st.lists(
    st.builds(
        Policy, ids, st.sampled_from(["tidegate-x", "tidegate-y"]),
        st.sampled_from(["StepScaling", "TargetTrackingScaling"]),
        st.fixed_dictionaries({"Cooldown": st.integers(0, 2)}),
    ),
    unique_by=lambda p: p.key,
)  # fmt: skip
registrations = st.builds(
    lambda t, p: Registration(tuple(t), tuple(each for each in p if each.resource_id in {x.resource_id for x in t})),
    targets, policies,
)  # fmt: skip


@given(have=registrations, want=registrations)
@pytest.mark.slow
def test_the_steps_lead_from_what_is_there_to_what_is_wanted(
    have: Registration, want: Registration
) -> None:
    there = {(type(part), part.key): part for part in have.parts}
    for step in steps(have, want):
        key = (type(step.part), step.part.key)
        match step:
            case Put(is_new=is_new):
                assert is_new == (key not in there)
                there[key] = step.part
            case Remove():
                hanging = [
                    each
                    for each in there.values()
                    if isinstance(each, Policy) and each.resource_id == step.part.key[0]
                ]
                assert not isinstance(step.part, Target) or not hanging
                del there[key]
    assert there == {(type(part), part.key): part for part in want.parts}
    assert steps(want, want) == ()


def test_only_what_the_file_gives_to_application_auto_scaling_is_registered() -> None:
    found = wanted([SPEC], SITE)
    assert found.targets == (Target(f"{PREFIX}shard_count~orders", 1, 8),)
    assert [(each.name, each.kind) for each in found.policies] == [
        ("tidegate-ages", "TargetTrackingScaling")
    ]
    for owner in ("tidegate", None):
        theirs = replace(SPEC, levers=Levers(shard_count=LeverSpec(max=8, owner=owner)))
        assert wanted([theirs], SITE) == Registration()


def test_a_lever_that_two_pipelines_share_is_one_target() -> None:
    assert wanted([SPEC, replace(SPEC, name="billing")], SITE) == wanted([SPEC], SITE)


def test_a_policy_of_another_kind_under_its_name_is_removed_first() -> None:
    (policy,) = wanted([SPEC], SITE).policies
    before = replace(policy, kind="StepScaling", configuration={})
    target = Target(policy.resource_id, 1, 8)
    done = steps(Registration((target,), (before,)), Registration((target,), (policy,)))
    assert done == (Remove(before), Put(policy, is_new=True))


def test_bounds_alone_are_changed_in_place() -> None:
    target = Target(f"{PREFIX}shard_count~orders", 1, 8)
    wider = replace(target, max=16)
    assert [str(each) for each in steps(Registration((target,)), Registration((wider,)))] == [
        "change scalable target shard_count~orders within 1..16"
    ]
