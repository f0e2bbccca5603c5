"""What AWS takes of an application, for this world alone; a test compares it with the product's."""

from math import ceil

from tidegate.simulator.kinds.flink_application.operation import ParallelismConfiguration
from tidegate.simulator.manners import Refusal

__all__ = ["CALLS_PER_SECOND", "PARALLELISM_MAX", "PARALLELISM_PER_KPU_MAX", "check_bounds"]

PARALLELISM_MAX, PARALLELISM_PER_KPU_MAX = 256, 8
"""Developer guide, "Implement application scaling"; the KPU quota is 64 there, and per account."""

CALLS_PER_SECOND = 5.0
"""How often Flink's consumer asks each shard for records, unless set otherwise
(flink.shard.getrecords.intervalmillis, 200 ms)."""


def check_bounds(wanted: ParallelismConfiguration, kpu_quota: int) -> None:
    """Raises Refusal for what is outside of them."""
    if wanted.parallelism < 1:
        raise Refusal("InvalidArgumentException", "Parallelism is at least 1")
    if not 1 <= wanted.parallelism_per_kpu <= PARALLELISM_PER_KPU_MAX:
        raise Refusal("InvalidArgumentException", "ParallelismPerKPU is 1..8")
    kpus = ceil(wanted.parallelism / wanted.parallelism_per_kpu)
    if kpus > kpu_quota or wanted.parallelism > PARALLELISM_MAX:
        raise Refusal(
            "LimitExceededException",
            f"{kpus} KPUs of {kpu_quota}, parallelism {wanted.parallelism} of {PARALLELISM_MAX}",
        )
