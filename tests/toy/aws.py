"""The toy kind over AWS: an SQS queue whose tags hold the number of its consumers."""

from collections.abc import Iterator

from tests.toy.scaling import SetConsumers
from tests.toy.signals import Queue, Waiting
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.kinds.registry import AwsKind
from tidegate.scaling.aws.looked import Looked


def queues(looked: Looked) -> Iterator[Queue]:
    for said in looked.spec.resources:
        if said.kind == "queue":
            yield looked.once(_described, said.name)


def _described(clients: Clients, name: str) -> Queue:
    sqs = clients.of("sqs")
    with asking("sqs:GetQueueUrl", name):
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    with asking("sqs:GetQueueAttributes", name):
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    with asking("sqs:ListQueueTags", name):
        tags = sqs.list_queue_tags(QueueUrl=url)["Tags"]
    return Queue(name, told["Attributes"]["QueueArn"], int(tags["consumers"]))


def set_consumers(action: SetConsumers, clients: Clients) -> None:
    sqs = clients.of("sqs")
    with asking("sqs:TagQueue", action.queue):
        url = sqs.get_queue_url(QueueName=action.queue)["QueueUrl"]
        sqs.tag_queue(QueueUrl=url, Tags={"consumers": str(action.to_count)})


def waiting(question: Waiting, clients: Clients) -> int:
    sqs = clients.of("sqs")
    with asking("sqs:GetQueueAttributes", question.queue):
        url = sqs.get_queue_url(QueueName=question.queue)["QueueUrl"]
        wanted = ["ApproximateNumberOfMessages"]
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)
    return int(told["Attributes"][wanted[0]])


AWS_KIND = AwsKind(queues, lambda: {SetConsumers: set_consumers}, lambda: {Waiting: waiting})
