"""Every controller by its name, in the order of the table."""

from collections.abc import Callable

from tidegate.bench.controllers.base import Controller
from tidegate.bench.controllers.flink_autoscaler import FlinkAutoscaler
from tidegate.bench.controllers.keda import Keda
from tidegate.bench.controllers.kinesis_auto_scaling import KinesisAutoScaling
from tidegate.bench.controllers.on_demand import OnDemand
from tidegate.bench.controllers.scaling_utils import ScalingUtils
from tidegate.bench.controllers.static import StaticAtMean, StaticAtPeak
from tidegate.bench.controllers.step_scaling import StepScaling
from tidegate.bench.controllers.target_tracking import TargetTracking
from tidegate.bench.controllers.tidegate import Tidegate

__all__ = ["BOUND", "CONTROLLERS", "TIDEGATE"]

BOUND, TIDEGATE = "bound", "tidegate"

CONTROLLERS: dict[str, Callable[[], Controller]] = {
    TIDEGATE: Tidegate,
    "static-mean": StaticAtMean,
    "static-peak": StaticAtPeak,
    "target-tracking": TargetTracking,
    "step-scaling": StepScaling,
    "kinesis-auto-scaling": lambda: KinesisAutoScaling(0.25, 0.075),
    "kinesis-auto-scaling-75": lambda: KinesisAutoScaling(0.75, 0.25),
    "scaling-utils": ScalingUtils,
    "hpa-keda": Keda,
    "flink-autoscaler": FlinkAutoscaler,
    "on-demand": OnDemand,
}
"""Without the bound, which is not played but worked out."""
