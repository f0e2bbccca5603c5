"""Managed Service for Apache Flink itself: its API, its own scaling, its metrics and its bill."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from warnings import catch_warnings, simplefilter

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests.simulator.kinds.flink_application.flink_worlds import (
    APPLICATION,
    CHAIN,
    SOURCE,
    metric,
    scenario,
    world,
)
from tidegate.simulator.embedded import embedded
from tidegate.simulator.figures import prices
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.operation import ApplicationUpdate
from tidegate.simulator.kinds.kinesis_stream.data import StreamData, TopicData
from tidegate.simulator.kinds.kinesis_stream.topic import TopicState
from tidegate.simulator.scenario import Fault
from tidegate.simulator.world import START, World

NAME = "click-counter"
FAILURE = "no free IP addresses in the subnet"


def flink(**wanted: Any) -> dict[str, Any]:
    configuration = {"ConfigurationTypeUpdate": "CUSTOM", **wanted}
    return {
        "FlinkApplicationConfigurationUpdate": {"ParallelismConfigurationUpdate": configuration}
    }


@pytest.fixture
def faces() -> Iterator[tuple[World, BaseClient, BaseClient]]:
    lived_in = world(seconds=60, rollback_enabled=True)
    with catch_warnings():
        simplefilter("ignore", UserWarning)
        with embedded(lived_in) as session:
            yield lived_in, session.client("kinesisanalyticsv2"), session.client("cloudwatch")


def detail(client: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.describe_application(ApplicationName=NAME)["ApplicationDetail"]
    return found


def parallelism(told: dict[str, Any]) -> dict[str, Any]:
    described = told["ApplicationConfigurationDescription"]
    found: dict[str, Any] = described["FlinkApplicationConfigurationDescription"][
        "ParallelismConfigurationDescription"
    ]
    return found


def test_an_update_is_updating_then_running_with_a_new_version(faces: Any) -> None:
    lived_in, client, _ = faces
    before = detail(client)
    assert (before["ApplicationStatus"], before["ApplicationVersionId"]) == ("RUNNING", 1)
    answer = client.update_application(
        ApplicationName=NAME,
        ConditionalToken=before["ConditionalToken"],
        ApplicationConfigurationUpdate=flink(ParallelismUpdate=8, ParallelismPerKPUUpdate=2),
    )
    during = answer["ApplicationDetail"]
    assert (during["ApplicationStatus"], during["ApplicationVersionId"]) == ("UPDATING", 2)
    assert parallelism(during)["CurrentParallelism"] == 4
    lived_in.advance(120)
    after = detail(client)
    assert after["ApplicationStatus"] == "RUNNING"
    assert after["ConditionalToken"] != before["ConditionalToken"]
    assert parallelism(after) == {
        "ConfigurationType": "CUSTOM",
        "Parallelism": 8,
        "CurrentParallelism": 8,
        "ParallelismPerKPU": 2,
        "AutoScalingEnabled": False,
    }
    told = client.describe_application_operation(
        ApplicationName=NAME, OperationId=answer["OperationId"]
    )["ApplicationOperationInfoDetails"]
    assert told["OperationStatus"] == "SUCCESSFUL"
    assert told["ApplicationVersionChangeDetails"] == {
        "ApplicationVersionUpdatedFrom": 1,
        "ApplicationVersionUpdatedTo": 2,
    }


@pytest.mark.parametrize(
    ("wanted", "given", "code"),
    [
        ({"ParallelismUpdate": 8}, {}, "InvalidArgumentException"),
        (
            {"ParallelismUpdate": 8},
            {"CurrentApplicationVersionId": 7},
            "ConcurrentModificationException",
        ),
        ({"ParallelismUpdate": 8}, {"ConditionalToken": "old"}, "ConcurrentModificationException"),
        (
            {"ParallelismPerKPUUpdate": 9},
            {"CurrentApplicationVersionId": 1},
            "InvalidArgumentException",
        ),
        ({"ParallelismUpdate": 65}, {"CurrentApplicationVersionId": 1}, "LimitExceededException"),
        (
            {"ParallelismUpdate": 257, "ParallelismPerKPUUpdate": 8},
            {"CurrentApplicationVersionId": 1},
            "LimitExceededException",
        ),
    ],
    ids=["neither version nor token", "version", "token", "per KPU", "KPU quota", "parallelism"],
)
def test_what_aws_refuses_is_refused_and_counted(
    faces: Any, wanted: dict[str, int], given: dict[str, Any], code: str
) -> None:
    """UpdateApplication, API reference; 8 subtasks a KPU, 64 KPUs and a parallelism of 256 at most
    (guide, "Implement application scaling")."""
    lived_in, client, _ = faces
    with pytest.raises(ClientError) as refused:
        client.update_application(
            ApplicationName=NAME, ApplicationConfigurationUpdate=flink(**wanted), **given
        )
    assert refused.value.response["Error"]["Code"] == code
    assert lived_in.figures().limit_violations == 1
    assert detail(client)["ApplicationStatus"] == "RUNNING"


def test_the_quota_is_reached_exactly_and_denser_subtasks_stay_within_it() -> None:
    for wanted in (
        ApplicationUpdate(parallelism=64, version=1),
        ApplicationUpdate(parallelism=256, parallelism_per_kpu=4, version=1),
    ):
        lived_in = world()
        lived_in.the(EmbeddedApplication).service.update(wanted)
        assert lived_in.figures().limit_violations == 0


def test_an_application_that_is_updating_takes_no_second_update(faces: Any) -> None:
    lived_in, client, _ = faces
    request = {
        "ApplicationName": NAME,
        "ApplicationConfigurationUpdate": flink(ParallelismUpdate=8),
    }
    client.update_application(CurrentApplicationVersionId=1, **request)
    with pytest.raises(ClientError, match="ResourceInUseException"):
        client.update_application(CurrentApplicationVersionId=2, **request)
    assert lived_in.figures().limit_violations == 1


def test_an_unknown_application_is_not_found(faces: Any) -> None:
    _, client, _ = faces
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.describe_application(ApplicationName="nobody")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.describe_application_operation(ApplicationName=NAME, OperationId="none")


def test_an_update_that_fails_is_rolled_back_and_its_operation_tells_why(faces: Any) -> None:
    """Guide, "Enable system rollbacks" and "System rollback best practices"."""
    lived_in, client, _ = faces
    lived_in.the(EmbeddedApplication).strike(Fault(0, "update-fails", {"reason": FAILURE}))
    client.update_application(
        ApplicationName=NAME,
        CurrentApplicationVersionId=1,
        ApplicationConfigurationUpdate=flink(ParallelismUpdate=8),
    )
    seen = []
    for _ in range(40):
        lived_in.advance(5)
        status = detail(client)["ApplicationStatus"]
        seen += [status] if status not in seen else []
    assert seen == ["UPDATING", "ROLLING_BACK", "RUNNING"]
    after = detail(client)
    assert parallelism(after)["Parallelism"] == 4
    assert {name: after[name] for name in after if name.startswith("ApplicationVersion")} == {
        "ApplicationVersionId": 3,
        "ApplicationVersionUpdatedFrom": 1,
        "ApplicationVersionRolledBackFrom": 2,
        "ApplicationVersionRolledBackTo": 1,
    }
    rollback, update = client.list_application_operations(ApplicationName=NAME)[
        "ApplicationOperationInfoList"
    ]
    assert (rollback["Operation"], rollback["OperationStatus"]) == (
        "RollbackApplication",
        "SUCCESSFUL",
    )
    told = client.describe_application_operation(
        ApplicationName=NAME, OperationId=update["OperationId"]
    )["ApplicationOperationInfoDetails"]
    assert told["OperationStatus"] == "FAILED"
    assert told["OperationFailureDetails"] == {
        "ErrorInfo": {"ErrorString": FAILURE},
        "RollbackOperationId": rollback["OperationId"],
    }


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [({}, 129), ({"state_megabytes": 1e6}, 8)],
    ids=["above maxParallelism", "the snapshot times out"],
)
def test_without_rollback_a_failed_update_leaves_the_application_ready_and_unbilled(
    fields: dict[str, Any], wanted: int
) -> None:
    failing = world(kpu_quota=200, **fields)
    failing.the(EmbeddedApplication).service.update(
        ApplicationUpdate(version=1, parallelism=wanted)
    )
    failing.advance(7200)
    assert failing.the(EmbeddedApplication).service.status == "READY"
    assert failing.series[-1].total("kpus") == 0
    assert failing.series[-1].total("seconds_down") == 60


def statuses(lived_in: World, minutes: int) -> list[tuple[int, str, int]]:
    """The minutes after which status or parallelism are others than before."""
    seen: list[tuple[int, str, int]] = []
    for minute in range(minutes):
        lived_in.advance(60)
        now = (
            lived_in.the(EmbeddedApplication).service.status,
            lived_in.the(EmbeddedApplication).state.parallelism,
        )
        if not seen or seen[-1][1:] != now:
            seen.append((minute + 1, *now))
    return seen


def test_the_service_doubles_the_parallelism_after_fifteen_minutes_of_a_busy_cpu() -> None:
    """Guide, "Use automatic scaling": 15 data points at or above 75 %; UpdateApplication is refused
    while it is AUTOSCALING."""
    busy = world(rate=3000, autoscaling_enabled=True)
    assert statuses(busy, 15) == [(1, "RUNNING", 4), (15, "AUTOSCALING", 4)]
    with pytest.raises(Exception, match="ResourceInUseException"):
        busy.the(EmbeddedApplication).service.update(ApplicationUpdate(version=1, parallelism=6))
    assert statuses(busy, 10)[-1][1:] == ("RUNNING", 8)
    assert busy.the(EmbeddedApplication).service.configuration.parallelism == 4


def test_the_service_halves_it_after_six_idle_hours_never_below_what_is_configured() -> None:
    idle = world(rate=20, autoscaling_enabled=True, parallelism=3)
    idle.the(EmbeddedApplication).state.parallelism = 8
    minutes = statuses(idle, 800)
    assert [parallelism for _, _, parallelism in minutes] == [8, 8, 4, 4, 3]
    assert [minute for minute, status, _ in minutes if status == "AUTOSCALING"] == [360, 721]


@pytest.mark.parametrize("most", [{"kpu_quota": 5}, {"max_parallelism": 5}], ids=str)
def test_the_service_scales_up_to_the_quota_and_then_no_more(most: dict[str, int]) -> None:
    busy = world(rate=4000, autoscaling_enabled=True, **most)
    assert [each[1:] for each in statuses(busy, 60)] == [
        ("RUNNING", 4),
        ("AUTOSCALING", 4),
        ("RUNNING", 5),
    ]


def test_without_its_flag_the_service_scales_nothing() -> None:
    assert statuses(world(rate=3000), 40) == [(1, "RUNNING", 4)]


COUNTED = {
    "uptime", "downtime", "fullRestarts", "numRecordsInPerSecond", "numRecordsOutPerSecond",
    "numLateRecordsDropped", "numberOfFailedCheckpoints", "lastCheckpointDuration",
    "lastCheckpointSize", "currentInputWatermark", "currentOutputWatermark", "cpuUtilization",
    "containerCPUUtilization", "heapMemoryUtilization", "oldGenerationGCTime",
    "oldGenerationGCCount", "threadsCount",
}  # fmt: skip


def told(lived_in: World, dimensions: Any = APPLICATION, minute: int = -4) -> set[str]:
    names = COUNTED | {"records_lag_max", "millisBehindLatest", "KPUs", "numRestarts"}
    return {
        name
        for name in names
        if metric(lived_in, name, minute=minute, dimensions=dimensions) is not None
    }


def test_every_metric_of_the_guide_is_told_by_the_dimensions_of_awss_own_samples() -> None:
    """Names: guide, "Metrics and dimensions"; dimensions: aws-samples' dashboard and autoscaler."""
    running = world(seconds=900)
    assert told(running) == COUNTED
    assert told(running, SOURCE) == told(running, SOURCE[::-1]) == {"millisBehindLatest"}


