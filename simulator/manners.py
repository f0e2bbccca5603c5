"""AWS's manners: what its control plane takes, refuses, and how long it is at it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from tidegate.simulator.kinds.dynamodb_table.capacity import CapacityState

__all__ = ["Pending", "Refusal", "TableManners", "check_shard_target", "reshard_seconds"]

DAY_SECONDS = 86_400
UPDATES_PER_DAY = 10
SHARDS_MAX = 10_000


class Refusal(Exception):
    """AWS says no: ``code`` as in its API, ``message`` in its words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(slots=True)
class Pending:
    """Changes under way: what becomes true when, by resource."""

    jobs: dict[str, tuple[float, Callable[[], None]]] = field(default_factory=dict)

    def begin(self, resource: str, done_at: float, effect: Callable[[], None]) -> None:
        """The resource is UPDATING until ``done_at``, when ``effect`` takes place."""
        self.jobs[resource] = (done_at, effect)

    def is_busy(self, resource: str) -> bool:
        """Whether the resource is UPDATING."""
        return resource in self.jobs

    def pass_to(self, now: float) -> None:
        """Let everything due take effect."""
        for resource, (done_at, effect) in list(self.jobs.items()):
            if done_at <= now:
                del self.jobs[resource]
                effect()


def check_shard_target(current: int, target: int, calls: list[float], now: float) -> None:
    """UpdateShardCount's limits (API reference): double, half, ten in a rolling day."""
    if target < 1 or target == current:
        raise Refusal("InvalidArgumentException", f"TargetShardCount {target} is not valid")
    if target > SHARDS_MAX:
        raise Refusal("LimitExceededException", f"at most {SHARDS_MAX} shards")
    if target > 2 * current or target < ceil(current / 2):
        raise Refusal(
            "LimitExceededException", f"from {current} shards at most double and at least half"
        )
    if sum(now - at < DAY_SECONDS for at in calls) >= UPDATES_PER_DAY:
        raise Refusal("LimitExceededException", "10 UpdateShardCount calls in 24 hours are spent")


def reshard_seconds(current: int, target: int) -> float:
    """How long the stream is UPDATING: multiples of 25 % finish sooner (API reference). The
    seconds themselves are this world's own."""
    quick = target * 4 % current == 0
    return (30 + target) * (1 if quick else 2)


@dataclass(slots=True)
class TableManners:
    """UpdateTable of one table with its indexes."""

    table: str
    capacities: Mapping[str | None, CapacityState]
    day: int = -1

    def check(
        self, wanted: Mapping[str | None, tuple[int, int]], is_busy: bool, now: datetime
    ) -> None:
        """Raise the Refusal that AWS would."""
        if is_busy:
            raise Refusal("ResourceInUseException", f"table {self.table} is being updated")
        self._new_day(now)
        for index, (write, read) in wanted.items():
            state = self.capacities.get(index)
            if state is None:
                raise Refusal("ResourceNotFoundException", f"no index {index} on {self.table}")
            if (write, read) == (state.write_units, state.read_units):
                raise Refusal(
                    "ValidationException", f"{state.where} has this provisioned throughput already"
                )
            if min(write, read) < 1:
                raise Refusal("ValidationException", "capacity units are at least 1")
            if write < state.write_units or read < state.read_units:
                self._check_decrease(state, now)

    def note(self, wanted: Mapping[str | None, tuple[int, int]], now: datetime) -> None:
        """Count the decreases and remember the moments, as DescribeTable tells them."""
        for index, (write, read) in wanted.items():
            state = self.capacities[index]
            if write < state.write_units or read < state.read_units:
                state.decreases_today += 1
                state.last_decrease_at = now
            if write > state.write_units or read > state.read_units:
                state.last_increase_at = now

    def _new_day(self, now: datetime) -> None:
        if now.toordinal() != self.day:
            self.day = now.toordinal()
            for state in self.capacities.values():
                state.decreases_today = 0

    def _check_decrease(self, state: CapacityState, now: datetime) -> None:
        recent = state.last_decrease_at is not None and now - state.last_decrease_at < timedelta(
            hours=1
        )
        if state.decreases_today >= 27 or (state.decreases_today >= 4 and recent):
            raise Refusal(
                "LimitExceededException",
                f"{state.where}: {state.decreases_today} decreases today, try again later",
            )
