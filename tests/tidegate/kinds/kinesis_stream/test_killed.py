"""A reshard that is killed at any moment, with a producer and a reader on the stream."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

import pytest

from tests.tidegate.kinds.kinesis_stream.conftest import summary, wait_active
from tests.tidegate.kinds.kinesis_stream.test_interrupted import begun, finished, records
from tidegate.scaling.ledger.sqlite import SqliteLedger

KEYS = 12

Records = dict[str, list[int]]


@pytest.fixture
def ledger(tmp_path: Any) -> SqliteLedger:
    return SqliteLedger(str(tmp_path / "ledger.sqlite"))


@pytest.mark.by_seed(50)
def test_after_a_kill_nothing_is_lost_or_out_of_order_or_left_open(
    kinesis: Any, stream: str, ledger: SqliteLedger, seed: int
) -> None:
    random = Random(seed)
    written, read = dict[str, list[int]](), dict[str, list[int]]()
    to = random.choice([1, 3, 4, 5, 7, 8])
    with reading(kinesis, stream, read), producing(kinesis, stream, written):
        for _ in range(random.randint(1, 2)):
            with begun(stream, "--to", str(to)) as process:
                wait_for_the_moment(ledger, stream, random)
                process.send_signal(signal.SIGKILL)
                process.communicate()
        code, told = finished(stream, "--to", str(to))
        assert code == 0, told
        wait_active(kinesis, stream)
    assert summary(kinesis, stream)["OpenShardCount"] == to
    assert ledger.open_change_records() == ()
    # Where the killed run had nothing left to do, its lease is still written, and held by nobody.
    assert not any(each.is_held for each in ledger.leases())
    assert sum(map(len, written.values())) > 20
    assert read == written


def wait_for_the_moment(ledger: SqliteLedger, stream: str, random: Random) -> None:
    """Until so many intentions were written, or none comes any more, and a little longer."""
    wanted, deadline = len(records(ledger, stream)) + random.randint(0, 3), time.monotonic() + 4
    while len(records(ledger, stream)) < wanted and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(random.choice([0, random.uniform(0, 0.02), random.uniform(0, 0.4)]))


@contextmanager
def producing(kinesis: Any, stream: str, written: Records) -> Iterator[None]:
    """One record after another, those that Kinesis accepted in ``written``."""
    stopped = threading.Event()

    def produce() -> None:
        for number in count():
            key = f"key-{number % KEYS}"
            try:
                kinesis.put_record(StreamName=stream, PartitionKey=key, Data=str(number).encode())
                written.setdefault(key, []).append(number)
            except kinesis.exceptions.ClientError:
                pass
            if stopped.wait(0.01):
                return

    with running(produce, stopped):
        yield


@dataclass
class Reader:
    """Every shard once its parents are at their end, as a consumer of the Kinesis Client Library
    reads them."""

    kinesis: Any
    stream: str
    read: Records
    iterators: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def look(self) -> int:
        """How many records one round over the shards finds."""
        listed = self.kinesis.list_shards(StreamName=self.stream)["Shards"]
        names, found = {each["ShardId"] for each in listed}, 0
        for shard in listed:
            parents = {shard.get("ParentShardId"), shard.get("AdjacentParentShardId")}
            if shard["ShardId"] not in self.done and parents & names <= self.done:
                found += self._get(shard["ShardId"])
        return found

    def _get(self, shard: str) -> int:
        if shard not in self.iterators:
            self.iterators[shard] = self.kinesis.get_shard_iterator(
                StreamName=self.stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
        answer = self.kinesis.get_records(ShardIterator=self.iterators[shard], Limit=10_000)
        for record in answer["Records"]:
            self.read.setdefault(record["PartitionKey"], []).append(int(record["Data"]))
        if answer.get("NextShardIterator"):
            self.iterators[shard] = answer["NextShardIterator"]
        else:
            self.done.add(shard)
        return len(answer["Records"])


@contextmanager
def reading(kinesis: Any, stream: str, read: Records) -> Iterator[None]:
    """All the while; on leaving, until several rounds find nothing more."""
    stopped, reader = threading.Event(), Reader(kinesis, stream, read)

    def consume() -> None:
        idle, deadline = 0, time.monotonic() + 120
        while idle < 8 and time.monotonic() < deadline:
            idle = 0 if reader.look() or not stopped.is_set() else idle + 1
            time.sleep(0.02)

    with running(consume, stopped):
        yield


@contextmanager
def running(work: Any, stopped: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
