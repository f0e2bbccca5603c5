"""A Flink job is neither scaled into lag, nor stopped, nor stripped of its state."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON
from tests.flink_builders import (
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
)
from tests.looks import a_look
from tests.losses.account import Account, Answer
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.aws.kinds.flink_application.operations import named_max_parallelism
from tidegate.scaling.kinds.flink_application.actions import UpdateApplication
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.history import History
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.plan.decide import Decider, decide
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.data import ApplicationData
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

FILE = """\
pipelines:
  - name: clicks
    stream: clicks
    objective: {iterator_age_max_seconds: 60, catch_up_seconds: 600}
    applications:
      - application: counter
    levers:
      parallelism: {max: 64, owner: tidegate}
      parallelism_per_kpu: {max: 8, owner: tidegate}
"""
ABOVE_8 = (
    "org.apache.flink.runtime.JobException: Vertex Window -> Sink's parallelism (39) is higher than "
    "the max parallelism (8). Please lower the parallelism or increase the max parallelism."
)
NO_ADDRESS = "insufficient free IP addresses in the subnets of the VPC configuration"
PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
PER_KPU = Lever.of(LeverKind.PARALLELISM_PER_KPU, "counter")


def allowing(*lines: str) -> str:
    """The file with more keys of the application."""
    return FILE.replace("counter\n", "counter\n" + "".join(f"        {each}\n" for each in lines))


@dataclass
class Application:
    """An application as Managed Service for Apache Flink describes it."""

    account: Account
    parallelism: int = 4
    per_kpu: int = 1
    status: str = "RUNNING"
    metrics_level: str = "APPLICATION"
    settings: dict[str, Any] = field(
        default_factory=lambda: {
            "ApplicationSystemRollbackConfigurationDescription": {"RollbackEnabled": True},
            "ApplicationSnapshotConfigurationDescription": {"SnapshotsEnabled": True},
        }
    )
    behind_by: dict[str, str] = field(default_factory=lambda: {"Flow": "Input", "Id": "clicks"})
    updates: list[str | None] = field(default_factory=list)
    """Why each update failed, oldest first, one an hour from 20 hours ago; None for one that didn't."""
    stopped_hours_ago: float | None = None

    def __post_init__(self) -> None:
        self.account.stream("clicks", 4)
        answers: dict[str, Answer] = {
            "DescribeApplication": self.describe,
            "ListApplicationOperations": self.operations,
            "DescribeApplicationOperation": self.operation,
            "UpdateApplication": lambda *_: {"OperationId": "o"},
        }
        for operation, answer in answers.items():
            self.account.on(operation, answer)

    def describe(self, *_: object) -> Any:
        flink = {
            "ParallelismConfigurationDescription": {
                "Parallelism": self.parallelism, "CurrentParallelism": self.parallelism,
                "ParallelismPerKPU": self.per_kpu, "AutoScalingEnabled": False,
            },
            "MonitoringConfigurationDescription": {"MetricsLevel": self.metrics_level},
        }  # fmt: skip
        return {
            "ApplicationDetail": {
                "ApplicationARN": "arn:aws:kinesisanalytics:us-east-1:123456789012:application/counter",
                "ApplicationName": "counter", "ApplicationStatus": self.status,
                "RuntimeEnvironment": "FLINK-1_20", "ConditionalToken": "token",
                "LastUpdateTimestamp": self.account.minute - timedelta(hours=3),
                "ApplicationConfigurationDescription": {
                    "FlinkApplicationConfigurationDescription": flink, **self.settings,
                },
            }
        }  # fmt: skip

    def operations(self, *_: object) -> Any:
        told = [
            {
                "Operation": "UpdateApplication", "OperationId": str(at),
                "StartTime": self.account.minute - timedelta(hours=20 - at),
                "OperationStatus": "SUCCESSFUL" if failure is None else "FAILED",
            }
            for at, failure in enumerate(self.updates)
        ]  # fmt: skip
        if self.stopped_hours_ago is not None:
            stopped = self.account.minute - timedelta(hours=self.stopped_hours_ago)
            told.append({
                "Operation": "StopApplication", "OperationId": "stop", "StartTime": stopped,
                "OperationStatus": "SUCCESSFUL",
            })  # fmt: skip
        return {"ApplicationOperationInfoList": told[::-1]}

    def operation(self, parameters: dict[str, Any], _: object) -> Any:
        failure = self.updates[int(parameters["OperationId"])]
        details = {"OperationFailureDetails": {"ErrorInfo": {"ErrorString": failure}}}
        return {"ApplicationOperationInfoDetails": details}

    def minutes(
        self,
        since: int = 89,
        *,
        records: float = 1400,
        read: float | None = None,
        behind: Callable[[int], float] = lambda _: 0.0,
        failed: Callable[[int], float] = lambda _: 0.0,
        collected: Callable[[int], float] = lambda _: 0.0,
        **levels: float,
    ) -> None:
        """Alike minutes up to now; what grows is told by how many minutes ago it was."""
        application = {"Application": "counter"}
        for back in range(since, 0, -1):
            put = self.account.put
            incoming = {"IncomingRecords": records * 60, "IncomingBytes": records * 60 * 300}
            put("AWS/Kinesis", {"StreamName": "clicks"}, back, incoming)
            age = {"millisBehindLatest": behind(back) * 1000}
            put("AWS/KinesisAnalytics", {**application, **self.behind_by}, back, age)
            told = {
                "numRecordsInPerSecond": records if read is None else read,
                "uptime": 9e7, "downtime": 0, "fullRestarts": 0, "lastCheckpointDuration": 2000,
                "lastCheckpointSize": 1e8, "heapMemoryUtilization": 20,
                "numberOfFailedCheckpoints": failed(back), "oldGenerationGCTime": collected(back),
                **levels,
            }  # fmt: skip
            task = {name: told.pop(name) for name in list(told) if "TimeMsPerSecond" in name}
            put("AWS/KinesisAnalytics", application, back, told)
            if task:
                put("AWS/KinesisAnalytics", {**application, "Task": "Source:_clicks"}, back, task)

    @property
    def asked(self) -> list[tuple[int, int]]:
        """Parallelism and parallelism per KPU of each update that was asked for."""
        return [
            (wanted["ParallelismUpdate"], wanted["ParallelismPerKPUUpdate"])
            for each in self.account.asked("UpdateApplication")
            for wanted in (
                each["ApplicationConfigurationUpdate"]["FlinkApplicationConfigurationUpdate"][
                    "ParallelismConfigurationUpdate"
                ],
            )
        ]


