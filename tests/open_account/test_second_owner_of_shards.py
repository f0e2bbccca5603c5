"""Who sets the shards again and again is told once, as a condition with its beginning, in each sweep
alike; also where nothing is to be changed."""

import json
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account

SWEEPS = 10
TOLD = "have had a second owner since"


def set_twice(account: Account) -> None:
    """Someone else scales out, and in again; a sweep sees each."""
    account.sweep()
    for count in (4, 2):
        account.client("kinesis").update_shard_count(
            StreamName="orders", TargetShardCount=count, ScalingType="UNIFORM_SCALING"
        )
        account.sweep()


def idle(account: Account) -> None:
    """Nothing is to be changed."""
    account.pipeline(shards=2, write=400)
    account.minutes(records=60_000, read=60_000, invocations=600, units=300)


def refuse(account: Account) -> None:
    """Producers are refused in the newest five minutes."""
    for back in range(5, 0, -1):
        over = {"WriteProvisionedThroughputExceeded": 30_000 + back * 900}
        account.put("AWS/Kinesis", {"StreamName": "orders"}, back, over)


def about_shards(pipeline: dict[str, Any]) -> list[str]:
    return [each for each in pipeline["advice"] if "shard" in each]


@pytest.mark.parametrize("is_refused", [False, True], ids=["nothing to change", "refused"])
def test_ten_sweeps_tell_of_one_second_owner_with_the_same_sentence(
    account: Account, is_refused: bool
) -> None:
    idle(account)
    set_twice(account)
    if is_refused:
        refuse(account)
    before = len(account.asked("UpdateShardCount"))
    seen = [account.swept()["pipelines"][0] for _ in range(SWEEPS)]
    sentences = [about_shards(pipeline) for pipeline in seen]
    assert {len(each) for each in sentences} == {1}
    assert len({each for (each,) in sentences}) == 1
    assert all(TOLD in each for (each,) in sentences)
    assert len(account.asked("UpdateShardCount")) == before
    assert account.asked("SplitShard") == []


def test_nine_sweeps_more_add_nothing_to_the_history(account: Account) -> None:
    idle(account)
    set_twice(account)
    refuse(account)
    ledger = str(account.folder / "ledger.sqlite")

    def events() -> list[Any]:
        told = account.tidegate("history", "--ledger", ledger, "--output", "json").output
        (pipeline,) = json.loads(told)["pipelines"]
        return [(each["at"], each["what"]) for each in pipeline["events"]]

    account.sweep()
    once = events()
    assert [what for _, what in once].count("changed") == 2
    for _ in range(SWEEPS - 1):
        account.sweep()
    assert events() == once


def test_shards_that_are_a_persons_have_no_second_owner(account: Account) -> None:
    idle(account)
    set_twice(account)
    nobodys = PIPELINES.replace("      shard_count: {max: 16, owner: tidegate}\n", "")
    (pipeline,) = account.swept(nobodys)["pipelines"]
    assert not any(TOLD in each for each in pipeline["advice"])
