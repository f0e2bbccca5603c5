"""Alarms on Tidegate itself, the topic that tells of them, and the dashboard that shows them."""

from dataclasses import dataclass

from tidegate.deployment.gateway import STAGE
from tidegate.deployment.options import Options
from tidegate.deployment.own_dashboard import own_dashboard
from tidegate.deployment.resource import Json, get, ref, resource, sub
from tidegate.deployment.shifting import ALIAS, FAILS, FAULTS, VERSION

__all__ = ["watching"]

ONE_MINUTE, FIVE_MINUTES = 60, 300
ANSWER_MILLISECONDS_MAX = 2000
"""What README promises of an answer; a cold start may take longer once."""

OLDEST_SWEEP_SECONDS_MAX = 300
"""Five sweeps that a pipeline was left out of."""

_OFTEN: Json = {"EvaluationPeriods": 3, "DatapointsToAlarm": 2}
"""In two of three periods: Application Auto Scaling asks again after one request that failed, and a
cold start is slow once."""

_TWICE_WHILE_SHIFTED: Json = {"EvaluationPeriods": 10, "DatapointsToAlarm": 2}
"""5xx is also what is answered when AWS did not answer once."""


@dataclass(frozen=True, slots=True)
class _Alarm:
    """At least one in five minutes of a metric, unless ``changed`` says otherwise."""

    description: str
    namespace: str
    metric: str
    dimensions: Json
    changed: Json

    def properties(self) -> Json:
        told = [ref("Alerts")]
        return {
            "AlarmDescription": self.description,
            "Namespace": self.namespace,
            "MetricName": self.metric,
            "Dimensions": [
                {"Name": name, "Value": value} for name, value in self.dimensions.items()
            ],
            "Statistic": "Sum",
            "Period": FIVE_MINUTES,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": told,
            "OKActions": told,
            **self.changed,
        }


def _of_endpoint() -> dict[str, _Alarm]:
    """It fails, refuses, is slow, or isn't run: else Application Auto Scaling fails in silence."""
    api: Json = {"ApiName": ref("AWS::StackName"), "Stage": STAGE}
    function = {"FunctionName": ref("APIHandler")}
    slow = {"Threshold": ANSWER_MILLISECONDS_MAX, "ComparisonOperator": "GreaterThanThreshold"}
    # An alarm has one of both kinds of statistic.
    tail = {"Statistic": None, "ExtendedStatistic": "p90"}
    of_api: dict[str, tuple[str, str, Json]] = {
        "EndpointFails": ("The endpoint answers 5xx", "5XXError", _OFTEN),
        "EndpointRefuses": (
            "The endpoint answers 4xx: 429 is throttling, 403 a permission, 404 a target that no "
            "pipeline has",
            "4XXError",
            _OFTEN,
        ),
        "EndpointIsSlow": (
            "A tenth of the endpoint's answers take more than 2 s",
            "Latency",
            {**_OFTEN, **slow, **tail},
        ),
    }
    of_function = {
        "CallbackFails": ("The endpoint's function ended with an error", "Errors"),
        "CallbackIsThrottled": ("The endpoint's function was throttled", "Throttles"),
    }
    return {
        **{
            name: _Alarm(words, "AWS/ApiGateway", metric, api, changed)
            for name, (words, metric, changed) in of_api.items()
        },
        **{
            name: _Alarm(words, "AWS/Lambda", metric, function, {})
            for name, (words, metric) in of_function.items()
        },
    }


def _of_new_version() -> dict[str, _Alarm]:
    """Of the version that is being deployed, and of no earlier one: they stop a deployment, within
    a minute or two, while few requests have met it."""
    version = get(VERSION, "Version")
    of_function: Json = {
        "FunctionName": ref("APIHandler"),
        "Resource": sub(f"${{APIHandler}}:{ALIAS}"),
        "ExecutedVersion": version,
    }
    own: Json = {"stage": ref("AWS::StackName"), "version": version}
    return {
        FAILS: _Alarm(
            "The endpoint's newest version ended with an error",
            "AWS/Lambda", "Errors", of_function, {"Period": ONE_MINUTE},
        ),
        FAULTS: _Alarm(
            "The endpoint's newest version answered 5xx in two of ten minutes",
            "Tidegate", "Faults", own, {"Period": ONE_MINUTE, **_TWICE_WHILE_SHIFTED},
        ),
    }  # fmt: skip


