"""The packaged zip in the real Lambda runtime client, with moto as AWS in another process."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.chalice_app.autoscaling_client import AutoScaling
from tests.chalice_app.gateway import ACCESS_KEY, REGION, SECRET_KEY, gateway, proxy_event, serving
from tests.chalice_app.runtime_api import RuntimeApi, booted
from tests.orders import create_ledger_table, put_metrics, put_pipeline

Boot = Callable[..., RuntimeApi]


@pytest.fixture
def boot(
    unpacked: tuple[Path, Path], endpoint: str, aws: dict[str, Any], tmp_path: Path
) -> Iterator[Boot]:
    put_pipeline(aws)
    create_ledger_table(aws["dynamodb"], "ledger")
    with ExitStack() as stack:

        def start(handler: str, **environment: str) -> RuntimeApi:
            given = {
                "AWS_ENDPOINT_URL": endpoint, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
                "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
                "TIDEGATE_LEDGER_TABLE": "ledger", **environment,
            }  # fmt: skip
            return stack.enter_context(booted(*unpacked, handler, given, tmp_path / handler))

        yield start


def logged(folder: Path, handler: str) -> list[dict[str, Any]]:
    lines = (folder / handler).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


SCHEDULED = {
    "id": "event-1", "detail-type": "Scheduled Event", "source": "aws.events", "account": "1",
    "time": "2026-11-24T03:00:00Z", "region": REGION, "resources": [], "detail": {}, "version": "0",
}  # fmt: skip


def test_the_routes_are_served(boot: Boot, aws: dict[str, Any], tmp_path: Path) -> None:
    api = boot("app.app")
    with gateway(api.invoke) as url:
        place = f"{url}/scalableTargetDimensions"
        factor = AutoScaling(
            f"{place}/parallelization_factor~order-writer", ACCESS_KEY, SECRET_KEY, REGION
        )
        assert factor.describe()[1]["actualCapacity"] == 1.0
        # What a busy machine leaves undone within the endpoint's time, the schedule does.
        schedule = boot("app.sweep_each_minute")
        assert factor.scale_to(7.0, lambda: schedule.invoke(SCHEDULED))[-1] == 7.0
        assert factor.scale_to(2.0, lambda: schedule.invoke(SCHEDULED))[-1] == 2.0
        nowhere = AutoScaling(f"{place}/tea", ACCESS_KEY, SECRET_KEY, REGION)
        assert nowhere.describe() == (404, {"message": "there is no scalable dimension 'tea'"})
    (mapping,) = aws["lambda"].list_event_source_mappings()["EventSourceMappings"]
    assert mapping["ParallelizationFactor"] == 2
    # Metrics are among them: a busy machine may run out of the endpoint's time.
    lines = [line for line in logged(tmp_path, "app.app") if "_aws" not in line]
    assert {"answered", "refused"} <= {line["message"] for line in lines}
    assert all(line["correlation_id"] for line in lines)
    text = json.dumps(lines)
    assert SECRET_KEY not in text
    assert "AWS4-HMAC" not in text


def test_the_schedule_sweeps_and_tells_of_itself(
    boot: Boot, aws: dict[str, Any], tmp_path: Path
) -> None:
    put_metrics(aws, datetime.now(UTC).replace(second=0, microsecond=0), sick=True)
    api = boot("app.sweep_each_minute")
    assert api.invoke(SCHEDULED) is None
    table = aws["dynamodb"].describe_table(TableName="orders")["Table"]
    assert table["ProvisionedThroughput"]["WriteCapacityUnits"] > 900
    lines = logged(tmp_path, "app.sweep_each_minute")
    (swept,) = [line for line in lines if line.get("message") == "swept"]
    assert swept["correlation_id"] == "event-1"
    assert any("throttled" in words for words in swept["diagnoses"])
    metrics = {
        (name["Name"], line.get("Cause") or line.get("Operation") or "")
        for line in lines
        if "_aws" in line
        for name in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    }
    assert metrics >= {
        ("Sweeps", ""), ("Duration", ""), ("Unreached", ""), ("Errors", ""),
        ("OldestSweepAge", ""), ("BadConfiguration", ""), ("Findings", "table-throttled"),
        ("Actions", "UpdateTableThroughput"),
    }  # fmt: skip


def test_of_two_wishes_at_once_one_wins_and_none_is_done_twice(
    boot: Boot, aws: dict[str, Any]
) -> None:
    runtimes = [boot("app.app"), boot("app.app")]
    dimension = "parallelization_factor~order-writer"

    def patch(at: int) -> int:
        body = json.dumps({"desiredCapacity": (4, 7)[at]})
        event = proxy_event("PATCH", dimension, body, "application/json")
        # A busy machine runs into the endpoint's own time limit: ask again, as any client would.
        statuses = (runtimes[at].invoke(event)["statusCode"] for _ in range(5))
        return next((status for status in statuses if status != 500), 500)

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(patch, range(2))) == {200}
    # The one that came second, if it was kept, waits for the schedule.
    assert boot("app.sweep_each_minute").invoke(SCHEDULED) is None
    event = proxy_event("GET", dimension, None, "application/json")
    for _ in range(5):
        told = json.loads(runtimes[0].invoke(event)["body"])
    assert told["scalingStatus"] == "Successful"
    assert told["actualCapacity"] == told["desiredCapacity"]
    assert told["actualCapacity"] in (4.0, 7.0)
    pages = aws["dynamodb"].scan(TableName="ledger")["Items"]
    moves = [each for each in pages if each["pk"]["S"].startswith("lever/")]
    assert 1 <= sum(each["outcome"]["S"] == "done" for each in moves) <= 2


def test_a_bad_new_configuration_keeps_the_last_good_one_and_says_so(
    boot: Boot, aws: dict[str, Any], unpacked: tuple[Path, Path], tmp_path: Path
) -> None:
    put_metrics(aws, datetime.now(UTC).replace(second=0, microsecond=0), sick=False)
    good = json.loads((unpacked[0] / "chalicelib" / "pipelines.json").read_text("utf-8"))
    good["pipelines"][0]["name"] = "from-the-store"

    def put(value: str) -> None:
        aws["ssm"].put_parameter(Name="/tidegate/p", Value=value, Type="String", Overwrite=True)

    def swept_with() -> tuple[str, int]:
        api = boot("app.sweep_each_minute", TIDEGATE_CONFIGURATION="ssm:/tidegate/p")
        api.invoke(SCHEDULED)
        lines = logged(tmp_path, "app.sweep_each_minute")
        (swept,) = [line for line in lines if line.get("message") == "swept"]
        (told,) = [line for line in lines if "BadConfiguration" in line]
        return swept["pipeline"], told["BadConfiguration"][0]

    put(json.dumps(good))
    # A busy machine may not read the store in time; the next cold start does.
    tries = (swept_with() for _ in range(5))
    assert next(each for each in tries if each[0] != "orders") == ("from-the-store", 0)
    put(json.dumps(good).replace("tidegate", "nobody"))
    assert swept_with() == ("from-the-store", 1)
    put("{")
    assert swept_with() == ("from-the-store", 1)


def test_what_an_earlier_release_took_and_this_one_does_not_gives_way_to_the_package(
    boot: Boot, aws: dict[str, Any], unpacked: tuple[Path, Path], tmp_path: Path
) -> None:
    put_metrics(aws, datetime.now(UTC).replace(second=0, microsecond=0), sick=False)
    old = json.loads((unpacked[0] / "chalicelib" / "pipelines.json").read_text("utf-8"))
    old["pipelines"][0]["stream"] = "*"
    note = {"pk": {"S": "note/configuration"}, "sk": {"S": "note"}, "value": {"S": json.dumps(old)}}
    aws["dynamodb"].put_item(TableName="ledger", Item=note)
    aws["ssm"].put_parameter(
        Name="/tidegate/p", Value=json.dumps(old), Type="String", Overwrite=True
    )
    boot("app.sweep_each_minute", TIDEGATE_CONFIGURATION="ssm:/tidegate/p").invoke(SCHEDULED)
    lines = logged(tmp_path, "app.sweep_each_minute")
    assert [line["pipeline"] for line in lines if line.get("message") == "swept"] == ["orders"]
    (told,) = [line for line in lines if "BadConfiguration" in line]
    assert told["BadConfiguration"] == [1]


@contextmanager
def slow_aws(seconds: float) -> Iterator[str]:
    """Something that takes calls and answers each only after a while, with an error."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            time.sleep(seconds)
            with suppress(OSError):
                self.send_response(500)
                self.send_header("Content-Length", "0")
                self.end_headers()

        do_GET = do_PUT = do_POST  # noqa: N815

    with serving(Handler) as url:
        yield url


