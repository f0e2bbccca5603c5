"""What the user wants of a pipeline: the pipeline file as values."""

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from annotated_types import Ge, Gt, Le, MinLen

from rules.diagnosis import LeverKind

__all__ = [
    "ChangeWindow",
    "ConsumerSpec",
    "IndexSpec",
    "LeverSpec",
    "Levers",
    "Objective",
    "Owner",
    "PipelineFile",
    "PipelineSpec",
    "TableSpec",
    "TargetUtilization",
    "UserRule",
]

Owner = Literal["tidegate", "application-autoscaling"]
Name = Annotated[str, MinLen(1)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
