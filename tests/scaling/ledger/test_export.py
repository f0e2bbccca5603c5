"""A ledger that is exported and read into another one goes on there: whichever kinds they are of."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from tests.builders import NOON
from tests.orders import create_ledger_table
from tests.scaling.ledger.test_ledger import ENTRY, LATER, SICK, WELL, in_words
from tidegate.rules.cause import LeverKind
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.ledger.export import exported
from tidegate.scaling.ledger.restore import Restored, Writer, restore
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, DesiredCapacity, Lever, Outcome
from tidegate.scaling.model.errors import ConfigurationError
from tidegate.scaling.model.pause import Pause
from tidegate.scaling.ports import Ledger

Make = Callable[..., Ledger]
OPEN = replace(
    ENTRY, entry_id="2", pipeline="reshard/racers", lever=Lever.of(LeverKind.WRITE_CAPACITY, "t"),
    operation="dynamodb:UpdateTable", begun_at=LATER, marks=("1", "2"),
)  # fmt: skip
CALLER = "arn:aws:sts::123456789012:assumed-role/operators/someone"
PAUSE = Pause(NOON + timedelta(hours=1), "a release", "race", resources=("stream/racers",))
DESIRED = DesiredCapacity(7, NOON, "racers", 3, marks=("a",))
ENDED = replace(ENTRY, outcome=Outcome.FAILED, ended_at=LATER, detail="ten a day", caller=CALLER)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """A ledger of a kind and a name, in a file or a table of its own."""
    opened: list[SqliteLedger] = []

    def made(kind: str, name: str, caller: Callable[[], str | None] = lambda: CALLER) -> Ledger:
        if kind == "sqlite":
            opened.append(SqliteLedger(str(tmp_path / f"{name}.sqlite"), caller=caller))
            return opened[-1]
        client = boto3.client("dynamodb", "us-east-1")
        create_ledger_table(client, name)
        return DynamoLedger(client, name, caller)

    with mock_aws():
        yield made
    for each in opened:
        each.close()


def filled(ledger: Ledger) -> Ledger:
    ledger.begin(ENTRY)
    ledger.complete(ENTRY.entry_id, Outcome.FAILED, LATER, "ten a day")
    ledger.begin(OPEN)
    ledger.keep_snapshot(SICK)
    ledger.keep_snapshot(WELL)
    ledger.keep_desired(ENTRY.lever, DESIRED)
    ledger.keep_pause(PAUSE)
    ledger.keep("swept", '{"race": 1}')
    ledger.acquire("stream/racers", "someone", NOON, 60)
    return ledger


def lines(ledger: Ledger) -> list[str]:
    return [*exported(ledger, LATER)]


def read(text: list[str], make: Make, kind: str = "sqlite", name: str = "to") -> Ledger:
    writer = Writer()
    ledger = make(kind, name, writer)
    restore(text, "file", ledger, writer)
    return ledger


@pytest.mark.parametrize("target", ["sqlite", "dynamodb"])
@pytest.mark.parametrize("source", ["sqlite", "dynamodb"])
def test_all_but_locks_is_there_in_the_other_ledger(source: str, target: str, make: Make) -> None:
    old = filled(make(source, "old"))
    new = read(lines(old), make, target)
    assert new.change_records("race", NOON) == (ENDED,)
    assert new.open_change_records() == (replace(OPEN, caller=CALLER),)
    assert [in_words(each) for each in new.snapshots("race", NOON)] == [in_words(SICK), WELL]
    assert new.all_desired() == {ENTRY.lever: DESIRED}
    assert new.pauses() == (PAUSE,)
    assert new.notes() == old.notes() == {"swept": '{"race": 1}'}
    assert new.pipelines() == old.pipelines() == ("race", "reshard/racers")
    resources = ["stream/racers", "table/t"]
    assert new.newest(resources) == old.newest(resources)
    assert new.leases() == ()
    # And what is exported of it is the same again.
    assert lines(new) == lines(old)


@pytest.mark.parametrize("kind", ["sqlite", "dynamodb"])
def test_what_is_open_keeps_its_lever_until_it_is_closed(kind: str, make: Make) -> None:
    new = read(lines(filled(make("sqlite", "old"))), make, kind)
    other = replace(OPEN, entry_id="3")
    assert not new.begin(other)
    new.complete(OPEN.entry_id, Outcome.DONE, LATER, None)
    assert new.begin(other)


@pytest.mark.parametrize("kind", ["sqlite", "dynamodb"])
def test_read_twice_it_is_there_once_and_what_is_newer_is_left(kind: str, make: Make) -> None:
    text = lines(filled(make("sqlite", "old")))
    writer = Writer()
    new = make(kind, "to", writer)
    newer = replace(DESIRED, capacity=9, at=LATER)
    new.keep_desired(ENTRY.lever, newer)
    new.keep_pause(replace(PAUSE, reason="another"))
    new.keep("swept", "newer")
    first = restore(text, "file", new, writer)
    assert first.left == {"desired": 1, "pause": 1, "note": 1}
    assert first.written == {"change-record": 2, "snapshot": 2}
    assert new.desired(ENTRY.lever) == newer
    assert (new.pauses()[0].reason, new.kept("swept")) == ("another", "newer")
    again: Restored = restore(text, "file", new, writer)
    assert again.written == {}
    assert again.left.total() == len(text) - 1


def test_one_that_was_cut_short_is_finished_by_the_next(make: Make) -> None:
    text = lines(filled(make("sqlite", "old")))
    writer = Writer()
    new = make("sqlite", "to", writer)
    # It ended between the intention and its outcome.
    new.begin(ENTRY)
    restore(text, "file", new, writer)
    (record,) = new.change_records("race", NOON)
    assert (record.outcome, record.detail) == (Outcome.FAILED, "ten a day")


def test_fields_and_kinds_of_lines_that_a_later_version_adds_are_left_out(make: Make) -> None:
    text = lines(filled(make("sqlite", "old")))
    more = [json.dumps({**json.loads(each), "later": 1}) for each in text]
    more.append('{"kind": "forecast", "of": "race"}')
    writer = Writer()
    new = make("sqlite", "to", writer)
    assert restore(more, "file", new, writer).unknown == {"forecast": 1}
    assert lines(new) == text


def test_a_line_without_what_earlier_versions_did_not_write_is_read(make: Make) -> None:
    written = json.loads(lines(filled(make("sqlite", "old")))[1])
    for name in ("marks", "caller", "detail", "ended_at"):
        del written[name]
    new = read([HEAD, json.dumps(written)], make)
    (record,) = new.change_records("race", NOON)
    assert (record.marks, record.caller, record.ended_at) == ((), None, ENTRY.begun_at)


HEAD = '{"kind": "ledger", "format": 1}'
RECORD = '{"kind": "change-record", "entry_id": "1"}'


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ([], 1, "the file is empty"),
        (['{"kind": "ledger", "format": 2}'], 1, "form 2 is of a later version"),
        (['{"kind": "note", "name": "a", "value": "b"}'], 1, "the first line"),
        ([HEAD, HEAD], 2, "the first line, and no other"),
        ([HEAD, "no JSON"], 2, "none of an exported ledger"),
        ([HEAD, "[]"], 2, "none of an exported ledger"),
        ([HEAD, RECORD], 2, "KeyError('outcome')"),
        ([HEAD, '{"kind": "pause", "value": "{}"}'], 2, "none of an exported ledger"),
    ],
)
def test_a_file_that_is_none_is_bad_input_and_nothing_of_it_is_written(
    text: list[str], place: int, words: str, make: Make
) -> None:
    good = lines(filled(make("sqlite", "old")))[1]
    writer = Writer()
    new = make("sqlite", "to", writer)
    whole = [*text[:1], good, *text[1:]] if text[:1] == [HEAD] else text
    with pytest.raises(ConfigurationError) as raised:
        restore(whole, "file", new, writer)
    (mistake,) = raised.value.mistakes
    assert mistake.line == (place + 1 if whole is not text else place)
    assert words in str(raised.value)
    assert lines(new) == lines(make("sqlite", "empty"))


def test_another_open_intention_of_a_lever_is_said_with_its_line(make: Make) -> None:
    text = lines(filled(make("sqlite", "old")))
    writer = Writer()
    new = make("sqlite", "to", writer)
    new.begin(replace(OPEN, entry_id="other"))
    with pytest.raises(ConfigurationError, match=r"file:3:1: .*open intention .*: settle it first"):
        restore(text, "file", new, writer)


def test_history_of_every_age_is_exported(make: Make) -> None:
    old = make("sqlite", "old")
    ago = replace(ENTRY, entry_id="0", begun_at=NOON - timedelta(days=400))
    old.begin(ago)
    old.complete("0", Outcome.DONE, ago.begun_at, None)
    old.begin(ENTRY)
    records = [json.loads(each)["entry_id"] for each in lines(old) if "change-record" in each]
    assert records == ["0", ENTRY.entry_id]


def test_records_are_written_in_the_order_in_which_they_were_made(make: Make) -> None:
    """The newest of a resource is the one that the next intention must come after."""
    old = make("sqlite", "old")
    for number, pipeline in enumerate(("b", "a", "b")):
        each: ChangeRecord = replace(
            ENTRY, entry_id=str(number), pipeline=pipeline, begun_at=NOON + timedelta(hours=number)
        )
        old.begin(each)
        old.complete(each.entry_id, Outcome.DONE, each.begun_at, None)
    for kind in ("sqlite", "dynamodb"):
        new = read(lines(old), make, kind, f"to-{kind}")
        assert new.newest(["stream/racers"]) == old.newest(["stream/racers"])
