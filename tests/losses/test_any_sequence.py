"""Whatever is asked, changed by hand, deleted and swept in whatever order: no capacity moves but
towards what was last accepted, and none by a read."""

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from moto.kinesis.models import kinesis_backends

from tests.losses.endpoint import SHARDS, TABLE, Endpoint
from tidegate.scaling.ledger.sqlite import SqliteLedger

CAPACITIES = {TABLE: [10, 20, 25, 300], SHARDS: [1, 2, 3, 5, 7]}
SWEEP = st.just(("sweep", TABLE, 0))
MOVES = st.one_of(
    SWEEP,
    SWEEP,
    st.tuples(st.sampled_from(["patch", "operator"]), st.just(SHARDS), st.integers(0, 5)),
    st.tuples(
        st.sampled_from(["patch", "get", "operator", "anew", "on demand"]),
        st.sampled_from([*CAPACITIES]),
        st.integers(0, 5),
    ),
)


def exactly(parameters: dict[str, Any], _: object) -> dict[str, Any]:
    """AWS ends at the count that was asked for; moto, from 7 to 5, at 4."""
    (streams,) = (each["us-east-1"].streams for each in kinesis_backends.values())
    stream = streams["orders"]
    stream.shards = {}
    stream.init_shards(parameters["TargetShardCount"])
    return {}


class Played:
    """One account played with, and what the newest accepted capacity of each lever is, until it is
    reached or another has changed the lever."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.it = endpoint
        self.due: dict[str, int] = {}
        self.stepped: dict[str, int] = {}

    def capacity(self, dimension: str) -> int:
        if dimension == SHARDS:
            # moto's OpenShardCount still has shards that were merged.
            shards = self.it.account.client("kinesis").list_shards(StreamName="orders")["Shards"]
            return sum("EndingSequenceNumber" not in each["SequenceNumberRange"] for each in shards)
        table = self.it.account.client("dynamodb").describe_table(TableName="orders")["Table"]
        return int(table["ProvisionedThroughput"]["WriteCapacityUnits"])

    def move(self, kind: str, dimension: str, pick: int) -> None:
        choices = CAPACITIES[dimension]
        value = choices[pick % len(choices)]
        before = {each: self.capacity(each) for each in CAPACITIES}
        match kind:
            case "patch":
                status, told = self.it.call("PATCH", dimension, {"desiredCapacity": value})
                if status == 200:
                    self.due[dimension] = value
                self.only_towards(before)
                if status == 200 and told["scalingStatus"] == "Failed":
                    self.due.pop(dimension)
            case "get":
                self.it.get(dimension)
                self.only_towards(before, nothing=True)
            case "sweep":
                self.it.sweep()
                self.only_towards(before)
            case "on demand":
                self.it.bill("PAY_PER_REQUEST")
                assert self.it.refused(TABLE, 25)[0] == 404
                self.it.bill("PROVISIONED", 20)
                # Somebody has changed the table since it was asked for.
                self.due.pop(TABLE, None)
            case _:
                self.by_hand(kind, dimension, value)
        for each, due in [*self.due.items()]:
            if self.capacity(each) == due:
                self.due.pop(each)

    def by_hand(self, kind: str, dimension: str, value: int) -> None:
        if kind == "operator" and self.capacity(dimension) == value:
            return
        self.due.pop(dimension, None)
        if kind == "operator":
            if value == self.stepped.get(dimension):
                # A change away and back to what Tidegate's last step made isn't seen where no
                # sweep came between the two (decision 0019). This is the only case left out.
                self.it.sweep()
                self.it.wait()
            (self.it.set_shards if dimension == SHARDS else self.it.set_units)(value)
        else:
            (self.it.anew_stream if dimension == SHARDS else self.it.anew_table)(value)

    def only_towards(self, before: dict[str, int], *, nothing: bool = False) -> None:
        for dimension, was in before.items():
            now = self.capacity(dimension)
            if now == was:
                continue
            assert not nothing, f"{dimension}: {was} -> {now} by a GET"
            assert dimension in self.due, f"{dimension}: {was} -> {now}, and nobody asked"
            due = self.due[dimension]
            self.stepped[dimension] = now
            assert was < now <= due or was > now >= due, f"{dimension}: {was} -> {now}, not {due}"


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # To shrink takes minutes before an emulator of AWS.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(moves=st.lists(MOVES, min_size=3, max_size=14))
def test_no_capacity_moves_but_towards_what_was_last_accepted_and_is_still_due(
    endpoint: Endpoint, moves: list[tuple[str, str, int]]
) -> None:
    endpoint.account.on("UpdateShardCount", exactly)
    endpoint.anew_table(20)
    endpoint.anew_stream(1)
    played = Played(Endpoint.of(endpoint.account, SqliteLedger(":memory:")))
    # From 1 shard to 7 it takes three steps, between which the others come.
    for kind, dimension, pick in [("patch", SHARDS, CAPACITIES[SHARDS].index(7)), *moves]:
        played.move(kind, dimension, pick)
        played.it.wait()
    # What each move may do is asserted as it is made; the first one has to have done something.
    assert played.it.account.asked("UpdateShardCount")
