"""The toy sink over AWS: an SQS queue whose tags hold the number of its slots."""

from collections.abc import Iterator

from tests.toy.sink.scaling import SetSlots
from tests.toy.sink.signals import Shelf
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.kinds.registry import AwsKind
from tidegate.scaling.aws.looked import Looked, Reader


def shelves_of_reader(looked: Looked, _: Reader) -> Iterator[Shelf]:
    """Whoever reads the source writes to every shelf that is listed."""
    for said in looked.spec.resources:
        if said.kind == "shelf":
            yield looked.once(_described, said.name)


def shelf_alone(looked: Looked, name: str) -> tuple[Shelf]:
    return (looked.once(_described, name),)


def _described(clients: Clients, name: str) -> Shelf:
    sqs = clients.of("sqs")
    with asking("sqs:GetQueueUrl", name):
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    with asking("sqs:GetQueueAttributes", name):
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    with asking("sqs:ListQueueTags", name):
        tags = sqs.list_queue_tags(QueueUrl=url)["Tags"]
    return Shelf(name, told["Attributes"]["QueueArn"], int(tags["slots"]))


def set_slots(action: SetSlots, clients: Clients) -> None:
    sqs = clients.of("sqs")
    with asking("sqs:TagQueue", action.shelf):
        url = sqs.get_queue_url(QueueName=action.shelf)["QueueUrl"]
        sqs.tag_queue(QueueUrl=url, Tags={"slots": str(action.to_slots)})


AWS_KIND = AwsKind(
    calls=lambda: {SetSlots: set_slots},
    describe_sinks=shelves_of_reader,
    resource="shelf",
    describe_alone=shelf_alone,
)
