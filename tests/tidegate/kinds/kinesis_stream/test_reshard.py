"""``tidegate shards`` and ``tidegate reshard`` against kinesis-local."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws
from moto.kinesis.models import kinesis_backends

from tests.tidegate.kinds.kinesis_stream.conftest import names, summary, wait_active
from tidegate.cli import main
from tidegate.kinds.kinesis_stream.edge import load_by_shard
from tidegate.rules.kinds.kinesis_stream.state import HASH_KEYS
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds.kinesis_stream.streams import AwsStreams
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.kinds.kinesis_stream.reshard.hot_split import hash_key_of
from tidegate.simulator.embedded import embedded
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import World


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def widths(name: str) -> list[float]:
    told = json.loads(run("shards", name, "--output", "json").stdout)
    return [shard["key_share"] for shard in told["shards"]]


def ids(name: str) -> list[str]:
    told = json.loads(run("shards", name, "--output", "json").stdout)
    return [shard["shard_id"] for shard in told["shards"]]


def make_odd(kinesis: Any, name: str) -> None:
    """Five shards: a fifteenth, then wider and wider."""
    for at in (HASH_KEYS // 15, HASH_KEYS // 5, 4 * HASH_KEYS // 5):
        shard = next(each for each in kinesis.list_shards(StreamName=name)["Shards"]
                     if "EndingSequenceNumber" not in each["SequenceNumberRange"]
                     and int(each["HashKeyRange"]["StartingHashKey"]) < at <= int(each["HashKeyRange"]["EndingHashKey"]))  # fmt: skip
        kinesis.split_shard(
            StreamName=name, ShardToSplit=shard["ShardId"], NewStartingHashKey=str(at)
        )
        wait_active(kinesis, name)


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        (("--to", "3"), 3),
        (("--to", "1"), 1),
        (("--to", "9"), 9),
        (("--by", "+3"), 8),
        (("--by", "-3"), 2),
        (("--by", "+50%"), 8),
        (("--by", "-40%"), 3),
        (("--even",), 5),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_an_odd_stream_becomes_even_with_the_count_that_was_asked_for(
    kinesis: Any, stream: str, goal: tuple[str, ...], expected: int
) -> None:
    make_odd(kinesis, stream)
    result = run("reshard", stream, *goal, "--yes", "--timeout", "30")
    assert (result.exit_code, result.stderr) == (0, "")
    assert all(abs(width * expected - 1) <= 0.1 for width in widths(stream))
    assert len(widths(stream)) == expected


def test_one_shard_is_split_and_neighbours_are_merged(stream: str) -> None:
    result = run("reshard", stream, "--split", "1", "--into", "3", "--yes")
    assert result.exit_code == 0
    assert widths(stream) == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6])
    again = run("reshard", stream, "--split", "1", "--into", "3", "--yes")
    assert "nothing to do" in again.stdout
    _, first, second, _ = ids(stream)
    assert run("reshard", stream, "--merge", second, first, "--yes").exit_code == 0
    assert widths(stream) == pytest.approx([1 / 2, 1 / 3, 1 / 6])


def test_the_hot_shard_is_split_where_its_load_is(kinesis: Any, stream: str) -> None:
    riders = [key for key in map(str, range(1600)) if hash_key_of(key) < HASH_KEYS // 8]
    for key in riders:
        kinesis.put_record(StreamName=stream, Data=b"x", PartitionKey=key)
    result = run("reshard", stream, "--split-hot", "--yes")
    assert result.exit_code == 0
    first, second, third = widths(stream)
    assert first == pytest.approx(1 / 16, abs=1 / 64)
    assert second == pytest.approx(1 / 2 - 1 / 16, abs=1 / 64)
    assert third == pytest.approx(1 / 2)


def test_a_hot_key_is_told_and_nothing_is_split(kinesis: Any, stream: str) -> None:
    for _ in range(30):
        kinesis.put_record(StreamName=stream, Data=b"x", PartitionKey="leader")
    result = run("reshard", stream, "--split-hot", "--yes")
    assert result.exit_code == 2
    assert "one key, 'leader', carries 100% of its records" in result.stderr
    assert len(widths(stream)) == 2


def test_the_plan_is_shown_and_a_dry_run_changes_nothing(stream: str) -> None:
    result = run("reshard", stream, "--to", "5", "--dry-run")
    assert result.exit_code == 0
    assert "2 -> 5 shards by" in result.stdout
    for words in (
        "UpdateShardCount",
        "of the 10 calls left in 24 hours",
        "quota",
        "21.90 -> 54.75 USD a month",
    ):
        assert words in result.stdout
    assert len(widths(stream)) == 2


def test_without_a_terminal_and_yes_nothing_is_done(stream: str) -> None:
    result = run("reshard", stream, "--to", "5")
    assert result.exit_code == 1
    assert "confirm with --yes" in result.stderr
    assert len(widths(stream)) == 2


def test_without_waiting_the_last_operation_is_under_way(kinesis: Any, stream: str) -> None:
    result = run("reshard", stream, "--to", "4", "--yes", "--no-wait")
    assert "the last operation is in progress" in result.stdout
    wait_active(kinesis, stream)
    assert len(widths(stream)) == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--to", "0"), "0 shards can't be; 1 to 10,000 can"),
        (("--to", "10001"), "10,001 shards can't be; 1 to 10,000 can"),
        (("--to", "3", "--max", "2"), "3 shards are more than --max 2"),
        (("--by", "-1", "--min", "2"), "1 shards are fewer than --min 2"),
        (("--by", "3"), "'3' is not +N, -N, +P% or -P%"),
        (("--split", "77"), "the stream has no such shard"),
        (("--merge", "0", "0"), "is not adjacent"),
        (("--to", "3", "--even"), "one of --to, --by"),
        ((), "one of --to, --by"),
        (("--to", "3", "--tolerance", "x"), "is not a percentage"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wish_that_cannot_be_is_refused_in_words(
    stream: str, arguments: tuple[str, ...], words: str
) -> None:
    result = run("reshard", stream, *arguments, "--yes")
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(widths(stream)) == 2


@pytest.mark.usefixtures("kinesis")
def test_a_stream_that_is_missing_is_named() -> None:
    for command in (("shards", "nowhere"), ("reshard", "nowhere", "--to", "2")):
        result = run(*command)
        assert result.exit_code == 2
        assert "kinesis:DescribeStreamSummary on nowhere" in result.stderr


def test_an_on_demand_stream_is_left_to_aws(kinesis: Any) -> None:
    name = next(names)
    kinesis.create_stream(StreamName=name, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    wait_active(kinesis, name)
    result = run("reshard", name, "--to", "2", "--yes")
    assert result.exit_code == 2
    assert "the stream is on demand" in result.stderr


def test_the_accounts_quota_is_seen_before_it_is_hit(stream: str) -> None:
    result = run("reshard", stream, "--to", "900", "--yes")
    assert result.exit_code == 1
    assert "more shards are needed; the account" in result.stderr
    assert len(widths(stream)) == 2


def test_a_shard_that_is_closed_is_not_split(stream: str) -> None:
    assert run("reshard", stream, "--merge", "0", "1", "--yes").exit_code == 0
    result = run("reshard", stream, "--split", "0", "--yes")
    assert result.exit_code == 2
    assert "the shard is not open" in result.stderr


def test_shards_shows_a_bar_each_and_offers_shard_metrics(kinesis: Any, stream: str) -> None:
    make_odd(kinesis, stream)
    result = run("shards", stream)
    bars = [line.count("█") for line in result.stdout.splitlines() if "█" in line]
    assert len(bars) == 5
    assert max(bars) == 24
    assert "shardId-000000000000" in result.stdout
    assert f"tidegate shards {stream} --enable-metrics" in result.stdout
    assert "hot" in result.stdout
    assert "cold" in result.stdout


def test_shard_level_metrics_are_switched_on_when_asked(kinesis: Any, stream: str) -> None:
    result = run("shards", stream, "--enable-metrics")
    assert "Shard-level metrics are now on" in result.stdout
    (monitoring,) = summary(kinesis, stream)["EnhancedMonitoring"]
    assert set(monitoring["ShardLevelMetrics"]) == {"IncomingRecords", "IncomingBytes"}


def test_load_by_shard_comes_from_its_newest_minute() -> None:
    race = load_scenario("race-day")
    watched = replace(race.the(StreamData), shards=4, shard_metrics=True)
    world = World(race.put(watched, Traffic(points=((0, 400),))), 1)
    world.advance(600)
    with embedded(world) as session:
        clients = Clients(session)
        described = AwsStreams(clients).describe_stream("racers")
        load = load_by_shard(AwsMetrics(clients), described, world.now)
    assert len(load) == 4
    assert sum(records for records, _ in load.values()) == pytest.approx(400, rel=0.05)
    assert sum(size for _, size in load.values()) == pytest.approx(120_000, rel=0.05)


@mock_aws
def test_a_stream_between_two_shapes_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "testing",
                       "AWS_SECRET_ACCESS_KEY": "testing"}.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    boto3.client("kinesis", "us-east-1").create_stream(StreamName="orders", ShardCount=2)
    shards = kinesis_backends["123456789012"]["us-east-1"].streams["orders"].shards
    shards.pop(next(iter(shards)))
    result = run("reshard", "orders", "--to", "4", "--ledger", str(tmp_path / "ledger.sqlite"))
    assert result.exit_code == 1
    (told,) = result.stderr.splitlines()
    assert told == (
        "the open shards have a gap at hash key 0: a reshard is in progress; try again afterwards"
    )


def test_no_record_is_lost_and_each_key_stays_in_order(kinesis: Any, stream: str) -> None:
    written: dict[str, list[int]] = {f"key-{number}": [] for number in range(12)}
    stopped = threading.Event()

    def produce() -> None:
        for number in count():
            key = f"key-{number % 12}"
            try:
                kinesis.put_record(StreamName=stream, PartitionKey=key, Data=str(number).encode())
            except kinesis.exceptions.ClientError:
                continue
            written[key].append(number)
            if stopped.is_set():
                return

    producer = threading.Thread(target=produce)
    producer.start()
    for desired in (("--to", "5"), ("--to", "2"), ("--split", ids(stream)[0])):
        result = run("reshard", stream, *desired, "--yes", "--timeout", "30")
        assert result.exit_code in (0, 2), result.stderr
    stopped.set()
    producer.join()
    assert read_back(kinesis, stream) == written
    assert sum(map(len, written.values())) > 50


def read_back(kinesis: Any, stream: str) -> dict[str, list[int]]:
    """All records, parents before children."""
    shards = {each["ShardId"]: each for each in kinesis.list_shards(StreamName=stream)["Shards"]}
    read: dict[str, list[int]] = {}
    done: set[str] = set()
    while len(done) < len(shards):
        for name, shard in shards.items():
            parents = {shard.get("ParentShardId"), shard.get("AdjacentParentShardId")}
            if name in done or not parents & shards.keys() <= done:
                continue
            for record in records_of(kinesis, stream, name):
                read.setdefault(record["PartitionKey"], []).append(int(record["Data"]))
            done.add(name)
    return read


def records_of(kinesis: Any, stream: str, shard: str) -> Iterator[dict[str, Any]]:
    iterator = kinesis.get_shard_iterator(
        StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    while iterator:
        found = kinesis.get_records(ShardIterator=iterator, Limit=10_000)
        yield from found["Records"]
        if not found["Records"] and found.get("MillisBehindLatest", 0) == 0:
            return
        iterator = found.get("NextShardIterator")
