"""How AWS writes the names of what a pipeline is made of: the one home of these grammars.

A name goes on from the pipeline file into ARNs of policies, templates, metrics and terminals. It is
held to its grammar where it enters, so that none of these need ask what ``*`` or ``${`` would do
there. Patterns and lengths are those of AWS's own service models; a test compares them.
"""

from typing import Annotated

from tidegate.scaling.config.grammar import Grammar

__all__ = [
    "APPLICATION",
    "DASHBOARD",
    "EVENT_BUS",
    "FUNCTION",
    "INDEX",
    "KMS_KEY",
    "LABEL",
    "METRIC",
    "NAMESPACE",
    "PIPELINE",
    "POLICY",
    "SCHEDULED_ACTION",
    "SNS_TOPIC",
    "STREAM",
    "TABLE",
    "TOPIC",
    "ApplicationName",
    "EventBus",
    "FunctionName",
    "IndexName",
    "KmsKeyArn",
    "Label",
    "MetricName",
    "Namespace",
    "PipelineName",
    "PolicyName",
    "ResourceName",
    "ScheduledActionName",
    "SnsTopicArn",
    "StreamName",
    "TableName",
    "TopicName",
]

_WORD = "{count} letters, digits and _.- are allowed"
_LINE = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]"
_PREFIX = len("tidegate-")
"""What Tidegate puts before the names of policies and scheduled actions."""

STREAM = Grammar(
    "the name of a stream",
    _WORD,
    "[a-zA-Z0-9_.-]+",
    (1, 128),
    "arn:[^:]+:kinesis:[^:]*:[^:]*:stream/([^/]+).*",
)
"""StreamName (Kinesis API reference)."""

TABLE = Grammar(
    "the name of a table",
    _WORD,
    "[a-zA-Z0-9_.-]+",
    (3, 255),
    "arn:[^:]+:dynamodb:[^:]*:[^:]*:table/([^/]+).*",
)
"""TableName (DynamoDB API reference)."""

INDEX = Grammar(
    "the name of an index",
    _WORD,
    "[a-zA-Z0-9_.-]+",
    (3, 255),
    "(?:arn:[^:]+:dynamodb:[^:]*:[^:]*:table/)?[^/]+/(?:index/)?([^/]+)",
)
"""IndexName (DynamoDB API reference)."""

FUNCTION = Grammar(
    "the name of a function",
    "{count} letters, digits, - and _ are allowed",
    "[a-zA-Z0-9_-]+",
    (1, 64),
    "(?:arn:[^:]+:lambda:[^:]*:)?(?:[0-9]{12}:)?(?:function:)?([^:]+)(?::[^:]+)?",
)
"""The name within FunctionName (Lambda API reference), whose 140 characters are those of an ARN: a
name alone has 64 at most (CreateFunction). A version or alias is the mapping's, not the name's."""

APPLICATION = Grammar(
    "the name of an application",
    _WORD,
    "[a-zA-Z0-9_.-]+",
    (1, 128),
    "arn:[^:]+:kinesisanalytics:[^:]*:[^:]*:application/([^/]+)",
)
"""ApplicationName (Managed Service for Apache Flink API reference)."""

TOPIC = Grammar(
    "the name of a Kafka topic",
    "{count} letters, digits and _.- are allowed, the first of them not a dot",
    "[a-zA-Z0-9_-][a-zA-Z0-9_.-]*",
    (1, 249),
    "arn:[^:]+:kafka:[^:]*:[^:]*:topic/.+/([^/]+)",
)
"""Topic (Lambda API reference), whose first character may be anything but a dot; here all of them
are what Kafka allows (org.apache.kafka.common.internals.Topic)."""

EVENT_BUS = Grammar(
    "an event bus",
    "its name of letters, digits and _.- is allowed, or its ARN, {count} characters",
    "(?:arn:aws[a-zA-Z0-9_-]*:events:[a-z]+-[a-z]+-[a-zA-Z0-9_-]+:[0-9]{12}:event-bus/)?"
    "[a-zA-Z0-9_.-]+",
    (1, 1600),
)
"""EventBusName of an entry of PutEvents (EventBridge API reference)."""

SNS_TOPIC = Grammar(
    "a standard SNS topic",
    "arn:aws:sns:REGION:ACCOUNT:NAME is",
    "arn:[a-zA-Z0-9_-]+:sns:[a-zA-Z0-9_-]+:[0-9]{12}:[a-zA-Z0-9_-]{1,256}",
    (1, 512),
)
"""Its subscribers may be people: no FIFO topic, whose name has a dot (CreateTopic, SNS API
reference)."""

POLICY = Grammar(
    "the name of a scaling policy",
    "{count} printable ASCII characters are allowed",
    "[ -~]+",
    (1, 256 - _PREFIX),
)
"""PolicyName (Application Auto Scaling API reference)."""

SCHEDULED_ACTION = Grammar(
    "the name of a scheduled action",
    "{count} printable ASCII characters are allowed, but no : / | and no space at its end",
    "(?:[ -.0-9;-{}~]*[!-.0-9;-{}~])",
    (1, 256 - _PREFIX),
)
"""ScheduledActionName (Application Auto Scaling API reference)."""

KMS_KEY = Grammar(
    "the ARN of a KMS key",
    "arn:aws:kms:REGION:ACCOUNT:key/ID is",
    "arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/(?:mrk-)?[0-9a-f-]+",
    (1, 2048),
)
"""KeyId as an ARN (KMS API reference): a policy grants a key, not an alias."""

NAMESPACE = Grammar(
    "a namespace of CloudWatch",
    "{count} characters on one line are allowed, the first of them not a colon",
    f"(?!:){_LINE}+",
    (1, 255),
)
"""Namespace (CloudWatch API reference)."""

METRIC = Grammar(
    "the name of a metric",
    "{count} characters on one line are allowed",
    f"{_LINE}+",
    (1, 255),
)
"""MetricName (CloudWatch API reference)."""

DASHBOARD = Grammar(
    "the name of a dashboard",
    "{count} letters, digits, - and _ are allowed",
    "[A-Za-z0-9_-]+",
    (1, 255),
)
"""DashboardName (PutDashboard, CloudWatch API reference)."""

PIPELINE = Grammar(
    "a name", "{count} letters, digits, spaces and _.- are allowed", r"[\w .-]+", (1, 128)
)
"""What a pipeline is called here: Tidegate's own."""

RESOURCE = Grammar("the name of a resource", _WORD, "[a-zA-Z0-9_.-]+", (1, 255))
"""Of a kind that has no key of its own in the file: what any part of an ARN may hold."""

LABEL = Grammar("a name", "{count} characters on one line are allowed", f"{_LINE}+", (1, 255))
"""What a user's rule is called here: Tidegate's own."""

StreamName = Annotated[str, STREAM.or_nothing()]
TopicName = Annotated[str, TOPIC]
TableName = Annotated[str, TABLE]
IndexName = Annotated[str, INDEX]
FunctionName = Annotated[str, FUNCTION]
ApplicationName = Annotated[str, APPLICATION]
EventBus = Annotated[str, EVENT_BUS]
KmsKeyArn = Annotated[str, KMS_KEY]
SnsTopicArn = Annotated[str, SNS_TOPIC]
PolicyName = Annotated[str, POLICY]
ScheduledActionName = Annotated[str, SCHEDULED_ACTION]
Namespace = Annotated[str, NAMESPACE]
MetricName = Annotated[str, METRIC]
PipelineName = Annotated[str, PIPELINE]
ResourceName = Annotated[str, RESOURCE]
Label = Annotated[str, LABEL]
