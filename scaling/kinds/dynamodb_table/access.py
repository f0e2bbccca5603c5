"""What a role needs to read and to change tables, or to write to them: pure functions."""

from collections.abc import Iterator, Sequence

from tidegate.scaling.model.permission import Arn, Permission, PipelineNames, WriteAccess

__all__ = ["WRITE_ACCESS", "table_permissions"]

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
"""DynamoDB's actions that write items; a transaction needs the same ones (service authorization
reference)."""

WRITE_ACCESS = WriteAccess("dynamodb", "table/", tuple(f"dynamodb:{write}" for write in WRITES))


def table_permissions(pipelines: Sequence[PipelineNames]) -> Iterator[Permission]:
    """The tables, and whether DynamoDB's own auto scaling sets them too."""
    names = [
        table.name
        for pipeline in pipelines
        for reader in (*pipeline.consumers, *pipeline.applications)
        for table in reader.table_specs
    ]
    if not names:
        return
    arns = tuple(Arn("dynamodb", f"table/{name}") for name in names)
    yield Permission(("dynamodb:DescribeTable", "dynamodb:UpdateTable"), arns)
    # It knows no narrower resource (service authorization reference).
    yield Permission(("application-autoscaling:DescribeScalableTargets",))
