"""What a role needs to read and to change Flink applications: pure functions."""

from collections.abc import Iterator, Sequence

from tidegate.scaling.kinds.flink_application.actions import START_APPLICATION
from tidegate.scaling.model.permission import Arn, Permission, PipelineNames

__all__ = ["application_permissions"]

CALLS = (
    "DescribeApplication",
    "DescribeApplicationOperation",
    "ListApplicationOperations",
    "UpdateApplication",
)


def application_permissions(
    pipelines: Sequence[PipelineNames], *, sweeps: bool
) -> Iterator[Permission]:
    """The applications, and the metrics by which their tasks and snapshots are known: no other kind
    needs any outside of a sweep. Only a sweep starts one, where the file allows it."""
    names = [each.name for pipeline in pipelines for each in pipeline.applications]
    if not names:
        return
    arns = tuple(Arn("kinesisanalytics", f"application/{name}") for name in names)
    yield Permission(tuple(f"kinesisanalytics:{call}" for call in CALLS), arns)
    started = tuple(
        Arn("kinesisanalytics", f"application/{each.name}")
        for pipeline in pipelines
        for each in pipeline.applications
        if sweeps and each.start_again_after_failed_update
    )
    if started:
        yield Permission((START_APPLICATION,), started)
    # They know no narrower resource (service authorization reference).
    yield Permission(("cloudwatch:GetMetricData", "cloudwatch:ListMetrics"))
