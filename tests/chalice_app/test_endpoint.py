"""The callback endpoint as Application Auto Scaling meets it, over the embedded world."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from app import app
from chalice.test import Client
from chalicelib.configuration import Configuration
from chalicelib.wiring import Wiring, wire
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.orders import SPEC, create_ledger_table
from tidegate.scaling.autoscaling_api.carry_on import carry_on
from tidegate.scaling.aws.clients import BRISK, Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.config.specification import ConsumerSpec, Levers, LeverSpec, PipelineSpec
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import CloudError, Denied, Throttled, Unreachable
from tidegate.scaling.model.plan import Action
from tidegate.scaling.ports import Cloud, Edges
from tidegate.scaling.sweep import sweep
from tidegate.simulator.embedded import embedded
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

APP = Path(__file__).parents[2] / "chalice_app"
FIELDS = {
    "scalableTargetDimensionId": str,
    "version": str,
    "actualCapacity": float,
    "desiredCapacity": float,
    "scalingStatus": str,
}
OPTIONAL = {"resourceName", "dimensionName", "failureReason"}
STATUSES = ("Pending", "InProgress", "Successful", "Failed")


@dataclass
class Site:
    """A world with the endpoint before it."""

    world: World
    edges: Edges
    client: Any

    def ask(
        self, method: str, dimension: str, body: bytes = b"", content_type: str = "application/json"
    ) -> tuple[int, dict[str, Any]]:
        headers = {"Content-Type": content_type}
        path = f"/scalableTargetDimensions/{dimension}"
        response = self.client.http.request(method, path, headers=headers, body=body)
        told = json.loads(response.body)
        if response.status_code == 200:
            assert_valid(told)
        else:
            assert set(told) == {"message"}
        return response.status_code, told

    def get(self, dimension: str) -> dict[str, Any]:
        status, told = self.ask("GET", dimension)
        assert status == 200, told
        return told

    def patch(self, dimension: str, capacity: float) -> dict[str, Any]:
        status, told = self.ask(
            "PATCH", dimension, json.dumps({"desiredCapacity": capacity}).encode()
        )
        assert status == 200, told
        return told

    def until_done(
        self, dimension: str, minutes: int = 40, spec: PipelineSpec = SPEC
    ) -> list[dict[str, Any]]:
        """What is told every 15 s, while each minute's sweep takes the steps that are due."""
        told = [self.get(dimension)]
        for at in range(1, 4 * minutes):
            if told[-1]["scalingStatus"] == "Successful":
                return told
            self.world.advance(15)
            if at % 4 == 0:
                assert carry_on([spec], self.edges, self.world.now, "sweep") == ()
            told.append(self.get(dimension))
        raise AssertionError(told[-1])


def assert_valid(told: dict[str, Any]) -> None:
    """The contract's ScalableTargetDimension."""
    assert FIELDS.keys() <= told.keys() <= FIELDS.keys() | OPTIONAL
    assert all(isinstance(told[name], kind) for name, kind in FIELDS.items())
    assert told["scalingStatus"] in STATUSES
    assert told["version"] == "1.0"
    assert ("failureReason" in told) == (told["scalingStatus"] == "Failed")


@pytest.fixture
def site() -> Iterator[Site]:
    world = World(load_scenario("index-throttled"), 1)
    world.advance(120)
    with ExitStack() as stack:
        clients = Clients(stack.enter_context(embedded(world)))
        ledger = SqliteLedger(":memory:")
        stack.callback(ledger.close)
        edges = Edges(AwsCloud(clients), AwsMetrics(clients), ledger)
        wire(Wiring(lambda: Configuration((SPEC,)), edges, lambda: world.now))
        yield Site(world, edges, stack.enter_context(Client(app, project_dir=str(APP))))


def test_a_dimension_that_was_never_asked_for_is_as_it_is(site: Site) -> None:
    told = site.get("shard_count~orders")
    assert (told["actualCapacity"], told["desiredCapacity"]) == (2.0, 2.0)
    assert told["scalingStatus"] == "Successful"


def test_a_stream_goes_from_2_to_20_to_3_in_steps_that_aws_allows(site: Site) -> None:
    first = site.patch("shard_count~orders", 20.0)
    assert (first["actualCapacity"], first["desiredCapacity"]) == (2.0, 20.0)
    assert first["scalingStatus"] == "InProgress"
    up = [told["actualCapacity"] for told in site.until_done("shard_count~orders")]
    assert sorted(set(up)) == [2.0, 4.0, 8.0, 16.0, 20.0]
    site.patch("shard_count~orders", 3.0)
    down = [told["actualCapacity"] for told in site.until_done("shard_count~orders")]
    assert down[-1] == 3.0
    assert site.world.figures().limit_violations == 0