def behind(application: Application, **more: Any) -> None:
    """An hour and a half in which it is too small, the last minutes of them growing late."""
    levels = {"cpuUtilization": 95.0} | more
    application.minutes(
        records=2800, read=1900, behind=lambda back: max(0.0, 400 - 30.0 * back), **levels
    )


def full_of_state(application: Application, **more: Any) -> None:
    """The heap is full, and half of the time goes into emptying it."""
    levels = {"cpuUtilization": 95.0, "heapMemoryUtilization": 95.0} | more
    application.minutes(collected=lambda back: (90 - back) * 120_000.0, **levels)


# ---- by CPU it is never lowered


@pytest.mark.parametrize(("parallelism", "cpu"), [(4, 21.0), (16, 30.0), (10, 12.0)])
def test_a_job_of_which_only_cpu_is_known_is_never_lowered(
    account: Account, parallelism: int, cpu: float
) -> None:
    """The default metrics level; the subtasks wait for I/O most of their time."""
    application = Application(account, parallelism)
    application.minutes(cpuUtilization=cpu)
    told = account.swept(FILE)["pipelines"][0]
    assert application.asked == []
    assert told["health"] == "healthy"
    (advice,) = told["advice"]
    assert "metrics level (MetricsLevel) to TASK" in advice


@pytest.mark.parametrize(("busy", "is_lowered"), [(300.0, True), (200.0, True), (190.0, False)])
def test_with_busy_time_a_job_is_lowered_where_that_tells_enough(
    account: Account, busy: float, is_lowered: bool
) -> None:
    """One that asks without blocking reads a few percent busy however much of it is used."""
    application = Application(account, 8, metrics_level="TASK")
    application.minutes(cpuUtilization=10.0, busyTimeMsPerSecond=busy)
    told = account.swept(FILE)["pipelines"][0]
    assert [parallelism < 8 for parallelism, _ in application.asked] == [True] * is_lowered
    assert told["advice"] == []


