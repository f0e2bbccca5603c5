"""One pipeline's failure, of whatever type, never stops another's sweep, nor is a change lost."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import botocore.exceptions
import pytest
from botocore.parsers import ResponseParserError
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.losses.account import Account
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.exits import code_of
from tidegate.pipeline_file import load_value
from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.levers import part_of
from tidegate.scaling.config.specification import ConsumerSpec, NoticeSpec, PipelineSpec, TableSpec
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import Lever, Outcome
from tidegate.scaling.model.errors import (
    Denied,
    Fault,
    LedgerUnavailable,
    ResourceMissing,
    Unreachable,
    as_known,
)
from tidegate.scaling.model.notification import Destination
from tidegate.scaling.model.snapshot import Held
from tidegate.scaling.notify.incident import Incident, to_text
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.summary import held_of
from tidegate.scaling.report.sweep_report import PipelineReport, SweepReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.kinds.dynamodb_table.data import TableData
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import World

THREE = "pipelines:\n" + "".join(
    f"""\
  - name: {name}
    stream: {name}
    consumers:
      - {{function: {name}-writer, tables: [{name}]}}
    levers:
      write_capacity: {{max: 4000, owner: tidegate}}
"""
    for name in ("first", "second", "third")
)


@pytest.fixture
def three(account: Account) -> Account:
    """Three pipelines whose tables are all throttled."""
    for name in ("first", "second", "third"):
        account.pipeline(name)
        account.minutes(name=name, since=5, units=3000, throttled=400)
    return account


def on_the_second(account: Account, operation: str, answer: Callable[[Any], Any]) -> None:
    """Answer so whatever is asked of the second pipeline's resources."""

    def hook(parameters: dict[str, Any], real: Callable[..., Any]) -> Any:
        is_second = "second" in json.dumps(parameters, default=str)
        return answer(real) if is_second else real()

    account.on(operation, hook)


def raising(error: BaseException) -> Callable[..., Any]:
    def answer(*_: object) -> Any:
        raise error

    return answer


def others_were_swept(result: Result) -> Any:
    """The unreached second pipeline of three, after a look at the others."""
    told = json.loads(result.stdout)
    assert [each["name"] for each in told["pipelines"]] == ["first", "third"]
    for each in told["pipelines"]:
        assert [action["outcome"] for action in each["actions"]] == ["done"]
    (unreached,) = told["unreached"]
    assert unreached["name"] == "second"
    assert f"second: {unreached['reason']}" in result.stderr
    return unreached


TIMEOUT = botocore.exceptions.ReadTimeoutError(endpoint_url="https://lambda.example")
NO_ANSWER = [
    TIMEOUT,
    botocore.exceptions.ConnectTimeoutError(endpoint_url="https://lambda.example"),
    botocore.exceptions.ConnectionClosedError(endpoint_url="https://lambda.example"),
    ResponseParserError("invalid XML received"),
]


@pytest.mark.parametrize("error", NO_ANSWER, ids=lambda error: type(error).__name__)
def test_no_answer_to_get_account_settings_is_told_as_such(
    three: Account, error: Exception
) -> None:
    def hook(_: dict[str, Any], real: Callable[..., Any]) -> Any:
        # It names no function: it is asked for the one that was described just before.
        described = three.asked("GetFunctionConfiguration")[-1]["FunctionName"]
        if described == "second-writer":
            raise error
        return real()

    three.on("GetAccountSettings", hook)
    result = three.sweep(THREE)
    unreached = others_were_swept(result)
    assert unreached["error"] == "Unreachable"
    assert unreached["reason"] == f"lambda:GetAccountSettings on the account: {error}"
    assert result.exit_code == 3


@pytest.mark.parametrize("error", NO_ANSWER, ids=lambda error: type(error).__name__)
def test_no_answer_to_another_call_is_told_as_such(three: Account, error: Exception) -> None:
    on_the_second(three, "DescribeTable", raising(error))
    result = three.sweep(THREE)
    assert others_were_swept(result)["reason"] == f"dynamodb:DescribeTable on second: {error}"
    assert result.exit_code == 3


