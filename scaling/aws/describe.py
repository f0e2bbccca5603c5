"""From AWS's descriptions to a pipeline, in few calls."""

from collections.abc import Iterable

from tidegate.rules.graph import Kinds, Pipeline
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds.registry import AwsKind
from tidegate.scaling.aws.looked import Looked
from tidegate.scaling.config.specification import PipelineSpec

__all__ = ["described"]


def described(
    clients: Clients, spec: PipelineSpec, aws_kinds: Iterable[AwsKind], kinds: Kinds
) -> Pipeline:
    """The pipeline as configured now; ResourceMissing names what isn't there."""
    sinks = [kind.describe_sinks for kind in aws_kinds if kind.describe_sinks is not None]
    looked = Looked(clients, spec, sinks)
    for kind in aws_kinds:
        looked.resources += kind.describe(looked)
    return Pipeline(spec.name, tuple(looked.resources), kinds=kinds)