@pytest.mark.parametrize("each_subtask", [500.0, 90.0])
@pytest.mark.parametrize("load", ["constant", "wave"])
def test_a_job_that_waits_for_io_is_left_alone_for_hours_and_keeps_up(
    load: str, each_subtask: float
) -> None:
    """A subtask waits for 70 % of the time in which it does so many records a second. Each minute
    is judged, and what is decided is done."""
    parallelism, waiting, minutes = 4, 0.0, list[JobMinute]()
    for at in range(-90, 5 * 60):
        share = 0.7 if load == "constant" else 0.15 + 0.55 * abs((at % 240) - 120) / 120
        came, most = share * 4 * each_subtask, parallelism * each_subtask
        read = min(came + waiting / 60, most)
        waiting += (came - read) * 60
        minutes.append(
            JobMinute(
                came, read, waiting / max(read, 1), busy=None, busiest=None, back_pressured=None,
                cpu_percent=30 * read / most, hottest_cpu_percent=31 * read / most,
                heap_percent=20,
            )
        )  # fmt: skip
        if at < 0:
            continue
        signals = job_signals(a_flink_pipeline(an_application(parallelism)), *minutes[-90:])
        plan = decide(a_look(signals, diagnose(signals), FLINK_SPEC, History(()), NOON))
        for action in plan.actions:
            if isinstance(action, UpdateApplication):
                parallelism = action.to_parallelism
    assert (parallelism, waiting) == (4, 0.0)


# ---- no update without a way back