@pytest.mark.parametrize("status", ["CREATING", "DELETING"])
def test_a_stream_without_an_open_shard_is_told_as_such(three: Account, status: str) -> None:
    def described(real: Callable[..., Any]) -> Any:
        answer = real()
        answer["StreamDescriptionSummary"]["StreamStatus"] = status
        return answer

    on_the_second(three, "DescribeStreamSummary", described)
    on_the_second(three, "ListShards", lambda _: {"Shards": []})
    result = three.sweep(THREE)
    reason = others_were_swept(result)["reason"]
    assert f"second: the stream is {status} and has no open shard" in reason
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("DescribeTable", {}),
        ("ListShards", {"Shards": [{"ShardId": "shardId-0"}]}),
        ("GetFunctionConfiguration", {"FunctionName": "second-writer"}),
        ("GetFunctionConcurrency", None),
    ],
)
def test_an_answer_of_no_known_form_is_a_fault_with_its_place(
    three: Account, operation: str, answer: Any
) -> None:
    on_the_second(three, operation, lambda _: answer)
    result = three.sweep(THREE)
    unreached = others_were_swept(result)
    assert unreached["error"] == "Fault"
    assert " at scaling/aws/kinds/" in unreached["reason"]
    assert "a fault of Tidegate's own" in unreached["reason"]
    assert result.exit_code == 70


def test_a_fault_is_kept_in_the_history_like_any_other_reason(three: Account) -> None:
    on_the_second(three, "DescribeTable", lambda _: {})
    three.sweep(THREE)
    ledger = str(three.folder / "ledger.sqlite")
    told = json.loads(three.tidegate("history", "--ledger", ledger, "--output", "json").stdout)
    (second,) = [each for each in told["pipelines"] if each["name"] == "second"]
    assert (
        "KeyError at scaling/aws/kinds/dynamodb_table/described.py" in second["events"][0]["words"]
    )


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(7)], ids=repr)
def test_an_interrupt_ends_the_sweep(three: Account, error: BaseException) -> None:
    on_the_second(three, "DescribeTable", raising(error))
    result = three.sweep(THREE)
    assert result.exit_code == (7 if isinstance(error, SystemExit) else 130)
    assert result.stdout == ""


def test_a_command_meets_what_it_does_not_foresee_with_one_line(three: Account) -> None:
    three.on("DescribeStreamSummary", raising(RuntimeError("out of\nthe blue")))
    result = three.tidegate("reshard", "first", "--to", "2", "--dry-run")
    assert result.exit_code == 70
    line = result.stderr.splitlines()[-1]
    assert line.startswith("RuntimeError at scaling/aws/")
    assert "out of the blue" in line


# ---- whatever a port raises
NAMES = ("first", "second", "third")
LONG_AGO = "2026-01-01T00:00:00+00:00"


@cache
def sick_world(scenario: str, name: str, seconds: int) -> World:
    """A world of a scenario whose resources all have that name."""
    plain = load_scenario(scenario)
    world = World(
        plain.put(
            replace(plain.the(StreamData), name=name),
            replace(plain.the(FunctionData), name=name),
            replace(plain.the(TableData), name=name),
            replace(plain.the(Traffic), source=name),
        ),
        1,
    )
    world.advance(seconds)
    return world


def spec_of(scenario: str, name: str) -> PipelineSpec:
    (spec,) = load_value(load_scenario(scenario).pipeline_file, scenario).pipelines
    return replace(
        spec,
        name=name,
        stream=name,
        consumers=[ConsumerSpec(name, tables=[TableSpec(name)])],
        notices=NoticeSpec(event_bus="bus"),
        update_dashboard=True,
    )


class Outside:
    """Three worlds, none of which healed in time, and a ledger, of which one call fails while the
    second pipeline is swept."""

    def __init__(
        self, fails: str, error: BaseException, scenario: str = "race-day", seconds: int = 480
    ) -> None:
        self.fails, self.error, self.scenario = fails, error, scenario
        self.swept = ""
        self.has_failed = False
        self.worlds = {name: deepcopy(sick_world(scenario, name, seconds)) for name in NAMES}
        self.now = self.worlds["first"].now
        self.ledger = SqliteLedger(":memory:")
        for name in NAMES:
            self.ledger.keep(f"illness/{name}", to_text(Incident(heals_until=LONG_AGO)))

    def sweep(self, *names: str, dry_run: bool = False) -> SweepReport:
        specs = [spec_of(self.scenario, name) for name in names or NAMES]
        outer: Any = _Failing(self, self)
        ledger: Any = _Failing(self.ledger, self)
        edges = Edges(outer, outer, ledger, outer)
        return sweep(specs, edges, self.now, holder="me", dry_run=dry_run)

    # ---- the cloud
    def describe(self, spec: PipelineSpec) -> Pipeline:
        return DirectCloud(self.worlds[spec.name]).describe(spec)

    def describe_alone(self, spec: PipelineSpec, lever: Lever) -> Pipeline:
        return self.describe(part_of(spec, lever))

    def scalable_targets(self, where: str | None = None) -> Any:
        return DirectCloud(self.worlds["first"]).scalable_targets(where)

    def ask(self, question: Any) -> Any:
        return DirectCloud(self.worlds[self.swept]).ask(question)

    def apply(self, action: Any) -> None:
        DirectCloud(self.worlds[self.swept]).apply(action)

    # ---- its metrics
    def read(self, *asked: Any) -> Any:
        return DirectMetrics(self.worlds[self.swept]).read(*asked)

    # ---- those who are told
    def send(self, notification: Any, *_: object) -> str | None:
        return None

    def draw(self, name: str, drawn: str) -> None:
        return None