@pytest.mark.parametrize(
    ("dimension", "up", "down"),
    [
        ("parallelization_factor~order-writer", 9.0, 2.0),
        ("write_capacity~orders", 3000.0, 40.0),
        ("write_capacity~orders~by-customer", 3000.0, 40.0),
    ],
)
def test_a_factor_a_table_and_an_index_go_up_and_down_while_sweeps_run(
    site: Site, dimension: str, up: float, down: float
) -> None:
    for wanted in (up, down):
        site.patch(dimension, wanted)
        report = sweep([SPEC], site.edges, site.world.now, holder="sweep")
        assert report.pipelines[0].changes == ()
        assert site.until_done(dimension)[-1]["actualCapacity"] == wanted
    assert site.world.figures().limit_violations == 0


def test_the_schedule_sweeps_every_pipeline(site: Site) -> None:
    own = Levers(write_capacity=LeverSpec(max=4000, owner="tidegate"))
    wire(
        Wiring(
            lambda: Configuration((replace(SPEC, levers=own),)), site.edges, lambda: site.world.now
        )
    )
    site.world.advance(1080)
    event = site.client.events.generate_cw_event("aws.events", "Scheduled Event", {}, [])
    site.client.lambda_.invoke("sweep_each_minute", event)
    site.world.advance(60)
    assert site.get("write_capacity~orders~by-customer")["actualCapacity"] > 700


def test_a_repeated_wish_is_one_change(site: Site) -> None:
    for _ in range(3):
        site.patch("shard_count~orders", 4.0)
    site.until_done("shard_count~orders")
    change_records = site.edges.ledger.change_records(
        "orders", site.world.now.replace(hour=0, minute=0)
    )
    assert len(change_records) == 1
    assert site.world.figures().limit_violations == 0


def test_the_newest_wish_wins(site: Site) -> None:
    site.patch("write_capacity~orders", 2000.0)
    site.patch("write_capacity~orders", 1500.0)
    assert site.until_done("write_capacity~orders")[-1]["actualCapacity"] == 1500.0


@pytest.mark.parametrize(
    ("dimension", "away", "back"),
    [
        ("shard_count~orders", 4.0, 2.0),
        ("parallelization_factor~order-writer", 9.0, 4.0),
        ("write_capacity~orders", 2000.0, 1200.0),
    ],
)
def test_a_wish_to_stay_is_not_done_while_an_earlier_one_is_on_its_way(
    site: Site, dimension: str, away: float, back: float
) -> None:
    assert site.get(dimension)["actualCapacity"] == back
    site.patch(dimension, away)
    told = site.patch(dimension, back)
    assert (told["actualCapacity"], told["scalingStatus"]) == (back, "InProgress")
    assert site.until_done(dimension)[-1]["actualCapacity"] == back
    site.world.advance(300)
    assert site.get(dimension)["actualCapacity"] == back


@dataclass
class Refusing:
    """The real cloud with one error in the way of changes: a bad day, not a mock."""

    inner: Cloud
    error: CloudError | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def apply(self, action: Action) -> None:
        if self.error is not None:
            raise self.error
        self.inner.apply(action)