SETTINGS = {
    "rollback off": ("ApplicationSystemRollbackConfigurationDescription", "RollbackEnabled"),
    "snapshots off": ("ApplicationSnapshotConfigurationDescription", "SnapshotsEnabled"),
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("ill", [behind, full_of_state], ids=["behind", "heap"])
@pytest.mark.parametrize("per_kpu", [1, 4])
@pytest.mark.parametrize("off", SETTINGS)
def test_no_update_is_asked_for_that_could_stop_the_job_or_lose_its_state(
    account: Account, off: str, per_kpu: int, ill: Callable[[Application], None]
) -> None:
    application = Application(account, per_kpu=per_kpu)
    name, key = SETTINGS[off]
    application.settings[name] = {key: False}
    ill(application)
    told = account.sweep(FILE)
    assert application.asked == []
    assert told.exit_code == 1
    report = account.swept(FILE)["pipelines"][0]
    (held,) = [each for each in report["held_back"] if "counter" in each]
    word = off.removesuffix(" off")
    assert word in held
    assert "off: an update" in held
    assert any(f'{key}Update": true' in each for each in report["advice"])


def test_where_the_answer_says_nothing_of_rollback_it_is_off(account: Account) -> None:
    application = Application(account)
    application.settings.clear()
    behind(application)
    account.sweep(FILE)
    assert application.asked == []


@pytest.mark.parametrize(
    ("off", "line"),
    [
        ("rollback off", "allow_without_rollback: true"),
        ("snapshots off", "allow_without_snapshots: true"),
    ],
)
def test_an_update_without_is_asked_for_where_the_file_allows_it(
    account: Account, off: str, line: str
) -> None:
    application = Application(account)
    name, key = SETTINGS[off]
    application.settings[name] = {key: False}
    behind(application)
    told = account.swept(allowing(line))["pipelines"][0]
    assert len(application.asked) == 1
    assert not any(key in each for each in told["advice"])


def test_a_scale_in_is_no_exception(account: Account) -> None:
    application = Application(account, 8, metrics_level="TASK")
    application.settings.clear()
    application.minutes(cpuUtilization=10.0, busyTimeMsPerSecond=100.0)
    account.sweep(FILE)
    assert application.asked == []


@pytest.mark.parametrize("cpu", [40.0, 90.0])
def test_healthy_or_not_each_sweep_says_that_rollback_is_off(account: Account, cpu: float) -> None:
    application = Application(account, 1)
    application.settings.clear()
    application.minutes(cpuUtilization=cpu)
    told = account.swept(FILE)["pipelines"][0]
    assert told["health"] == "healthy"
    (advice,) = [each for each in told["advice"] if "counter" in each]
    assert advice.startswith("counter: switch system rollback on")


def test_of_levers_that_nobody_owns_it_is_not_said(account: Account) -> None:
    application = Application(account)
    application.settings.clear()
    application.minutes(cpuUtilization=40.0)
    told = account.swept(FILE.partition("    levers")[0])["pipelines"][0]
    assert not any("counter" in each for each in told["advice"])


def in_world(
    scenario: Scenario, minutes: int = 90, *, seed: int = 1, **changes: Any
) -> tuple[World, list[PipelineReport]]:
    """A sweep each minute; ``changes`` are made to the file's applications."""
    (spec,) = load_value(scenario.pipeline_file, scenario.name).pipelines
    spec = replace(spec, applications=[replace(each, **changes) for each in spec.applications])
    world = World(scenario, seed)
    edges = Edges(DirectCloud(world), DirectMetrics(world), SqliteLedger(":memory:"))
    world.advance(180)
    reports = []
    for _ in range(minutes):
        reports.append(sweep([spec], edges, world.now, holder="test").pipelines[0])
        world.advance(60)
    return world, reports


def a_scenario(name: str, **data: Any) -> Scenario:
    scenario = load_scenario(name)
    assert scenario.find(ApplicationData) is not None
    return scenario.put(replace(scenario.the(ApplicationData), **data))


def operations(world: World) -> list[tuple[str, str]]:
    return [(each.kind, each.status) for each in world.the(EmbeddedApplication).service.operations]


@pytest.mark.parametrize("name", ["flink-lag", "flink-heap", "flink-kafka"])
def test_in_a_world_without_rollback_the_job_runs_to_the_end(name: str) -> None:
    world, reports = in_world(a_scenario(name, rollback_enabled=False))
    assert operations(world) == []
    assert reports[-1].health is Health.SICK
    assert any("switch system rollback on" in each for each in reports[-1].advice)


# ---- no update above the job's maximum parallelism


@pytest.mark.parametrize(
    ("updates", "lines", "most"),
    [
        ([ABOVE_8], (), 8),
        ([ABOVE_8, None, None], (), 8),
        ([NO_ADDRESS], (), 64),
        ([], ("max_parallelism: 6",), 6),
        ([ABOVE_8], ("max_parallelism: 32",), 8),
        ([ABOVE_8, None], ("max_parallelism: 32",), 32),
    ],
    ids=[
        "named by the newest update", "remembered after others", "another reason", "by the file",
        "the file is disproved", "the file is newer",
    ],
)  # fmt: skip
def test_more_subtasks_than_the_job_can_have_are_not_asked_for(
    account: Account, updates: list[str | None], lines: tuple[str, ...], most: int
) -> None:
    application = Application(account, updates=updates)
    application.minutes(
        records=50_000, read=1900, behind=lambda back: (90 - back) * 57.0, cpuUtilization=95.0,
    )  # fmt: skip
    told = account.swept(allowing(*lines))["pipelines"][0]
    assert application.asked == [(most, 1)]
    held = " ".join(told["held_back"])
    assert most == 64 or f"the maximum parallelism of the job of counter is {most}" in held


def test_a_job_that_runs_with_more_has_another_maximum_by_now(account: Account) -> None:
    application = Application(account, 12, updates=[ABOVE_8, None])
    behind(application)
    account.sweep(FILE)
    assert [parallelism > 12 for parallelism, _ in application.asked] == [True]


def test_the_subtasks_of_a_kpu_are_not_bounded_by_it(account: Account) -> None:
    application = Application(account, 8, per_kpu=4, updates=[ABOVE_8, None])
    full_of_state(application)
    account.sweep(FILE)
    assert application.asked == [(8, 2)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (ABOVE_8, 8),
        ("The maximum parallelism (128) of the restored state is lower than the configured "
         "parallelism (256). Please reduce the parallelism of the task to be lower or equal to the "
         "maximum parallelism.", 128),
        ("Cannot map operator 5b61 with max parallelism 128 to new program with max parallelism "
         "256.", 128),
        ("parallelism 39 exceeds maxParallelism 8", 8),
        ("The parallelism of 39 is above the job's maxParallelism: 8.", 8),
        ("MAX_PARALLELISM=16", 16),
        ("Maximum parallelism must not be smaller than parallelism.", None),
        ("max parallelism (0)", None),
        ("max parallelism (99999)", None),
        ("the parallelism (39) was lowered", None),
        (NO_ADDRESS, None),
        ("", None),
    ],
)  # fmt: skip
def test_the_maximum_parallelism_is_read_off_the_words_of_a_failure(
    words: str, expected: int | None
) -> None:
    assert named_max_parallelism(words) == expected


