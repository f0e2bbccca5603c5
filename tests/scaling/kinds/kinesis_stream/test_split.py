"""One shard is split where it is hot, or where no call to resize is left and records would be lost."""

from datetime import timedelta

import pytest

from tests.builders import NOON, SPEC, Minute, a_pipeline, signals, with_key_samples
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.kinesis_stream.state import KeySample
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.kinds.kinesis_stream.actions import UPDATE_SHARD_COUNT, SplitShard
from tidegate.scaling.kinds.kinesis_stream.split import wanted_split
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.recommendation import UNCHANGED

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
WHY = Reason.told("test", "because")
HOT = Diagnosis(Cause.HOT_SHARD, "shard-1", (WHY,), cured_by=(LeverKind.SHARD_COUNT,))
REFUSED = Diagnosis(Cause.PRODUCER_THROTTLED, "racers", (WHY,), (LeverKind.SHARD_COUNT,))
NARROW = Decision(SHARDS, 2, 5, 2, WHY)


def calls(count: int, minutes_ago: int = 60) -> History:
    return History(
        tuple(
            ChangeRecord(
                f"{at}", "race", SHARDS, UPDATE_SHARD_COUNT, 2, 2, "",
                NOON - timedelta(minutes=minutes_ago + at), Outcome.DONE,
            )
            for at in range(count)
        )
    )  # fmt: skip


NO_CALLS = calls(0)


def seen() -> Signals:
    keys = KeySample("shard-1", tuple((str(key), 1) for key in range(100)))
    return signals(with_key_samples(a_pipeline(shards=2), keys), Minute())


def split(
    *ill: Diagnosis, history: History = NO_CALLS, decision: Decision = NARROW
) -> SplitShard | None:
    look = Look(seen(), ill, in_file(SPEC), history, NOON)
    action, because = wanted_split(look, [decision])
    assert (because is UNCHANGED) == (action is None)
    return action


def test_a_hot_shard_is_split_whatever_calls_are_left() -> None:
    found = split(HOT)
    assert found is not None
    assert (found.shard_id, found.from_count) == ("shard-1", 2)


@pytest.mark.parametrize(("minutes_ago", "is_split"), [(1, False), (10, True)])
def test_not_before_the_last_change_of_the_shards_shows(minutes_ago: int, is_split: bool) -> None:
    assert (split(HOT, history=calls(1, minutes_ago)) is not None) is is_split


@pytest.mark.parametrize(
    ("ill", "made", "decision", "is_split"),
    [
        ((REFUSED,), 10, NARROW, True),
        ((REFUSED,), 3, NARROW, False),
        ((), 10, NARROW, False),
        ((REFUSED,), 10, Decision(SHARDS, 2, 5, 4, WHY), False),
        ((REFUSED,), 10, Decision(SHARDS, 5, 2, 5, WHY), False),
    ],
    ids=["spent and refused", "calls are left", "nothing is lost", "it changes", "a scale-in"],
)
def test_towards_what_is_wanted_where_no_call_is_left_and_records_are_refused(
    ill: tuple[Diagnosis, ...], made: int, decision: Decision, is_split: bool
) -> None:
    found = split(*ill, history=calls(made), decision=decision)
    assert (found is not None) is is_split


@pytest.mark.parametrize(
    ("wanted", "missing"),
    [
        (3, None),
        (4, "1 more shard of the 4 that are needed will still be missing"),
        (5, "2 more shards of the 5 that are needed will still be missing"),
        (1200, "1,197 more shards of the 1,200 that are needed will still be missing"),
    ],
)
def test_a_split_towards_more_shards_tells_how_many_are_still_missing(
    wanted: int, missing: str | None
) -> None:
    look = Look(seen(), (REFUSED,), in_file(SPEC), calls(10), NOON)
    _, because = wanted_split(look, [Decision(SHARDS, 2, wanted, 2, WHY)])
    assert "SplitShard has no daily limit" in str(because)
    assert ("missing" in str(because)) is (missing is not None)
    assert missing is None or str(because).endswith(missing)
