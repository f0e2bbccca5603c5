"""Why a lever is held: a kind that programs read, and a sentence that people read.

No program reads a sentence: it may be worded anew without changing a decision or a status.
"""

from dataclasses import dataclass
from enum import Enum

__all__ = ["LASTING", "Reason", "ReasonKind"]


class ReasonKind(Enum):
    """What holds a lever. The values are in JSON outputs."""

    NO_OWNER = "no-owner"
    OTHER_OWNER = "other-owner"
    SECOND_OWNER = "second-owner"
    SERVICE_AUTOSCALING = "service-autoscaling"
    FILE_RANGE = "file-range"
    CHANGE_WINDOW = "change-window"
    CHANGE_PENDING = "change-pending"
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
    CONCURRENCY = "concurrency"
    EXECUTIONS_NEEDED = "executions-needed"
    INEFFECTIVE = "ineffective"
    RESTART_PRICE = "restart-price"
    SPLIT_KEPT = "split-kept"


LASTING = frozenset(
    {
        ReasonKind.SECOND_OWNER,
        ReasonKind.SERVICE_AUTOSCALING,
        ReasonKind.ROLLED_BACK,
        ReasonKind.UNSAFE_UPDATE,
    }
)
"""No waiting cures them: a person has to."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, as ``kind`` and as a sentence."""

    kind: ReasonKind
    words: str

    def __str__(self) -> str:
        return self.words
