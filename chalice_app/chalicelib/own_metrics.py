"""Metrics of Tidegate itself, in CloudWatch's embedded format."""

import os

__all__ = ["NAMESPACE", "stage", "tell_count", "tell_fault"]

NAMESPACE = "Tidegate"


def stage() -> str:
    """The stack that this is a function of: each has metrics of its own, so that what one stage
    tells sets off no alarm of another."""
    return os.environ.get("TIDEGATE_STAGE", "local")


def tell_count(name: str, count: int, dimension: str, value: str) -> None:
    """A count of this stage, by one more dimension."""
    # Imported here: a request that is answered tells no metric.
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    with single_metric(
        name=name, unit=MetricUnit.Count, value=count, namespace=NAMESPACE
    ) as metric:
        metric.add_dimension(name=dimension, value=value)
        metric.add_dimension(name="stage", value=stage())


def tell_fault() -> None:
    """An answer of 5xx, by the version that gave it: a deployment that is under way is stopped by
    it. API Gateway counts its answers by stage, and Lambda what ended without an answer."""
    tell_count("Faults", 1, "version", os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "local"))