@pytest.mark.parametrize(("most", "name"), [(4, "flink-lag"), (3, "flink-lag"), (3, "flink-kafka")])
def test_in_a_world_of_few_key_groups_the_maximum_is_met_once_and_kept_to(
    most: int, name: str
) -> None:
    world, reports = in_world(a_scenario(name, max_parallelism=most), 120)
    assert operations(world) == [
        ("UpdateApplication", "FAILED"),
        ("RollbackApplication", "SUCCESSFUL"),
        ("UpdateApplication", "SUCCESSFUL"),
    ]
    assert world.series[-1].total("parallelism") == most
    assert reports[-1].health is Health.SICK


# ---- no update while checkpoints fail


@pytest.mark.sampled(2)
@pytest.mark.parametrize("ill", [behind, full_of_state], ids=["behind", "heap"])
@pytest.mark.parametrize("per_kpu", [1, 4])
@pytest.mark.parametrize("every", [4, 10])
def test_no_update_is_asked_for_while_checkpoints_fail(
    account: Account, every: int, per_kpu: int, ill: Callable[..., None]
) -> None:
    application = Application(account, per_kpu=per_kpu)
    ill(application, failed=lambda back: (90 - back) // every)
    told = account.sweep(FILE)
    assert (application.asked, told.exit_code) == ([], 1)
    report = account.swept(FILE)["pipelines"][0]
    assert any("checkpoints of counter failed in 30 min" in each for each in report["held_back"])


def test_checkpoints_that_fail_are_told_beside_a_job_that_is_too_small(account: Account) -> None:
    application = Application(account)
    behind(application, failed=lambda back: (90 - back) // 10)
    report = account.swept(FILE)["pipelines"][0]
    causes = [each["cause"] for each in report["diagnoses"]]
    assert causes == ["checkpoint-trouble", "parallelism-too-low"]
    assert any("make the state smaller" in each for each in report["advice"])


def test_one_checkpoint_that_failed_holds_nothing_back(account: Account) -> None:
    application = Application(account)
    behind(application, failed=lambda back: float(back < 20))
    account.sweep(FILE)
    assert len(application.asked) == 1


# ---- whoever asks


@pytest.mark.parametrize("caller", ["tidegate", "application-autoscaling"])
@pytest.mark.parametrize("wanted", [2, 16])
@pytest.mark.parametrize(
    ("changes", "failing"),
    [({"rollback_enabled": False}, False), ({"snapshots_enabled": False}, False), ({}, True)],
    ids=["rollback off", "snapshots off", "checkpoints fail"],
)
def test_what_is_asked_for_from_outside_is_held_by_the_same(
    caller: Any, wanted: int, changes: dict[str, bool], failing: bool
) -> None:
    signals = signals_of(an_application(8, **changes), failing=failing)
    for lever in (PARALLELISM, PER_KPU):
        plan = plan_for(signals, lever, wanted, caller)
        assert plan.actions == ()
        assert len(plan.decisions[0].held_by) == 1


@pytest.mark.parametrize("caller", ["tidegate", "application-autoscaling"])
def test_a_wish_from_outside_ends_at_the_maximum_parallelism(caller: Any) -> None:
    signals = signals_of(an_application(4, max_parallelism=6))
    (action,) = plan_for(signals, PARALLELISM, 16, caller).actions
    assert isinstance(action, UpdateApplication)
    assert action.to_parallelism == 6


def signals_of(application: FlinkApplication, *, failing: bool = False) -> Signals:
    failed = [JobMinute(failed_checkpoints=float(at if failing else 0)) for at in range(4)]
    return job_signals(a_flink_pipeline(application), *failed)


def plan_for(signals: Signals, lever: Lever, wanted: int, caller: Any) -> Any:
    levers = FLINK_SPEC.levers
    assert levers.parallelism is not None
    assert levers.parallelism_per_kpu is not None
    owned = replace(
        levers,
        parallelism=replace(levers.parallelism, owner=caller),
        parallelism_per_kpu=replace(levers.parallelism_per_kpu, owner=caller, max=16),
    )
    spec = replace(FLINK_SPEC, levers=owned)
    current = 1 if lever == PER_KPU else applications_of(signals.pipeline)[0].parallelism
    decider = Decider(a_look(signals, (), spec, History(()), NOON), caller=caller)
    return decider.plan_for(
        Recommendation(lever, current, wanted, Reason.of("desired-capacity", "asked for"))
    )


# ---- a job that an update has stopped is sick


@pytest.mark.parametrize("status", ["READY", "ROLLED_BACK"])
def test_an_application_that_its_last_update_stopped_is_sick(account: Account, status: str) -> None:
    application = Application(account, 39, status=status, updates=[None, ABOVE_8])
    application.minutes(30, cpuUtilization=0.0)
    result = account.sweep(FILE)
    told = account.swept(FILE)["pipelines"][0]
    assert (told["health"], result.exit_code) == ("sick", 1)
    assert told["diagnoses"][0]["cause"] == "application-stopped"


def test_without_any_metric_it_is_sick_as_well(account: Account) -> None:
    Application(account, status="READY", updates=[NO_ADDRESS])
    assert account.swept(FILE)["pipelines"][0]["health"] == "sick"


def test_stopped_by_a_person_it_is_not_known_whether_that_is_an_illness(account: Account) -> None:
    Application(account, status="READY", updates=[NO_ADDRESS, None])
    assert account.swept(FILE)["pipelines"][0]["health"] == "unknown"


@pytest.mark.parametrize("name", ["flink-lag", "flink-kafka"])
def test_after_tidegates_own_update_the_advice_names_what_ran_before_it(name: str) -> None:
    scenario = a_scenario(name, rollback_enabled=False, max_parallelism=3)
    world, reports = in_world(scenario, 60, allow_without_rollback=True)
    assert operations(world) == [("UpdateApplication", "FAILED")]
    (update,) = [change for report in reports for change in report.changes]
    assert isinstance(update.action, UpdateApplication)
    last = reports[-1]
    assert last.health is Health.SICK
    (advice,) = [each for each in last.advice if "last update by Tidegate" in each]
    assert (
        f"changed parallelism from 2, with which the application ran, to {update.action.to_parallelism}"
        in advice
    )


def test_the_advice_is_of_the_newest_update_of_each_lever(account: Account) -> None:
    application = Application(account, 39, status="READY", updates=[ABOVE_8])
    ledger = SqliteLedger(str(account.folder / "ledger.sqlite"))
    for at, (lever, before, after) in enumerate(
        [(PARALLELISM, 2, 4), (PARALLELISM, 4, 39), (PER_KPU, 4, 2)]
    ):
        begun = account.minute - timedelta(minutes=90 - at)
        operation = "kinesisanalytics:UpdateApplication"
        change_record = ChangeRecord(f"e{at}", "clicks", lever, operation, before, after, "", begun)
        assert ledger.begin(change_record)
        ledger.complete(f"e{at}", Outcome.DONE, begun, None)
    ledger.close()
    application.minutes(30, cpuUtilization=0.0)
    advice = account.swept(FILE)["pipelines"][0]["advice"]
    assert any("changed parallelism from 4, with" in each for each in advice)
    assert any("changed parallelism_per_kpu from 4, with" in each for each in advice)
    assert not any("from 2, with" in each for each in advice)
