"""The toy kind in operation: its alarm, its graph, its permissions, its price."""

from collections.abc import Iterator, Sequence

from tests.toy.signals import CONSUMERS, PER_CONSUMER, Queue, queue_metric
from tidegate.rules.graph import Pipeline
from tidegate.rules.window import Metric
from tidegate.scaling.model.alarm import Breach, NamedAlarm, metric_alarm
from tidegate.scaling.model.bill import Item, Modes, Priced, moved
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Graph, Limit, Line, Row
from tidegate.scaling.model.permission import Arn, Permission, PipelineNames
from tidegate.scaling.model.proposal import Evidence, Lateness, Range
from tidegate.scaling.model.watched import Watched

CONSUMER_MONTHLY_USD = 2.0


class QueueOperations:
    """``tidegate.scaling.model.operations.Operations`` of the toy."""

    def alarms(self, watched: Watched) -> Iterator[NamedAlarm]:
        for queue in watched.pipeline.all(Queue):
            age = queue_metric(queue.name, "AgeMilliseconds", "Maximum")
            words = f"queue {queue.name} is older than {watched.iterator_age_max_seconds:g} s"
            breach = Breach(watched.iterator_age_max_seconds * 1000)
            yield f"{queue.name}/waiting", metric_alarm(words, age, breach)

    def rows(self, watched: Watched) -> Iterator[Row]:
        for queue in watched.pipeline.all(Queue):
            taken = Line(queue_metric(queue.name, "Taken"), "taken", 1 / 60)
            limit = Limit("consumers", queue.consumers * PER_CONSUMER)
            graph = Graph("Taken", "records/s", (taken,), (limit,))
            yield Row(f"Queue {queue.name}", f"{queue.consumers} consumers.", (graph,))

    def permissions(
        self, pipelines: Sequence[PipelineNames], *, sweeps: bool
    ) -> Iterator[Permission]:
        queues = [
            Arn("sqs", each.name)
            for pipeline in pipelines
            for each in pipeline.resources
            if each.kind == "queue"
        ]
        if queues:
            calls = (
                "sqs:GetQueueUrl",
                "sqs:GetQueueAttributes",
                "sqs:ListQueueTags",
                "sqs:TagQueue",
            )
            yield Permission(calls, tuple(queues))

    @property
    def write_access(self) -> None:
        return None

    def billed_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        return iter(())

    def bill(self, priced: Priced) -> Iterator[Item]:
        for queue in priced.pipeline.all(Queue):
            setting = Lever.of(CONSUMERS, queue.name), queue.consumers
            yield moved(f"queue {queue.name}", "consumers", setting, CONSUMER_MONTHLY_USD, priced)

    def modes(self, priced: Priced) -> Iterator[Modes]:
        return iter(())

    def proposal_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        return iter(())

    def lateness(self, evidence: Evidence) -> Lateness:
        return Lateness()

    def proposed(self, evidence: Evidence) -> Iterator[Range]:
        return iter(())

    def shared_levers(self, pipeline: PipelineNames) -> Iterator[Lever]:
        return iter(())