class _Failing:
    def __init__(self, port: object, outside: Outside) -> None:
        self._port, self._outside = port, outside

    def __getattr__(self, name: str) -> Any:
        outside, called = self._outside, getattr(self._port, name)

        def call(*given: Any, **more: Any) -> Any:
            if name == "describe":
                outside.swept = given[0].name
            if name == outside.fails and outside.swept == "second":
                outside.has_failed = True
                raise outside.error
            return called(*given, **more)

        return call


ERRORS = [
    AttributeError("'NoneType' object has no attribute 'get'"), KeyError("Table"),
    ZeroDivisionError("division by zero"), TypeError("naive and aware"), RecursionError(),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), OverflowError("inf"),
    MemoryError(), OSError(28, "No space left on device"), StopIteration(), TimeoutError(),
    ExceptionGroup("several", [ValueError("one")]), AssertionError(),
    Unreachable("x:Y", "z", "gone"), Denied("x:Y", "z", "no"), LedgerUnavailable("busy"),
    ResourceMissing("x:Y", "z", "gone"),
]  # fmt: skip
BEFORE_ACTING = ("describe", "read", "change_records_of", "change_records")
WHILE_ACTING = ("acquire", "begin", "apply", "complete", "release")
AFTER_ACTING = ("last_snapshot", "keep_snapshot", "kept", "keep", "send", "draw")


def holds_for_the_others(outside: Outside, report: SweepReport) -> None:
    swept = [each.name for each in report.pipelines]
    unreached = [each.name for each in report.unreached]
    assert sorted([*swept, *unreached]) == list(NAMES)
    assert {"first", "third"} <= set(swept)
    assert outside.has_failed <= (code_of(report) > 0)


