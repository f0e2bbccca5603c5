"""A pipeline's entry in the file, as kinds of resources read it."""

from functools import partial

from tidegate.scaling.config.levers import lever_spec
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.in_file import InFile

__all__ = ["in_file"]


def in_file(spec: PipelineSpec) -> InFile:
    """What the file says of a pipeline and of each of its levers."""
    return InFile(spec, partial(lever_spec, spec))
