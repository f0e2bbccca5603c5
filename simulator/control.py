"""AWS's control plane over the world: every change that a caller may ask for."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from tidegate.simulator.kinds.flink_application.service import (
    ApplicationService,
    ApplicationUpdate,
    Operation,
)
from tidegate.simulator.kinds.kinesis_stream.shards import ShardState
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.manners import (
    Pending,
    Refusal,
    TableManners,
    check_shard_target,
    reshard_seconds,
)

__all__ = ["ControlPlane"]

SPLIT_SECONDS, MAPPING_SECONDS, TABLE_SECONDS = 30, 30, 40
"""How long a change takes here; AWS says only that it takes a while."""


class ControlPlane:
    """Takes changes, refuses what AWS refuses, and counts each refusal as a limit violation.

    ``second`` and ``now`` tell the world's clock; ``reweigh`` is called after every reshard,
    ``set_batching_window`` with a mapping's new one.
    """

    def __init__(
        self,
        stream: StreamState,
        table: TableManners,
        second: Callable[[], int],
        start: datetime,
        reweigh: Callable[[], None],
        set_batching_window: Callable[[int], None],
    ) -> None:
        self.pending = Pending()
        self.violations = 0
        self.shard_count_calls: list[float] = []
        self.application: ApplicationService | None = None
        self._stream = stream
        self._table = table
        self._second = second
        self._start = start
        self._reweigh = reweigh
        self._set_batching_window = set_batching_window

    def _now(self) -> datetime:
        return self._start + timedelta(seconds=self._second())

    def _refusable(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Refusal:
            self.violations += 1
            raise

    def _check_stream_idle(self) -> None:
        if self.pending.is_busy("stream"):
            name = self._stream.data.name
            raise Refusal("ResourceInUseException", f"stream {name} is UPDATING")

    def update_shard_count(self, target: int) -> None:
        """UpdateShardCount, uniform scaling; asynchronous. Raises Refusal."""
        current = len(self._stream.open_shards)

        def check() -> None:
            self._check_stream_idle()
            check_shard_target(current, target, self.shard_count_calls, self._second())

        self._refusable(check)
        self.shard_count_calls.append(self._second())

        def effect() -> None:
            self._stream.uniform(target)
            self._reweigh()

        self.pending.begin("stream", self._second() + reshard_seconds(current, target), effect)

    def split_shard(self, shard_id: str, new_starting_hash_key: int) -> None:
        """SplitShard; asynchronous. Raises Refusal."""
        shard = self.open_shard(shard_id)

        def check() -> None:
            self._check_stream_idle()
            if not shard.start < new_starting_hash_key <= shard.end:
                raise Refusal("InvalidArgumentException", "the hash key is not inside the shard")

        self._refusable(check)

        def effect() -> None:
            at = new_starting_hash_key
            self._stream.replace([shard], [(shard.start, at - 1), (at, shard.end)])
            self._reweigh()

        self.pending.begin("stream", self._second() + SPLIT_SECONDS, effect)

    def merge_shards(self, shard_id: str, adjacent_shard_id: str) -> None:
        """MergeShards; asynchronous. Raises Refusal."""
        pair = sorted(
            (self.open_shard(shard_id), self.open_shard(adjacent_shard_id)),
            key=lambda shard: shard.start,
        )

        def check() -> None:
            self._check_stream_idle()
            if pair[0].end + 1 != pair[1].start:
                raise Refusal("InvalidArgumentException", "the shards are not adjacent")

        self._refusable(check)

        def effect() -> None:
            self._stream.replace(pair, [(pair[0].start, pair[1].end)])
            self._reweigh()

        self.pending.begin("stream", self._second() + SPLIT_SECONDS, effect)

    def open_shard(self, shard_id: str) -> ShardState:
        """An open shard by its id. Raises Refusal."""
        found = [each for each in self._stream.open_shards if each.shard_id == shard_id]
        if not found:
            self.violations += 1
            raise Refusal("ResourceNotFoundException", f"no open shard {shard_id}")
        return found[0]

    def set_retention_hours(self, hours: int) -> None:
        """IncreaseStreamRetentionPeriod or its opposite; at once. Raises Refusal."""

        def check() -> None:
            self._check_stream_idle()
            if not 24 <= hours <= 8760 or hours == self._stream.retention_hours:
                raise Refusal("InvalidArgumentException", f"retention of {hours} hours")

        self._refusable(check)
        self._stream.retention_hours = hours

    def update_mapping(
        self,
        parallelization_factor: int | None = None,
        batching_window_seconds: int | None = None,
    ) -> None:
        """UpdateEventSourceMapping: what is given changes, within half a minute. Raises Refusal."""
        factor, window = parallelization_factor, batching_window_seconds

        def check() -> None:
            if self.pending.is_busy("mapping"):
                raise Refusal("ResourceInUseException", "the mapping is being updated")
            if factor is not None and not 1 <= factor <= 10:
                raise Refusal("InvalidParameterValueException", "ParallelizationFactor is 1..10")
            if window is not None and not 0 <= window <= 300:
                words = "MaximumBatchingWindowInSeconds is 0..300"
                raise Refusal("InvalidParameterValueException", words)

        self._refusable(check)

        def effect() -> None:
            if factor is not None:
                self._stream.set_factor(factor)
            if window is not None:
                self._set_batching_window(window)

        self.pending.begin("mapping", self._second() + MAPPING_SECONDS, effect)

    def update_table(self, wanted: Mapping[str | None, tuple[int, int]]) -> None:
        """UpdateTable: (write, read) units by index, None for the table itself; takes effect
        within a minute. Raises Refusal."""
        self._refusable(
            lambda: self._table.check(wanted, self.pending.is_busy("table"), self._now())
        )
        self._table.note(wanted, self._now())

        def effect() -> None:
            for index, (write, read) in wanted.items():
                self._table.capacities[index].set_units(write, read)

        self.pending.begin("table", self._second() + TABLE_SECONDS, effect)

    def update_application(self, update: ApplicationUpdate) -> str:
        """UpdateApplication: the operation's id; the job is down until it is done. Raises
        Refusal."""
        application = self.the_application(None)
        self._refusable(lambda: application.check(update))
        return application.update(update)

    def operation(self, operation_id: str) -> Operation:
        """An operation of the application's by its id. Raises Refusal."""
        for operation in self.the_application(None).operations:
            if operation.operation_id == operation_id:
                return operation
        raise Refusal("ResourceNotFoundException", f"no operation {operation_id}")

    def the_application(self, name: str | None) -> ApplicationService:
        """The world's application, by its name unless None. Raises Refusal."""
        found = self.application
        if found is None or name not in (None, found.state.data.name):
            raise Refusal("ResourceNotFoundException", f"no application {name}")
        return found
