"""What the reshard commands share: the clock, samples of every shard, and load from metrics."""

import random
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from tidegate.rules.kinds.kinesis_stream.metrics import shard_metric
from tidegate.rules.kinds.kinesis_stream.state import KeySample, SampleKeys, Stream
from tidegate.scaling.aws.kinds.kinesis_stream.streams import AwsStreams
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.model.read_all import read_all

if TYPE_CHECKING:
    from tidegate.scaling.execute.kinds.kinesis_stream.reshard import ReshardExecutor
    from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Goal
    from tidegate.scaling.ports import Ledger

__all__ = ["WallClock", "load_by_shard", "reshard_executor", "sample_all"]

SATURATED = 1000
LOOK_BACK = timedelta(minutes=10)


class WallClock:
    """``tidegate.scaling.execute.clock.Clock`` with jitter, so that two waiters drift apart."""

    def now(self) -> datetime:
        """The moment."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Between half of it and all of it."""
        time.sleep(seconds * random.uniform(0.5, 1))


def reshard_executor(
    stream: str, goal: "Goal", cloud: AwsStreams, ledger: "Ledger", timeout_seconds: float
) -> "ReshardExecutor":
    """The executor of one stream by the wall clock, under a holder of its own."""
    from tidegate.scaling.execute.kinds.kinesis_stream.reshard import ReshardExecutor

    holder = f"reshard-{uuid4()}"
    clock = WallClock()
    return ReshardExecutor(stream, goal, cloud, ledger, clock, holder, timeout_seconds)


def sample_all(cloud: AwsStreams, stream: Stream, now: datetime) -> tuple[KeySample, ...]:
    """A sample of each open shard over the same time, short enough to tell them apart: one
    GetRecords gives at most a thousand records."""
    samples: tuple[KeySample, ...] = ()
    for seconds in (60, 5, 1):
        samples = tuple(
            cloud.ask(SampleKeys(stream.name, shard.shard_id, seconds, now))
            for shard in stream.open_shards
        )
        if sum(sample.total >= SATURATED for sample in samples) <= 1:
            break
    return samples


def load_by_shard(
    metrics: AwsMetrics, stream: Stream, now: datetime
) -> dict[str, tuple[float, float]]:
    """Records and bytes a second of each open shard, from its newest minute; empty without
    shard-level metrics."""
    if not stream.shard_metrics_enabled:
        return {}
    pairs = {
        shard.shard_id: (
            shard_metric(stream.name, shard.shard_id, "IncomingRecords", "Sum"),
            shard_metric(stream.name, shard.shard_id, "IncomingBytes", "Sum"),
        )
        for shard in stream.open_shards
    }
    end = now.replace(second=0, microsecond=0)
    windows = read_all(
        metrics, [each for pair in pairs.values() for each in pair], end - LOOK_BACK, end
    )
    return {
        shard_id: (
            (windows[records].latest or 0.0) / 60,
            (windows[size].latest or 0.0) / 60,
        )
        for shard_id, (records, size) in pairs.items()
    }
