"""The recommended alarms of a pipeline: pure functions.

Each has the threshold of a rule, takes M of N minutes and treats missing data as its metric needs;
one composite alarm a pipeline pages, so that one incident pages once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.resource_type import types_of
from tidegate.scaling.observability.composite_alarm import composite
from tidegate.scaling.observability.watched import watched

__all__ = ["PREFIX", "Alarm", "prefix_of", "wanted"]

PREFIX = "tidegate/pipeline/"
NAME_MAX, HASH_MAX = 255, 8
"""Characters of an alarm's name (PutMetricAlarm, API reference)."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm by its name; ``configuration`` as PutMetricAlarm takes it, or PutCompositeAlarm
    when it has an AlarmRule."""

    name: str
    configuration: Mapping[str, Any]

    @property
    def is_composite(self) -> bool:
        """Whether it combines the others."""
        return "AlarmRule" in self.configuration


def prefix_of(pipeline: str) -> str:
    """What the names of a pipeline's alarms begin with."""
    return f"{PREFIX}{pipeline}/"


def wanted(
    pipelines: Sequence[tuple[Pipeline, PipelineSpec]], topic_arn: str | None
) -> tuple[Alarm, ...]:
    """Every alarm of the pipelines, upstream first; the composite ones notify the topic, their own
    or the given."""
    found: list[Alarm] = []
    for pipeline, spec in pipelines:
        prefix, seen = prefix_of(pipeline.name), watched(pipeline, spec)
        own = [
            Alarm(_short(prefix + name), configuration)
            for resource_type in reversed(types_of(pipeline))
            for name, configuration in resource_type.operations.alarms(seen)
        ]
        topic = topic_arn or spec.notices.sns_topic_arn
        actions = [] if topic is None else [topic]
        paging = composite(pipeline.name, prefix, [each.name for each in own], actions)
        found += [*own, *(Alarm(*each) for each in paging)]
    return tuple(found)


def _short(name: str) -> str:
    if len(name) <= NAME_MAX:
        return name
    return f"{name[: NAME_MAX - HASH_MAX - 1]}-{sha256(name.encode()).hexdigest()[:HASH_MAX]}"
