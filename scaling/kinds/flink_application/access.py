"""What a role needs to read and to change Flink applications: pure functions."""

from collections.abc import Iterator, Sequence

from tidegate.scaling.model.permission import Arn, Permission, PipelineNames

__all__ = ["application_permissions"]

CALLS = (
    "DescribeApplication",
    "DescribeApplicationOperation",
    "ListApplicationOperations",
    "UpdateApplication",
)


def application_permissions(pipelines: Sequence[PipelineNames]) -> Iterator[Permission]:
    """The applications, and the metrics by which their tasks and snapshots are known: no other kind
    needs any outside of a sweep."""
    names = [each.name for pipeline in pipelines for each in pipeline.applications]
    if not names:
        return
    arns = tuple(Arn("kinesisanalytics", f"application/{name}") for name in names)
    yield Permission(tuple(f"kinesisanalytics:{call}" for call in CALLS), arns)
    # They know no narrower resource (service authorization reference).
    yield Permission(("cloudwatch:GetMetricData", "cloudwatch:ListMetrics"))