@given(
    fails=st.sampled_from([*BEFORE_ACTING, *WHILE_ACTING, *AFTER_ACTING]),
    error=st.sampled_from(ERRORS),
    dry_run=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_whatever_one_port_raises_for_one_of_three_the_others_are_swept(
    fails: str, error: Exception, dry_run: bool
) -> None:
    outside = Outside(fails, error)
    report = outside.sweep(dry_run=dry_run)
    outside.ledger.close()
    holds_for_the_others(outside, report)
    for each in report.pipelines:
        if each.name != "second":
            expected = None if dry_run else Outcome.DONE
            assert [change.outcome for change in each.changes] == [expected] * 3


@pytest.mark.parametrize("fails", [*BEFORE_ACTING, *WHILE_ACTING, *AFTER_ACTING])
def test_a_fault_in_any_call_is_exit_code_70(fails: str) -> None:
    outside = Outside(fails, ZeroDivisionError("division by zero"))
    report = outside.sweep()
    outside.ledger.close()
    assert outside.has_failed
    holds_for_the_others(outside, report)
    assert code_of(report) == 70


@pytest.mark.parametrize("error", [KeyError("Records"), TIMEOUT], ids=repr)
def test_a_fault_while_keys_are_sampled_keeps_no_pipeline_from_its_cures(error: Exception) -> None:
    outside = Outside("ask", error, "hot-key", 900)
    report = outside.sweep()
    outside.ledger.close()
    assert outside.has_failed
    assert report.unreached == ()
    (second,) = [each for each in report.pipelines if each.name == "second"]
    assert any("could not be sampled" in words for words in second.advice)
    holds_for_the_others(outside, report)


# ---- what was changed before
@pytest.fixture
def alone() -> Iterator[Callable[[str, BaseException], PipelineReport]]:
    """A sweep of one sick pipeline of which one call fails."""
    opened: list[Outside] = []

    def swept(fails: str, error: BaseException) -> PipelineReport:
        opened.append(Outside(fails, error))
        report = opened[-1].sweep("second")
        assert opened[-1].has_failed
        assert report.unreached == ()
        return report.pipelines[0]

    yield swept
    for each in opened:
        each.ledger.close()


def outcomes(report: PipelineReport) -> list[Outcome | None]:
    return [change.outcome for change in report.changes]


@pytest.mark.parametrize("fails", ["last_snapshot", "keep_snapshot", "kept", "send", "draw"])
@pytest.mark.parametrize("error", [KeyError("x"), LedgerUnavailable("busy")], ids=repr)
def test_what_was_changed_is_reported_whatever_fails_after_it(
    alone: Callable[..., PipelineReport], fails: str, error: Exception
) -> None:
    report = alone(fails, error)
    assert outcomes(report) == [Outcome.DONE] * 3
    assert report.undelivered
    expected = 70 if isinstance(error, KeyError) else 3
    assert code_of(SweepReport(report.at, (report,), ())) == expected


def test_a_change_whose_end_can_not_be_written_down_is_reported_as_done(
    alone: Callable[..., PipelineReport],
) -> None:
    report = alone("complete", UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"))
    assert outcomes(report) == [Outcome.DONE] * 3
    for change in report.changes:
        assert "the outcome is not in the ledger: UnicodeDecodeError at " in str(change.detail)


def test_a_call_that_ends_in_a_fault_may_have_reached_aws(
    alone: Callable[..., PipelineReport],
) -> None:
    report = alone("apply", TypeError("'NoneType' object is not iterable"))
    assert outcomes(report) == [Outcome.UNKNOWN] * 3
    assert all(isinstance(change.error, Fault) for change in report.changes)


@pytest.mark.parametrize("fails", ["acquire", "begin"])
def test_without_an_intention_aws_is_not_asked(
    alone: Callable[..., PipelineReport], fails: str
) -> None:
    report = alone(fails, LedgerUnavailable("the ledger is busy"))
    assert outcomes(report) == [Outcome.FAILED] * 3
    assert {change.detail for change in report.changes} == {
        "AWS was not called: the ledger is busy"
    }
    assert code_of(SweepReport(report.at, (report,), ())) == 3


def test_what_was_changed_is_reported_when_the_report_itself_fails(
    three: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tidegate.scaling.report.report_of

    asked = []

    def fails_once(*given: Any) -> tuple[Held, ...]:
        asked.append(given)
        if len(asked) == 2:
            raise IndexError("tuple index out of range")
        return held_of(*given)

    monkeypatch.setattr(tidegate.scaling.report.report_of, "held_of", fails_once)
    result = three.sweep(THREE)
    unreached = others_were_swept(result)
    assert [(each["lever"], each["outcome"]) for each in unreached["actions"]] == [
        ("write_capacity of second", "done")
    ]
    asked.clear()
    result = three.sweep(THREE, output="table")
    assert "second: not reached: IndexError at " in result.stdout


def test_a_place_that_fails_in_an_unforeseen_way_does_not_hold_back_the_others() -> None:
    class Post:
        sent: list[Destination]

        def __init__(self) -> None:
            self.sent = []

        def send(self, _: Any, destination: Destination, *__: object) -> str | None:
            if destination is Destination.SNS:
                raise AttributeError("'NoneType' object has no attribute 'get'")
            self.sent.append(destination)
            return None

        def draw(self, name: str, body: str) -> None:
            raise AssertionError("no dashboard was asked for")

    outside, post = Outside("", KeyError()), Post()
    topic = "arn:aws:sns:us-east-1:123456789012:alerts"
    places = NoticeSpec(sns_topic_arn=topic, ops_items=True, event_bus="bus")
    spec = replace(spec_of("race-day", "first"), notices=places, update_dashboard=False)
    world = outside.worlds["first"]
    edges = Edges(DirectCloud(world), DirectMetrics(world), outside.ledger, post)
    report = sweep([spec], edges, outside.now, holder="me")
    outside.ledger.close()
    assert post.sent == [Destination.OPS_ITEM, Destination.EVENT_BUS]
    (left,) = report.pipelines[0].undelivered
    assert str(left).startswith("sns: Tidegate: first: ")
    assert code_of(report) == 70


# ---- the words
def test_a_fault_names_the_exception_and_tidegates_own_line() -> None:
    try:
        datetime.fromisoformat("yesterday")
    except ValueError as error:
        told = str(as_known(error))
    assert told.startswith(f"ValueError at {Path(__file__).name}:")


def test_a_fault_is_one_line_of_bounded_length() -> None:
    told = str(as_known(ValueError("a\nb" * 10_000)))
    assert "\n" not in told
    assert len(told) < 500