def test_tasks_tell_their_times_once_the_metrics_level_is_finer() -> None:
    """busyTimeMsPerSecond has the levels Task, Operator and Parallelism (guide, metrics)."""
    times = {"busyTimeMsPerSecond", "idleTimeMsPerSecond", "backPressuredTimeMsPerSecond"}
    for level, known in (("TASK", times), ("APPLICATION", set())):
        running = world(seconds=900, metrics_level=level)
        assert told(running) == COUNTED
        of_task = {each for each in times if metric(running, each) is not None}
        assert of_task == known


def test_flink_2_tells_restarts_under_their_new_name() -> None:
    """fullRestarts is removed in Flink 2.2, numRestarts replaces it (guide, metrics)."""
    newer = world(seconds=900, runtime_environment="FLINK-2_2")
    assert told(newer) == (COUNTED - {"fullRestarts"}) | {"numRestarts"}


def test_a_job_that_the_service_has_stopped_tells_only_that_it_is_down() -> None:
    stopped = world(seconds=300, restart_seconds=400)
    stopped.the(EmbeddedApplication).service.update(ApplicationUpdate(version=1, parallelism=8))
    stopped.advance(360)
    assert told(stopped, minute=7) == {"uptime", "downtime", "fullRestarts"}
    assert told(stopped, SOURCE, minute=7) == set()
    assert metric(stopped, "downtime", "Maximum", minute=7) == pytest.approx(180_000)
    assert metric(stopped, "uptime", "Maximum", minute=7) == 0
    stopped.advance(600)
    assert metric(stopped, "downtime", "Maximum") == 0