def test_a_failure_says_why_and_heals_with_the_next_wish(site: Site) -> None:
    denied = Denied("dynamodb:UpdateTable", "orders", "permission dynamodb:UpdateTable is missing")
    refusing = Refusing(site.edges.cloud, denied)
    wire(
        Wiring(
            lambda: Configuration((SPEC,)),
            replace(site.edges, cloud=refusing),
            lambda: site.world.now,
        )
    )
    told = site.patch("write_capacity~orders", 2000.0)
    assert told["scalingStatus"] == "Failed"
    assert "permission dynamodb:UpdateTable is missing" in told["failureReason"]
    refusing.error = None
    site.world.advance(60)
    site.patch("write_capacity~orders", 2000.0)
    assert site.until_done("write_capacity~orders")[-1]["actualCapacity"] == 2000.0


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Throttled("kinesis:ListShards", "orders", "rate exceeded"), 429, "rate exceeded"),
        (
            Denied("kinesis:ListShards", "orders", "permission kinesis:ListShards is missing"),
            500,
            "permission kinesis:ListShards",
        ),
        (
            Unreachable("kinesis:ListShards", "orders", "timed out"),
            500,
            "the log has details under",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, CloudError) else "",
)
def test_a_bad_day_at_aws_is_told_in_the_contracts_codes(
    site: Site, error: CloudError, status: int, words: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_VERSION", "7")
    monkeypatch.setenv("TIDEGATE_STAGE", "tidegate-dev")

    class Failing(Refusing):
        def describe_alone(self, spec: PipelineSpec, lever: Lever) -> Any:
            raise error

    wire(
        Wiring(
            lambda: Configuration((SPEC,)),
            replace(site.edges, cloud=Failing(site.edges.cloud, None)),
            lambda: site.world.now,
        )
    )
    found, told = site.ask("GET", "shard_count~orders")
    assert found == status
    assert words in told["message"]
    # Only what counts as a fault of the version that answered stops a deployment of it.
    assert faults(capsys.readouterr().out) == ([("tidegate-dev", "7")] if status == 500 else [])


def faults(output: str) -> list[tuple[str, str]]:
    """Stage and version of each fault, from the metrics among what was printed."""
    told = [json.loads(each) for each in output.splitlines() if '"Faults"' in each]
    for each in told:
        (metric,) = each["_aws"]["CloudWatchMetrics"]
        assert metric["Namespace"] == "Tidegate"
        assert sorted(metric["Dimensions"][0]) == ["stage", "version"]
    return [(each["stage"], each["version"]) for each in told]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "must be JSON"),
        (b"{", 400, "must be JSON"),
        (b"[]", 400, 'must be {"desiredCapacity"'),
        (b"{}", 400, 'must be {"desiredCapacity"'),
        (b'{"desiredCapacity": "4"}', 400, "must be a number"),
        (b'{"desiredCapacity": true}', 400, "must be a number"),
        (b'{"desiredCapacity": null}', 400, "must be a number"),
        (b'{"desiredCapacity": 2.5}', 400, "a whole number"),
        (b'{"desiredCapacity": NaN}', 400, "a whole number"),
        (b'{"desiredCapacity": Infinity}', 400, "a whole number"),
        (b'{"desiredCapacity": -1}', 400, "from 1 to"),
        (b'{"desiredCapacity": 0}', 400, "from 1 to"),
        (b'{"desiredCapacity": 1e300}', 400, "from 1 to"),
        (b'{"desiredCapacity": 65}', 400, "outside 1..64"),
        (b" " * 5000, 400, "4,096 bytes"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_body_is_told_what_is_allowed_and_changes_nothing(
    site: Site, body: bytes, status: int, words: str
) -> None:
    found, told = site.ask("PATCH", "shard_count~orders", body)
    assert found == status
    assert words in told["message"]
    assert site.get("shard_count~orders")["desiredCapacity"] == 2.0


@pytest.mark.parametrize("sent", ["application/x-www-form-urlencoded", "text/plain", "a/b; c=d"])
def test_a_get_has_no_body_and_takes_whatever_content_type_is_sent(site: Site, sent: str) -> None:
    assert site.ask("GET", "shard_count~orders", content_type=sent)[0] == 200


def test_a_wrong_content_type_is_told(site: Site) -> None:
    status, told = site.ask("PATCH", "shard_count~orders", b'{"desiredCapacity": 4}', "text/plain")
    assert status == 400
    assert "text/plain" in told["message"]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_a_wrong_method_is_told(site: Site, method: str) -> None:
    status, told = site.ask(method, "shard_count~orders", b'{"desiredCapacity": 4}')
    assert status == 400
    assert method in told["message"]


def test_who_asks_too_often_is_told_when_to_ask_again(site: Site) -> None:
    class Busy(Refusing):
        def describe_alone(self, spec: PipelineSpec, lever: Lever) -> Any:
            raise Throttled("kinesis:ListShards", "orders", "rate exceeded")

    edges = replace(site.edges, cloud=Busy(site.edges.cloud, None))
    wire(Wiring(lambda: Configuration((SPEC,)), edges, lambda: site.world.now))
    response = site.client.http.get("/scalableTargetDimensions/shard_count~orders")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "30")


def test_an_unknown_dimension_is_404(site: Site) -> None:
    assert site.ask("GET", "shard_count~nowhere")[0] == 404
    assert site.ask("PATCH", "tea", b'{"desiredCapacity": 1}')[0] == 404


