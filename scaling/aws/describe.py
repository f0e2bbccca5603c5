"""From AWS's descriptions to a pipeline, in few calls."""

from collections.abc import Iterable

from tidegate.rules.graph import Kinds, Pipeline
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds.registry import AwsKind
from tidegate.scaling.aws.looked import Looked
from tidegate.scaling.config.levers import part_of
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.change_record import Lever

__all__ = ["described", "described_alone"]


def described(
    clients: Clients, spec: PipelineSpec, aws_kinds: Iterable[AwsKind], kinds: Kinds
) -> Pipeline:
    """The pipeline as configured now; ResourceMissing names what isn't there."""
    sinks = [kind.describe_sinks for kind in aws_kinds if kind.describe_sinks is not None]
    looked = Looked(clients, spec, sinks)
    for kind in aws_kinds:
        looked.resources += kind.describe(looked)
    return Pipeline(spec.name, tuple(looked.resources), kinds=kinds)


def described_alone(
    clients: Clients, of: tuple[PipelineSpec, Lever], aws_kinds: Iterable[AwsKind], kinds: Kinds
) -> Pipeline:
    """A lever's resource; where it can't be described alone, the lever's part of the pipeline."""
    spec, lever = of
    part, name = part_of(spec, lever), lever.where.partition("/")[0]
    for kind in aws_kinds:
        if kind.describe_alone is not None and kind.resource == lever.kind.resource:
            found = kind.describe_alone(Looked(clients, part), name)
            if found is not None:
                return Pipeline(spec.name, tuple(found), kinds=kinds)
    return described(clients, part, aws_kinds, kinds)