def test_the_behind_metric_is_the_age_of_what_is_read() -> None:
    behind = world(rate=4000, seconds=900)
    milliseconds = metric(behind, "millisBehindLatest", "Maximum", dimensions=SOURCE) or 0.0
    at = behind.second // 60 - 4
    assert milliseconds == pytest.approx(behind.series[at].iterator_age_seconds * 1000, abs=1000)
    assert metric(world(seconds=900), "millisBehindLatest", "Maximum", dimensions=SOURCE) == 0


def test_a_rate_is_the_average_or_a_quarter_of_the_sum() -> None:
    """Four snapshots a minute, "m1/4 where m1 is the SUM" (guide, metrics)."""
    running = world(seconds=600)
    assert metric(running, "numRecordsInPerSecond") == pytest.approx(1000, rel=0.01)
    assert metric(running, "numRecordsInPerSecond", "Sum") == pytest.approx(4000, rel=0.01)


def test_late_records_are_dropped_and_counted() -> None:
    late = world(seconds=600, late_share=0.1)
    assert metric(late, "numRecordsOutPerSecond") == pytest.approx(900, rel=0.01)
    dropped = [metric(late, "numLateRecordsDropped", "Maximum", minute) or 0 for minute in (3, 4)]
    assert dropped[1] - dropped[0] == pytest.approx(6000, rel=0.01)


