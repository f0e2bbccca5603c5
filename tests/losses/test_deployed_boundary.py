"""The deployed sweep tells what it did whatever fails beside it."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import chalicelib.configuration
import chalicelib.wiring
import pytest
from chalicelib.configuration import Configuration, in_force
from chalicelib.sweeping import sweep_all
from chalicelib.wiring import Wiring, wire

from tests.losses.account import Account
from tests.losses.test_boundary import THREE, on_the_second
from tidegate.pipeline_file import load
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.config.compiled import compiled
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges

CONTEXT = type("Context", (), {"get_remaining_time_in_millis": lambda _: 55_000})()


class Forgetful(SqliteLedger):
    """A ledger that can't be had for one kind of note."""

    def __init__(self, lost: str, error: Exception) -> None:
        super().__init__(":memory:")
        self.lost, self.error = lost, error

    def kept(self, name: str) -> str | None:
        if name == self.lost:
            raise self.error
        return super().kept(name)

    def keep(self, name: str, value: str) -> None:
        if name == self.lost:
            raise self.error
        super().keep(name, value)


@pytest.fixture
def deployed(account: Account) -> Iterator[Callable[[SqliteLedger], None]]:
    for name in ("first", "second", "third"):
        account.pipeline(name)
        account.minutes(name=name, since=5, units=3000, throttled=400)
    pipelines = tuple(load(account.file(THREE)).pipelines)

    def run(ledger: SqliteLedger) -> None:
        clients = Clients()
        edges = Edges(AwsCloud(clients), AwsMetrics(clients), ledger)
        wire(Wiring(lambda: Configuration(pipelines), edges, lambda: datetime.now(UTC)))
        sweep_all("event-1", CONTEXT)

    yield run
    chalicelib.wiring._present.clear()


def metrics_in(printed: str) -> dict[str, Any]:
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    (metrics,) = [line for line in lines if "Sweeps" in line]
    return metrics


def logged(caplog: pytest.LogCaptureFixture, message: str) -> list[Any]:
    return [each for each in caplog.records if each.getMessage() == message]


def test_a_fault_of_one_pipeline_is_logged_with_its_way_and_the_others_are_swept(
    deployed: Callable[[SqliteLedger], None],
    account: Account,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    on_the_second(account, "DescribeTable", lambda _: {})
    with closing(SqliteLedger(":memory:")) as ledger:
        deployed(ledger)
    assert [each.pipeline for each in logged(caplog, "swept")] == ["first", "third"]
    (lost,) = logged(caplog, "not reached")
    assert lost.pipeline == "second"
    assert "KeyError at scaling/aws/kinds/dynamodb_table/described.py" in lost.reason
    assert lost.exc_info[0] is KeyError
    assert metrics_in(capsys.readouterr().out)["Unreached"] == [1.0]


def test_a_sweep_that_can_not_note_when_it_swept_tells_what_it_did(
    deployed: Callable[[SqliteLedger], None],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with (
        closing(Forgetful("swept", TypeError("naive and aware"))) as ledger,
        pytest.raises(TypeError, match="naive and aware"),
    ):
        deployed(ledger)
    assert [each.pipeline for each in logged(caplog, "swept")] == ["first", "second", "third"]
    metrics = metrics_in(capsys.readouterr().out)
    assert metrics["Sweeps"] == [1.0]
    assert "OldestSweepAge" not in metrics


# ---- the configuration in force
@pytest.fixture
def parameter(account: Account, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    monkeypatch.setattr(chalicelib.configuration, "_seen_good", [])
    text = json.dumps(compiled(load(account.file(THREE))))
    packaged = account.folder / "packaged.json"
    packaged.write_text(text.replace("third", "packaged"), encoding="utf-8")
    monkeypatch.setattr(chalicelib.configuration, "PACKAGED", packaged)

    def put(name: str) -> str:
        value = text if name == "good" else "{"
        account.client("ssm").put_parameter(Name=name, Value=value, Type="String")
        return f"ssm:{name}"

    return put


def test_a_good_configuration_is_in_force_also_where_it_can_not_be_kept(
    parameter: Callable[[str], str],
) -> None:
    with closing(Forgetful("configuration", KeyError("value"))) as ledger:
        found = in_force(parameter("good"), ledger)
    assert [each.name for each in found.pipelines] == ["first", "second", "third"]
    assert found.complaint is None


@pytest.mark.parametrize("kept", [None, "{", '{"version": "99"}'])
def test_without_a_last_good_configuration_the_packaged_one_is_in_force(
    parameter: Callable[[str], str], kept: str | None
) -> None:
    lost = Forgetful("configuration" if kept is None else "", KeyError("value"))
    with closing(lost) as ledger:
        if kept is not None:
            ledger.keep("configuration", kept)
        found = in_force(parameter("bad"), ledger)
    assert [each.name for each in found.pipelines] == ["first", "second", "packaged"]
    assert found.complaint is not None
