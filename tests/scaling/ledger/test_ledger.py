"""One promise for every ledger: the SQLite file and the DynamoDB table."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import boto3
import pytest
from moto import mock_aws

from tests.builders import NOON
from tests.orders import create_ledger_table
from tidegate.ledgers import open_ledger
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, DesiredCapacity, Lever, Outcome
from tidegate.scaling.model.errors import ConfigurationError
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.pause import Pause
from tidegate.scaling.model.snapshot import Held, StatusSnapshot
from tidegate.scaling.ports import Ledger

ENTRY = ChangeRecord(
    entry_id="race/shards/1",
    pipeline="race",
    lever=Lever.of(LeverKind.SHARD_COUNT, "racers"),
    operation="kinesis:UpdateShardCount",
    from_capacity=1,
    to_capacity=2,
    because="1,000 records/s",
    begun_at=NOON,
)
LATER = NOON + timedelta(seconds=30)
SICK = StatusSnapshot(
    "race",
    NOON,
    Health.SICK,
    (
        Diagnosis(
            Cause.TABLE_THROTTLED,
            "scores",
            (
                Reason.of(
                    "throttled", "{name} throttled {count} writes in a minute",
                    name="scores", count=428,
                ),
            ),
            cured_by=(LeverKind.WRITE_CAPACITY,),
        ),
        Diagnosis(
            Cause.HOT_KEY, "racers",
            (
                Reason.of("key-share", "one key has {share:.0%}", share=0.8),
                Reason.told("of-shards", "of 1 shard"),
            ),
            advice="spread it",
        ),
    ),
    (
        Held(
            "write_capacity of scores", True, ("change-window", "file-range"),
            "write_capacity of scores: 900 wanted, 100 allowed now: the file keeps it within "
            "1..100",
        ),
    ),
)  # fmt: skip
WELL = StatusSnapshot("race", LATER, Health.HEALTHY)


def in_words(snapshot: StatusSnapshot | None) -> StatusSnapshot | None:
    """With sentences alone as evidence: no more than those is kept to be read again."""
    return snapshot and replace(
        snapshot,
        diagnoses=tuple(
            replace(each, evidence=tuple(Reason.told("", str(why)) for why in each.evidence))
            for each in snapshot.diagnoses
        ),
    )


@pytest.fixture(params=["sqlite", "dynamodb"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "sqlite":
        file = SqliteLedger(str(tmp_path / "state" / "ledger.sqlite"))
        yield file
        file.close()
        return
    with mock_aws():
        client = boto3.client("dynamodb", "us-east-1")
        create_ledger_table(client, "ledger")
        yield DynamoLedger(client, "ledger")


def test_an_intention_is_there_before_it_is_done(ledger: Ledger) -> None:
    assert ledger.begin(ENTRY)
    assert ledger.change_records("race", NOON) == (ENTRY,)


def test_a_done_intention_keeps_its_outcome_and_reason(ledger: Ledger) -> None:
    ledger.begin(ENTRY)
    ledger.complete(ENTRY.entry_id, Outcome.FAILED, LATER, "LimitExceeded: ten a day")
    ended = replace(
        ENTRY, outcome=Outcome.FAILED, ended_at=LATER, detail="LimitExceeded: ten a day"
    )
    assert ledger.change_records("race", NOON) == (ended,)


def test_the_same_intention_is_written_once(ledger: Ledger) -> None:
    assert ledger.begin(ENTRY)
    assert not ledger.begin(ENTRY)
    ledger.complete(ENTRY.entry_id, Outcome.DONE, LATER, None)
    assert not ledger.begin(ENTRY)
    assert len(ledger.change_records("race", NOON)) == 1


def test_a_lever_has_one_open_intention(ledger: Ledger) -> None:
    other = replace(ENTRY, entry_id="race/shards/2", begun_at=LATER)
    assert ledger.begin(ENTRY)
    assert not ledger.begin(other)
    ledger.complete(ENTRY.entry_id, Outcome.DONE, LATER, None)
    assert ledger.begin(other)


RETENTION = replace(
    ENTRY, entry_id="race/retention/1", lever=Lever.of(LeverKind.RETENTION_HOURS, "racers"),
    operation="kinesis:IncreaseStreamRetentionPeriod", from_capacity=24, to_capacity=48,
)  # fmt: skip
STREAM = "stream/racers"


def test_the_intentions_of_one_call_are_written_all_or_none(ledger: Ledger) -> None:
    assert ledger.begin(RETENTION)
    assert not ledger.begin(ENTRY, replace(RETENTION, entry_id="race/retention/2"))
    assert ledger.change_records("race", NOON) == (RETENTION,)


def test_the_newest_of_a_resource_is_another_whenever_one_of_its_levers_begins_or_ends(
    ledger: Ledger,
) -> None:
    seen = [ledger.newest([STREAM, "table/scores"])]
    ledger.begin(ENTRY)
    seen.append(ledger.newest([STREAM]))
    ledger.complete(ENTRY.entry_id, Outcome.DONE, LATER, None)
    seen.append(ledger.newest([STREAM]))
    ledger.begin(RETENTION)
    seen.append(ledger.newest([STREAM]))
    assert seen[0] == {}
    assert len({str(each) for each in seen}) == 4


def test_an_intention_is_not_written_when_another_run_was_faster(ledger: Ledger) -> None:
    seen = ledger.newest([STREAM])
    ledger.begin(RETENTION)
    ledger.complete(RETENTION.entry_id, Outcome.DONE, LATER, None)
    assert not ledger.begin(ENTRY, after=seen)
    assert ledger.begin(ENTRY, after=ledger.newest([STREAM]))
    other = replace(ENTRY, entry_id="2", lever=Lever.of(LeverKind.SHARD_COUNT, "elsewhere"))
    assert ledger.begin(other, after=ledger.newest(["stream/elsewhere"]))


def test_what_is_open_is_found_however_old_it_is_and_whoever_began_it(ledger: Ledger) -> None:
    old = replace(ENTRY, pipeline="renamed since", begun_at=NOON - timedelta(days=200))
    ledger.begin(replace(old, marks=("shardId-7", "2026")))
    ledger.begin(replace(RETENTION, outcome=Outcome.DONE, ended_at=LATER))
    found = replace(old, marks=("shardId-7", "2026"))
    assert ledger.open_change_records([ENTRY.lever, RETENTION.lever]) == (found,)
    assert ledger.open_change_records() == (found,)
    assert ledger.open_change_records([RETENTION.lever]) == ()
    ledger.complete(old.entry_id, Outcome.UNKNOWN, LATER, "a day has passed")
    assert ledger.open_change_records() == ()
    assert ledger.begin(replace(ENTRY, entry_id="race/shards/2"))


def test_a_table_with_twenty_indexes_is_one_intention(ledger: Ledger) -> None:
    """Each of its 42 levers is a change record; DynamoDB writes at most a hundred items at once."""
    places = ["scores", *(f"scores/index-{at}" for at in range(20))]
    levers = [
        Lever.of(kind, place)
        for place in places
        for kind in (LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY)
    ]
    many = [replace(ENTRY, entry_id=str(lever), lever=lever) for lever in levers]
    last = replace(many[-1], entry_id="earlier")
    assert ledger.begin(last)
    assert not ledger.begin(*many)
    assert ledger.open_change_records() == (last,)
    ledger.complete("earlier", Outcome.DONE, LATER, None)
    again = [replace(each, entry_id=f"{each.entry_id}/again") for each in many]
    assert ledger.begin(*again, after=ledger.newest(["table/scores"]))
    assert {each.entry_id for each in ledger.open_change_records()} == {
        each.entry_id for each in again
    }


def test_a_change_record_is_found_by_its_id(ledger: Ledger) -> None:
    ledger.begin(ENTRY, RETENTION)
    assert ledger.change_record(RETENTION.entry_id) == RETENTION
    assert ledger.change_record("another") is None


def test_every_lease_is_told_with_its_holder_and_its_end(ledger: Ledger) -> None:
    ledger.acquire("table/scores", "b", NOON, 60)
    ledger.acquire(STREAM, "a", NOON, 120)
    found = [(each.resource, each.holder, each.ends_at) for each in ledger.leases()]
    assert found == [
        (STREAM, "a", NOON + timedelta(seconds=120)),
        ("table/scores", "b", NOON + timedelta(seconds=60)),
    ]


def test_pauses_are_kept_replaced_and_ended_by_their_keys(ledger: Ledger) -> None:
    every = Pause(LATER, "incident 7")
    race = Pause(LATER, "move", "race", "shard_count", (STREAM,))
    longer = replace(race, until=LATER + timedelta(hours=1))
    for each in (race, every, longer):
        ledger.keep_pause(each)
    assert ledger.pauses() == (every, longer)
    assert ledger.end_pause(race.key)
    assert not ledger.end_pause(race.key)
    assert ledger.pauses() == (every,)


def test_the_lever_of_a_shared_table_is_one_for_all_pipelines(ledger: Ledger) -> None:
    assert ledger.begin(ENTRY)
    assert not ledger.begin(replace(ENTRY, entry_id="other/shards/1", pipeline="other"))


def test_the_first_outcome_stays(ledger: Ledger) -> None:
    ledger.begin(ENTRY)
    ledger.complete(ENTRY.entry_id, Outcome.DONE, LATER, None)
    ledger.complete(ENTRY.entry_id, Outcome.FAILED, LATER, "too late")
    assert ledger.change_records("race", NOON)[0].outcome is Outcome.DONE


def test_history_begins_where_it_is_asked_to_and_is_in_order(ledger: Ledger) -> None:
    moments = [NOON + timedelta(minutes=at) for at in (3, 1, 2)]
    for at, moment in enumerate(moments):
        ledger.begin(replace(ENTRY, entry_id=f"e{at}", begun_at=moment, outcome=Outcome.DONE))
    found = ledger.change_records("race", NOON + timedelta(minutes=2))
    assert [change_record.entry_id for change_record in found] == ["e2", "e0"]
    assert ledger.change_records("elsewhere", NOON) == ()


def test_a_levers_history_is_that_of_every_hand(ledger: Ledger) -> None:
    other = replace(ENTRY, entry_id="by-hand", pipeline="reshard/racers", begun_at=LATER)
    ledger.begin(ENTRY)
    ledger.complete(ENTRY.entry_id, Outcome.DONE, LATER, None)
    ledger.begin(other)
    done = replace(ENTRY, outcome=Outcome.DONE, ended_at=LATER)
    assert ledger.change_records_of(ENTRY.lever, NOON) == (done, other)
    assert ledger.change_records_of(ENTRY.lever, LATER) == (other,)
    elsewhere = Lever.of(LeverKind.SHARD_COUNT, "elsewhere")
    assert ledger.change_records_of(elsewhere, NOON) == ()


def test_the_newest_wish_of_a_lever_is_kept(ledger: Ledger) -> None:
    assert ledger.desired(ENTRY.lever) is None
    ledger.keep_desired(ENTRY.lever, DesiredCapacity(4, NOON))
    ledger.keep_desired(ENTRY.lever, DesiredCapacity(7, LATER, "made", 4, "refused"))
    assert ledger.desired(ENTRY.lever) == DesiredCapacity(7, LATER, "made", 4, "refused")
    ledger.keep_desired(ENTRY.lever, None)
    ledger.keep_desired(ENTRY.lever, None)
    assert ledger.desired(ENTRY.lever) is None


def test_all_wishes_are_found_at_once(ledger: Ledger) -> None:
    index = Lever.of(LeverKind.WRITE_CAPACITY, "scores/by-day")
    assert dict(ledger.all_desired()) == {}
    ledger.keep_desired(ENTRY.lever, DesiredCapacity(4, NOON))
    ledger.keep_desired(index, DesiredCapacity(70, NOON, start=20))
    assert dict(ledger.all_desired()) == {
        ENTRY.lever: DesiredCapacity(4, NOON),
        index: DesiredCapacity(70, NOON, "", 20),
    }


@pytest.mark.parametrize(
    "after", [None, DesiredCapacity(7, NOON, failure="refused")], ids=["none", "one"]
)
def test_a_wish_is_amended_only_where_it_is_still_the_one_that_was_read(
    ledger: Ledger, after: DesiredCapacity | None
) -> None:
    read = DesiredCapacity(7, NOON)
    assert not ledger.amend_desired(ENTRY.lever, read, after)
    assert ledger.desired(ENTRY.lever) is None
    ledger.keep_desired(ENTRY.lever, DesiredCapacity(7, LATER))
    assert not ledger.amend_desired(ENTRY.lever, read, after)
    assert ledger.desired(ENTRY.lever) == DesiredCapacity(7, LATER)
    ledger.keep_desired(ENTRY.lever, read)
    assert ledger.amend_desired(ENTRY.lever, read, after)
    assert ledger.desired(ENTRY.lever) == after


def test_the_newest_note_of_a_name_is_kept(ledger: Ledger) -> None:
    assert ledger.kept("swept") is None
    ledger.keep("swept", "{}")
    ledger.keep("swept", '{"race": 1}')
    assert ledger.kept("swept") == '{"race": 1}'


def test_what_was_seen_is_kept_in_order_and_once(ledger: Ledger) -> None:
    for each in (WELL, SICK, SICK):
        ledger.keep_snapshot(each)
    seen = ledger.snapshots("race", NOON)
    assert [in_words(each) for each in seen] == [in_words(SICK), WELL]
    assert ledger.snapshots("race", LATER) == (WELL,)
    assert ledger.snapshots("elsewhere", NOON) == ()


def test_what_could_not_be_seen_is_kept_too(ledger: Ledger) -> None:
    unreached = StatusSnapshot(
        "race", NOON, Health.UNKNOWN, unreached="kinesis:ListShards on racers: no",
        unreached_about="denied kinesis:ListShards racers",
    )  # fmt: skip
    ledger.keep_snapshot(unreached)
    assert ledger.snapshots("race", NOON) == (unreached,)


def test_the_newest_sighting_before_a_moment_is_found(ledger: Ledger) -> None:
    for each in (SICK, WELL):
        ledger.keep_snapshot(each)
    assert ledger.last_snapshot("race", NOON) is None
    assert in_words(ledger.last_snapshot("race", LATER)) == in_words(SICK)
    assert ledger.last_snapshot("race", LATER + timedelta(days=9)) == WELL
    assert ledger.last_snapshot("elsewhere", LATER) is None


def test_every_pipeline_that_was_written_of_is_named(ledger: Ledger) -> None:
    assert ledger.pipelines() == ()
    ledger.begin(replace(ENTRY, pipeline="reshard/racers"))
    ledger.begin(replace(ENTRY, entry_id="other", pipeline="reshard/others", outcome=Outcome.DONE))
    ledger.keep_snapshot(SICK)
    ledger.keep_snapshot(WELL)
    ledger.keep("swept", "{}")
    assert ledger.pipelines() == ("race", "reshard/others", "reshard/racers")


def test_a_file_forgets_sightings_after_ninety_days(tmp_path: Path) -> None:
    ledger = SqliteLedger(str(tmp_path / "ledger.sqlite"))
    ledger.keep_snapshot(SICK)
    ledger.keep_snapshot(replace(WELL, at=NOON + timedelta(days=91)))
    assert [each.health for each in ledger.snapshots("race", NOON)] == [Health.HEALTHY]
    ledger.close()


def test_a_file_that_may_only_be_read_is_one_clear_mistake_and_still_read(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.sqlite")
    ledger = SqliteLedger(path)
    ledger.keep_snapshot(SICK)
    # Permissions don't keep root from writing; SQLite does.
    ledger._file._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(ConfigurationError, match="readonly database") as error:
        ledger.acquire("stream/racers", "me", NOON, 60)
    assert str(error.value).startswith(f"{path}:1:1: the file can't be used as a ledger")
    assert len(ledger.snapshots("race", NOON)) == 1
    ledger.close()


def test_a_damaged_file_is_one_clear_mistake(tmp_path: Path) -> None:
    place = tmp_path / "ledger.sqlite"
    ledger = SqliteLedger(str(place))
    ledger.begin(ENTRY)
    ledger.close()
    whole = place.read_bytes()
    place.write_bytes(whole[:4096] + bytes([255]) * (len(whole) - 4096))
    with pytest.raises(ConfigurationError, match="the file can't be used as a ledger"):
        SqliteLedger(str(place)).change_records("race", NOON)


@pytest.mark.parametrize("to_look", [False, True])
def test_a_name_too_long_for_a_file_is_one_clear_mistake(tmp_path: Path, to_look: bool) -> None:
    with pytest.raises(ConfigurationError, match="the file can't be used as a ledger"):
        open_ledger(str(tmp_path / ("x" * 300)), Clients(), to_look=to_look)


def test_a_table_forgets_sightings_by_its_time_to_live() -> None:
    with mock_aws():
        client = boto3.client("dynamodb", "us-east-1")
        create_ledger_table(client, "ledger")
        DynamoLedger(client, "ledger").keep_snapshot(SICK)
        (item,) = client.scan(TableName="ledger")["Items"]
    assert int(item["expires_at"]["N"]) == int((NOON + timedelta(days=90)).timestamp())


def test_a_lease_has_one_holder_until_it_ends(ledger: Ledger) -> None:
    assert ledger.acquire("stream/racers", "a", NOON, 60)
    assert not ledger.acquire("stream/racers", "b", NOON + timedelta(seconds=59), 60)
    assert ledger.acquire("stream/racers", "a", NOON + timedelta(seconds=59), 60)
    assert ledger.acquire("stream/racers", "b", NOON + timedelta(seconds=119), 60)


def test_a_lease_is_given_back_by_its_holder_only(ledger: Ledger) -> None:
    ledger.acquire("stream/racers", "a", NOON, 60)
    ledger.release("stream/racers", "b")
    assert not ledger.acquire("stream/racers", "b", NOON, 60)
    ledger.release("stream/racers", "a")
    assert ledger.acquire("stream/racers", "b", NOON, 60)


def test_of_many_at_once_one_wins(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.sqlite")
    SqliteLedger(path).close()

    all_have_tried = Barrier(8)

    def attempt(number: int) -> tuple[bool, bool]:
        mine = SqliteLedger(path)
        try:
            leased = mine.acquire("stream/racers", f"holder-{number}", NOON, 60)
            begun = mine.begin(replace(ENTRY, entry_id=f"entry-{number}"))
            # Closing gives the lease back, as the end of a process would.
            all_have_tried.wait()
            return leased, begun
        finally:
            mine.close()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(attempt, range(8)))
    assert sum(leased for leased, _ in found) == 1
    assert sum(begun for _, begun in found) == 1


@pytest.mark.parametrize("concluded", [Outcome.SUPERSEDED, Outcome.UNKNOWN])
def test_that_aws_has_done_it_outweighs_what_another_run_concluded(
    ledger: Ledger, concluded: Outcome
) -> None:
    """The other run's clock was ahead, so that it took a call for abandoned that was under way."""
    assert ledger.begin(ENTRY)
    ledger.complete(ENTRY.entry_id, concluded, LATER, "the call never reached AWS")
    second = replace(ENTRY, entry_id="race/shards/2")
    assert ledger.begin(second)
    ledger.complete(ENTRY.entry_id, Outcome.DONE, LATER, None)
    found = ledger.change_record(ENTRY.entry_id)
    assert found is not None
    assert (found.outcome, found.detail) == (Outcome.DONE, None)
    assert [each.entry_id for each in ledger.open_change_records()] == [second.entry_id]
    known = ledger.change_records_of(ENTRY.lever, NOON)
    assert {each.entry_id: each.outcome for each in known}[ENTRY.entry_id] is Outcome.DONE


@pytest.mark.parametrize("first", [Outcome.FAILED, Outcome.DONE])
@pytest.mark.parametrize("second", [Outcome.DONE, Outcome.SUPERSEDED, Outcome.UNKNOWN])
def test_an_answer_of_aws_is_kept(ledger: Ledger, first: Outcome, second: Outcome) -> None:
    assert ledger.begin(ENTRY)
    ledger.complete(ENTRY.entry_id, first, LATER, "the first")
    ledger.complete(ENTRY.entry_id, second, LATER, "the second")
    found = ledger.change_record(ENTRY.entry_id)
    assert found is not None
    assert (found.outcome, found.detail) == (first, "the first")
