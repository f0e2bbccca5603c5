"""The alarms of a pipeline are those of its kinds of resource, and one over them all pages."""

from dataclasses import replace

from tests.builders import SPEC, a_pipeline, of_types
from tests.scaling.kinds.toy import TOY, Queue
from tidegate.scaling.config.specification import Levers, LeverSpec
from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.observability.alarms import NAME_MAX, Alarm, prefix_of, wanted

TOPIC = "arn:aws:sns:us-east-1:123456789012:pages"


def test_a_kind_that_is_passed_in_has_its_alarm_and_pages_with_the_others() -> None:
    pipelines = [(a_pipeline(), SPEC)]
    toys = [(of_types(a_pipeline(), TOY, *TYPES), SPEC)]
    with_toy = {each.name: each for each in wanted(toys, TOPIC)}
    without = {each.name for each in wanted(pipelines, TOPIC)}
    assert set(with_toy) - without == {"tidegate/pipeline/race/orders/busy"}
    busy = with_toy["tidegate/pipeline/race/orders/busy"].configuration
    assert busy["MetricName"] == "Taken"
    rule = with_toy["tidegate/pipeline/race/any"].configuration["AlarmRule"]
    assert 'ALARM("tidegate/pipeline/race/orders/busy")' in rule


def busy_at(levers: Levers) -> float:
    spec = replace(SPEC, levers=levers)
    (alarm, _) = wanted([(of_types(a_pipeline(), Queue(consumers=4)), spec)], None)
    threshold: float = alarm.configuration["Threshold"]
    return threshold


def test_a_kind_knows_which_of_its_levers_tidegate_owns() -> None:
    """The toy pages earlier for consumers that Tidegate sets."""
    ours = busy_at(Levers(shard_count=LeverSpec(max=9, owner="tidegate")))
    theirs = busy_at(Levers(shard_count=LeverSpec(max=9, owner="application-autoscaling")))
    assert (ours, theirs, busy_at(Levers())) == (6000, 9600, 9600)


def test_alarms_stand_upstream_first() -> None:
    names = [each.name for each in wanted([(a_pipeline(), SPEC)], None)]
    places = [
        next(at for at, name in enumerate(names) if part in name)
        for part in ("age-over-objective", "scorer/errors", "scores/writes-throttled", "race/any")
    ]
    assert places == sorted(places)


def test_the_composite_notifies_the_topic_that_is_given() -> None:
    *_, paging = wanted([(a_pipeline(), SPEC)], TOPIC)
    assert paging.configuration["AlarmActions"] == [TOPIC]
    assert paging.is_composite
    assert not Alarm("one", {"MetricName": "Taken"}).is_composite


def test_names_that_are_too_long_are_cut_and_stay_different() -> None:
    pipeline = replace(a_pipeline(), name="x" * 250)
    names = [each.name for each in wanted([(pipeline, SPEC)], None) if not each.is_composite]
    assert all(len(name) <= NAME_MAX for name in names)
    assert len(set(names)) == len(names) > 5
    assert all(name.startswith(prefix_of("x" * 200)[:-1]) for name in names)
