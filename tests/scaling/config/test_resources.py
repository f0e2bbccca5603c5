"""What the file says of resources of kinds without a key of their own."""

import pytest

from tests.toy.scaling import QueueType
from tidegate.scaling.config.lever_spec import LeverSpec
from tidegate.scaling.config.resources import mistakes_of_resources
from tidegate.scaling.config.scaling_policies import ScheduledAction
from tidegate.scaling.config.specification import PipelineSpec, ResourceSpec
from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.model.resource_type import ResourceType

KNOWN: tuple[ResourceType, ...] = (*TYPES, QueueType())


def mistakes(*resources: ResourceSpec) -> list[tuple[tuple[str | int, ...], str]]:
    return list(mistakes_of_resources(PipelineSpec("mail", resources=list(resources)), KNOWN))


def queue(**levers: LeverSpec) -> ResourceSpec:
    return ResourceSpec("queue", "letters", levers)


def test_a_queue_in_order_has_no_mistakes() -> None:
    assert mistakes(queue(consumers=LeverSpec(max=12, owner="tidegate")), queue()) == [
        (("resources", 1, "name"), "queue 'letters' is here twice")
    ]
    assert mistakes(queue()) == []


@pytest.mark.parametrize(
    ("lever", "key", "words"),
    [
        (LeverSpec(max=13), "max", "max is 13; 1..12 is allowed"),
        (LeverSpec(max=5, min=0), "min", "min is 0; 1..12 is allowed"),
        (LeverSpec(max=5, min=6), "min", "min is 6, more than max (5)"),
    ],
)
def test_a_lever_goes_as_far_as_its_kind_lets_it(lever: LeverSpec, key: str, words: str) -> None:
    assert mistakes(queue(consumers=lever)) == [
        (("resources", 0, "levers", "consumers", key), words)
    ]


def test_what_the_kind_does_not_have_is_named() -> None:
    (lever,) = mistakes(queue(wings=LeverSpec(max=2)))
    assert lever[1] == "'wings' is not a lever of queue; its levers are consumers"
    (kind,) = mistakes(ResourceSpec("pigeon", "carrier"))
    assert kind == (
        ("resources", 0, "kind"),
        "'pigeon' is not a kind of resource that is listed here; the kinds are queue",
    )


def test_without_such_kinds_there_is_none_to_name() -> None:
    spec = PipelineSpec("mail", resources=[queue()])
    ((_, words),) = mistakes_of_resources(spec, TYPES)
    assert words.endswith("is not a kind of resource that is listed here; there is none")


def test_policies_are_held_to_the_same_as_those_of_other_levers() -> None:
    action = ScheduledAction("night", "at(2026-01-01T00:00:00)", max=3)
    told = mistakes(queue(consumers=LeverSpec(max=5, owner="tidegate", scheduled=[action])))
    assert [words for _, words in told] == [
        "scheduled is for levers whose owner is application-autoscaling"
    ]