def _of_sweeps() -> dict[str, _Alarm]:
    """It doesn't sweep, or not every pipeline; it fails; what it should tell is not told."""
    function = {"FunctionName": ref("SweepEachMinute")}
    own: Json = {"service": "sweep", "stage": ref("AWS::StackName")}
    queue = {"QueueName": get("DeadLetters", "QueueName")}
    silence = {"ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching"}
    late = {"Statistic": "Maximum", "Threshold": OLDEST_SWEEP_SECONDS_MAX}
    of_own: dict[str, tuple[str, str, Json]] = {
        "PipelineNotSwept": ("A pipeline was not swept for five minutes", "OldestSweepAge", late),
        "PipelineNotReached": ("A pipeline could not be swept to its end", "Unreached", _OFTEN),
        "ChangesFail": ("A change of a lever failed", "Errors", _OFTEN),
        "NotificationsFail": ("A notification was not delivered", "Undelivered", _OFTEN),
        "BadConfiguration": (
            "A new configuration is not taken; the last good one is in force",
            "BadConfiguration",
            {},
        ),
    }
    visible = "ApproximateNumberOfMessagesVisible"
    return {
        "NoSweep": _Alarm(
            "No sweep for five minutes", "AWS/Lambda", "Invocations", function, silence
        ),
        "SweepFails": _Alarm("A sweep failed", "AWS/Lambda", "Errors", function, {}),
        "SweepIsThrottled": _Alarm(
            "Sweeps are throttled", "AWS/Lambda", "Throttles", function, _OFTEN
        ),
        "LettersAreDead": _Alarm("A sweep's event was given up", "AWS/SQS", visible, queue, {}),
        **{
            name: _Alarm(words, "Tidegate", metric, own, changed)
            for name, (words, metric, changed) in of_own.items()
        },
    }


def _key(options: Options) -> Json:
    """A key of the topic's own: CloudWatch may not use AWS's key of SNS (AWS re:Post, alarms for an
    encrypted topic)."""
    told = {"Service": "cloudwatch.amazonaws.com"}
    owner = {"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
    statements = [
        {"Principal": owner, "Action": "kms:*"},
        {"Principal": told, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"]},
    ]
    allowed = [{"Effect": "Allow", "Resource": "*", **each} for each in statements]
    properties = {
        "Description": "Encrypts what Tidegate's own alarms tell",
        "EnableKeyRotation": True,
        "PendingWindowInDays": 7,
        "KeyPolicy": {"Version": "2012-10-17", "Statement": allowed},
    }
    return resource("AWS::KMS::Key", properties, options)


def watching(options: Options) -> Json:
    """The topic with its key, every alarm, and the dashboard."""
    found: Json = {}
    if options.kms_key_arn is None:
        found["AlertsKey"] = _key(options)
    key = ref("AlertsKey") if options.kms_key_arn is None else options.kms_key_arn
    found["Alerts"] = resource("AWS::SNS::Topic", {"KmsMasterKeyId": key}, options)
    lasting = _told({**_of_endpoint(), **_of_sweeps()})
    for name, told in {**lasting, **_told(_of_new_version())}.items():
        found[name] = resource("AWS::CloudWatch::Alarm", told, options)
    # Without those of a version: they have other names with each deployment.
    found["OwnDashboard"] = own_dashboard(lasting, options)
    return found


def _told(alarms: dict[str, _Alarm]) -> Json:
    return {
        name: {key: value for key, value in alarm.properties().items() if value is not None}
        for name, alarm in alarms.items()
    }
