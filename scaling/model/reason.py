"""The kinds of constraint on a lever."""

from enum import StrEnum

__all__ = ["LASTING", "UNDER_WAY", "ReasonKind"]


class ReasonKind(StrEnum):
    """What constrains a lever. The values are in JSON outputs."""

    NO_OWNER = "no-owner"
    OTHER_OWNER = "other-owner"
    SECOND_OWNER = "second-owner"
    SERVICE_AUTOSCALING = "service-autoscaling"
    FILE_RANGE = "file-range"
    CHANGE_WINDOW = "change-window"
    CHANGE_PENDING = "change-pending"
    PAUSED = "paused"
    RESOURCE_BUSY = "resource-busy"
    STOPPED = "stopped"
    ON_DEMAND = "on-demand"
    AWS_LIMIT = "aws-limit"
    QUOTA = "quota"
    BUDGET_SPENT = "budget-spent"
    BUDGET_KEPT = "budget-kept"
    REFUSED = "refused"
    ROLLED_BACK = "rolled-back"
    UNSAFE_UPDATE = "unsafe-update"
    CHECKPOINTS_FAIL = "checkpoints-fail"
    CLOSES_WINDOWS = "closes-windows"
    CONCURRENCY = "concurrency"
    EXECUTIONS_NEEDED = "executions-needed"
    EFFECT_PENDING = "effect-pending"
    INEFFECTIVE = "ineffective"
    MAX_USD_A_DAY = "max-usd-a-day"
    NOT_READ = "not-read"
    ONE_MINUTE = "one-minute"
    RESTART_PRICE = "restart-price"
    NO_LONGER_DUE = "no-longer-due"
    SPLIT_KEPT = "split-kept"


LASTING = frozenset(
    {
        ReasonKind.SECOND_OWNER,
        ReasonKind.SERVICE_AUTOSCALING,
        ReasonKind.ROLLED_BACK,
        ReasonKind.UNSAFE_UPDATE,
        ReasonKind.MAX_USD_A_DAY,
        ReasonKind.CLOSES_WINDOWS,
        ReasonKind.NO_LONGER_DUE,
    }
)
"""No waiting cures them."""

UNDER_WAY = frozenset(
    {ReasonKind.CHANGE_PENDING, ReasonKind.EFFECT_PENDING, ReasonKind.RESOURCE_BUSY}
)
"""An earlier change is still to end, or to be judged."""