@pytest.mark.parametrize("method", ["GET", "PATCH"])
@pytest.mark.parametrize("seconds", [0.4, 30.0], ids=["slow", "silent"])
def test_an_answer_comes_within_two_seconds_also_when_aws_is_slow(
    boot: Boot, tmp_path: Path, method: str, seconds: float
) -> None:
    with slow_aws(seconds) as url:
        api = boot("app.app", AWS_ENDPOINT_URL=url)
        body = '{"desiredCapacity": 3}' if method == "PATCH" else None
        event = proxy_event(method, "parallelization_factor~order-writer", body, "application/json")
        for _ in range(2):
            began = time.monotonic()
            answer = api.invoke(event)
            took = time.monotonic() - began
        assert answer["statusCode"] == 500
        request_id = json.loads(answer["body"])["message"].rpartition("the log has details under ")[
            2
        ]
        assert request_id == event["requestContext"]["requestId"]
        assert took < 2
    failed = [line for line in logged(tmp_path, "app.app") if line.get("message") == "failed"]
    assert {line["correlation_id"] for line in failed} == {request_id}
    assert all("exception" in line for line in failed)


def test_many_slow_calls_in_a_row_end_in_time_too(
    boot: Boot, endpoint: str, tmp_path: Path
) -> None:
    with delayed(endpoint, 0.4) as url:
        api = boot("app.app", AWS_ENDPOINT_URL=url)
        body = '{"desiredCapacity": 3}'
        target = "parallelization_factor~order-writer"
        event = proxy_event("PATCH", target, body, "application/json")
        for _ in range(2):
            began = time.monotonic()
            answer = api.invoke(event)
            took = time.monotonic() - began
        assert answer["statusCode"] == 500
        assert 1 < took < 2
    assert "AWS was too slow to go on in time" in (tmp_path / "app.app").read_text("utf-8")


@contextmanager
def delayed(endpoint: str, seconds: float) -> Iterator[str]:
    """moto, each call of it a while later."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            time.sleep(seconds)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            sent = urllib.request.Request(
                endpoint + self.path, data=body or None, method=self.command,
                headers=dict(self.headers),
            )  # fmt: skip
            with urllib.request.urlopen(sent) as answer:
                told = answer.read()
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_PUT = do_POST  # noqa: N815

    with serving(Handler) as url:
        yield url