def test_an_index_that_the_file_does_not_name_has_dimensions_too(site: Site) -> None:
    plain = replace(SPEC, consumers=[ConsumerSpec("order-writer", tables=["orders"])])
    wire(Wiring(lambda: Configuration((plain,)), site.edges, lambda: site.world.now))
    site.patch("write_capacity~orders~by-customer", 2000.0)
    told = site.until_done("write_capacity~orders~by-customer", spec=plain)
    assert told[-1]["actualCapacity"] == 2000.0
    assert site.ask("GET", "write_capacity~orders~by-nobody")[0] == 404
    assert site.ask("GET", "shard_count~orders~by-customer")[0] == 404


def test_a_lever_of_tidegates_own_is_refused(site: Site) -> None:
    own = Levers(shard_count=LeverSpec(max=64, owner="tidegate"))
    wire(
        Wiring(
            lambda: Configuration((replace(SPEC, levers=own),)), site.edges, lambda: site.world.now
        )
    )
    status, told = site.ask("PATCH", "shard_count~orders", b'{"desiredCapacity": 4}')
    assert status == 400
    assert "is owned by Tidegate" in told["message"]


bodies = st.binary(max_size=60) | st.builds(
    lambda wanted: json.dumps({"desiredCapacity": wanted}).encode(),
    st.integers(1, 64) | st.integers() | st.floats() | st.text() | st.none() | st.booleans(),
)
ids = st.sampled_from(
    ["shard_count~orders", "parallelization_factor~order-writer", "tea", "~", "a b"]
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    method=st.sampled_from(["GET", "PATCH"]), dimension=ids, body=bodies, seconds=st.integers(0, 90)
)
def test_no_request_gets_a_5xx_while_aws_is_well(
    site: Site, method: str, dimension: str, body: bytes, seconds: int
) -> None:
    site.world.advance(seconds)
    status, _ = site.ask(method, dimension, body)
    assert status in (200, 400, 404)
    assert site.world.figures().limit_violations == 0


FAULTS = (
    "ThrottlingException", "AccessDeniedException", "InternalFailure", "ResourceInUseException",
    "LimitExceededException", "ResourceNotFoundException", "ValidationException", "ExpiredToken",
    "SomethingNew",
)  # fmt: skip


class BadDay:
    """A response of AWS that is an error, as botocore hands it on."""

    def __init__(self) -> None:
        self.status_code = 400
        self.headers: dict[str, str] = {}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    method=st.sampled_from(["GET", "PATCH"]),
    dimension=st.sampled_from(
        ["shard_count~orders", "parallelization_factor~order-writer", "write_capacity~orders"]
    ),
    capacity=st.integers(1, 64),
    faults=st.lists(st.none() | st.sampled_from(FAULTS), max_size=12),
)
def test_whatever_aws_answers_the_codes_are_the_contracts(
    faulty: tuple[Site, list[str | None]], method: str, dimension: str, capacity: int,
    faults: list[str | None],
) -> None:  # fmt: skip
    site, coming = faulty
    coming[:] = faults
    body = json.dumps({"desiredCapacity": capacity}).encode() if method == "PATCH" else b""
    status, told = site.ask(method, dimension, body)
    coming.clear()
    assert status in (200, 400, 404, 429, 500)
    assert "Traceback" not in json.dumps(told)


@pytest.fixture
def faulty() -> Iterator[tuple[Site, list[str | None]]]:
    """A site whose AWS answers the coming calls with the faults in a list, one each."""
    world = World(load_scenario("index-throttled"), 1)
    world.advance(120)
    coming: list[str | None] = []

    def strike(**_: Any) -> Any:
        fault = coming.pop(0) if coming else None
        if fault is None:
            return None
        return BadDay(), {"Error": {"Code": fault, "Message": "so it is"}, "ResponseMetadata": {}}

    with ExitStack() as stack:
        session = stack.enter_context(embedded(world))
        session.events.register_first("before-call", strike)
        clients = Clients(session, BRISK)
        create_ledger_table(clients.of("dynamodb"), "ledger")
        ledger = DynamoLedger.over(clients, "ledger")
        edges = Edges(AwsCloud(clients), AwsMetrics(clients), ledger)
        wire(Wiring(lambda: Configuration((SPEC,)), edges, lambda: world.now))
        yield Site(world, edges, stack.enter_context(Client(app, project_dir=str(APP)))), coming
