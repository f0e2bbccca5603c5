"""What a role needs to read functions and to change their event source mappings: pure functions."""

from collections.abc import Iterator, Sequence

from tidegate.scaling.model.permission import Arn, Permission, PipelineNames

__all__ = ["mapping_permissions"]


def mapping_permissions(pipelines: Sequence[PipelineNames]) -> Iterator[Permission]:
    """Mappings may be changed of the functions in the file alone."""
    names = dict.fromkeys(each.name for pipeline in pipelines for each in pipeline.consumers)
    if not names:
        return
    arns = tuple(Arn("lambda", f"function:{name}") for name in names)
    yield Permission(("lambda:GetFunctionConfiguration", "lambda:GetFunctionConcurrency"), arns)
    # They know no narrower resource (service authorization reference).
    yield Permission(("lambda:GetAccountSettings", "lambda:ListEventSourceMappings"))
    # A mapping has no name before it is looked up; its function has. A mapping may name a version
    # or an alias of it too.
    qualified = tuple(Arn(each.service, f"{each.path}:*") for each in arns)
    yield Permission(
        ("lambda:UpdateEventSourceMapping",),
        (Arn("lambda", "event-source-mapping:*"),),
        "lambda:FunctionArn",
        (*arns, *qualified),
    )