def test_cloudwatch_answers_over_its_api_as_the_world_does(faces: Any) -> None:
    lived_in, _, cloudwatch = faces
    lived_in.advance(600)
    query = {
        "Id": "m",
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/KinesisAnalytics",
                "MetricName": "millisBehindLatest",
                "Dimensions": [{"Name": name, "Value": value} for name, value in SOURCE],
            },
            "Period": 60,
            "Stat": "Maximum",
        },
    }
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[query], StartTime=START, EndTime=START + timedelta(minutes=5)
    )
    assert answer["MetricDataResults"][0]["Values"] == [0.0] * 5


def test_list_metrics_names_the_tasks_that_tell_metrics_of_their_own() -> None:
    finer = world(seconds=300, metrics_level="TASK")
    with catch_warnings():
        simplefilter("ignore", UserWarning)
        with embedded(finer) as session:
            found = session.client("cloudwatch").list_metrics(
                Namespace="AWS/KinesisAnalytics",
                MetricName="busyTimeMsPerSecond",
                Dimensions=[{"Name": "Application", "Value": NAME}, {"Name": "Task"}],
                RecentlyActive="PT3H",
            )["Metrics"]
    assert [each["Dimensions"][1] for each in found] == [{"Name": "Task", "Value": CHAIN}]


def test_a_topic_tells_its_lag_in_records_and_nothing_of_kinesis() -> None:
    """records_lag_max is the lag of the worst partition (guide, Amazon MSK connector metrics)."""
    given = scenario(rate=4000, shards=8)
    topic = TopicData("clicks", 8)
    resources = [topic if isinstance(each, StreamData) else each for each in given.resources]
    behind = World(replace(given, resources=tuple(resources)), 1)
    behind.advance(660)
    worst = max(shard.backlog for shard in behind.the(TopicState).shards)
    behind.advance(240)
    assert told(behind) == COUNTED | {"records_lag_max"}
    assert told(behind, SOURCE) == set()
    assert metric(behind, "records_lag_max", "Maximum", minute=10) == worst > 100_000
    stream = (("StreamName", "clicks"),)
    at = START + timedelta(minutes=9)
    assert behind.metric(("AWS/Kinesis", "IncomingRecords", stream), "Sum", at) is None


def test_kpus_are_billed_by_the_second_with_one_more_for_orchestration() -> None:
    """Pricing page: one additional KPU per application; KPUs are told once an hour (guide)."""
    fields: dict[str, Any] = {"rate": 0, "shards": 1, "parallelism_per_kpu": 3}
    hour = world(seconds=3600, **fields)
    billed = hour.figures().cost_usd - prices()["shard_hour_usd"]
    assert billed == pytest.approx((2 + 1) * prices()["kpu_hour_usd"])
    hour.advance(600)
    assert [metric(hour, "KPUs", "Maximum", minute) for minute in (0, 1, 59, 60)] == [
        3, None, None, 3,
    ]  # fmt: skip
