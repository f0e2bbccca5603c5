"""A kind that no package of the simulator knows takes part in a world."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.graphs import function, graph, table
from tidegate.direct import DirectCloud
from tidegate.scaling.model.errors import InvalidRequest, LimitExceeded
from tidegate.simulator.kind import Face, Kind, entries
from tidegate.simulator.kinds.dynamodb_table.table import TableState
from tidegate.simulator.kinds.foreign.operator import OperatorCall, OperatorData
from tidegate.simulator.kinds.lambda_mapping.mapping import MappingState
from tidegate.simulator.kinds.registry import KINDS
from tidegate.simulator.manners import Refusal
from tidegate.simulator.participant import (
    Answer,
    Call,
    Facts,
    Participant,
    Phase,
    Step,
    Subscriber,
    Tally,
)
from tidegate.simulator.records import Cohort, Part, lanes_of
from tidegate.simulator.scenarios import scenario_from
from tidegate.simulator.site import Site
from tidegate.simulator.traffic import Points
from tidegate.simulator.world import World


@dataclass(frozen=True)
class QueueData:
    name: str
    rate: int
    throughput: int


@dataclass(frozen=True)
class SetThroughput:
    """The queue's one lever."""

    queue: str
    throughput: int


@dataclass(eq=False)
class Place:
    """The queue's one reader."""

    source: "QueueState"
    width: int
    part: Part
    is_reading: bool = True
    age_seconds: float = 0.0

    def readable(self) -> tuple[Part, ...]:
        return (self.part,)

    def refuse(self, part: Part) -> None:
        self.source.refused += part.taken > 0

    def set_width(self, width: int) -> None:
        self.part.set_lanes(width, first_apart=False)

    def give_back(self, part: Part, cohorts: list[Cohort]) -> None:
        part.lanes[0].give_back(cohorts)

    def rewind(self, seconds: int, now: float) -> None:
        raise NotImplementedError

    @property
    def backlog(self) -> int:
        return self.part.backlog

    @property
    def backlog_most(self) -> int:
        return self.part.backlog


@dataclass(eq=False)
class QueueState(Participant):
    data: QueueData
    site: Site
    throughput: int
    readers: list[Place] = field(default_factory=list)
    put: int = 0
    refused: int = 0

    arn = "arn:aws:sqs:us-east-1:123456789012:jobs"
    record_bytes = 100
    part_count = 1
    publishes = True

    @property
    def name(self) -> str:
        return self.data.name

    def subscribe(self, subscriber: Subscriber) -> Place:
        part = Part("queue", lanes_of(subscriber.width, first_apart=False), self.throughput)
        self.readers.append(Place(self, subscriber.width, part))
        return self.readers[-1]

    def add_producer(self, points: Points) -> None:
        raise NotImplementedError

    def steps(self) -> Mapping[Phase, Step]:
        return {Phase.ARRIVE: self._arrive, Phase.SETTLE: self._settle}

    def _arrive(self, now: float) -> None:
        self.put += self.data.rate
        for reader in self.readers:
            reader.part.budget = self.throughput
            reader.part.put(now, self.data.rate, 0)

    def _settle(self, now: float) -> None:
        for reader in self.readers:
            oldest = min((lane.oldest or now for lane in reader.part.lanes), default=now)
            reader.age_seconds, reader.part.taken = now - oldest, 0
            self.site.objective.note(reader.age_seconds, 0.0)
        self.site.publisher.add(("AWS/SQS", "Backlog", (("Queue", self.name),)), self.backlog)

    @property
    def backlog(self) -> int:
        return sum(reader.backlog for reader in self.readers)

    def set_throughput(self, throughput: int) -> None:
        def check() -> None:
            if throughput > 1000:
                raise Refusal("LimitExceededException", "at most 1,000")

        self.site.refusable(check)
        self.throughput = throughput

    def facts(self) -> Facts:
        return {"throughput": {self.name: self.throughput}}

    def tally(self) -> Tally:
        return Tally(records_written=self.put)


class QueueFace(Face):
    def _queue(self) -> QueueState:
        return next(self.site.all(QueueState))

    def apply(self, action: Any) -> bool:
        if not isinstance(action, SetThroughput):
            return False
        self._queue().set_throughput(action.throughput)
        return True

    def answers(self) -> Mapping[str, Call]:
        return {"sqs.SetQueueAttributes": self._set}

    def _set(self, params: Answer) -> Answer:
        self._queue().set_throughput(params["Throughput"])
        return {}


def _read(file: Mapping[str, Any]) -> Iterator[QueueData]:
    return (QueueData(**entry) for entry in entries(file, "queue"))


def _build(site: Site, data: Any) -> QueueState:
    queue = QueueState(data, site, data.throughput)
    site.sources[queue.name] = queue
    return queue


QUEUES = Kind("queue", (QueueData,), _read, _build, QueueFace)
ALL = (QUEUES, *KINDS)


def world(rate: int, *others: Any) -> World:
    queue = QueueData("jobs", rate=rate, throughput=100)
    reader = function("worker", "jobs", writes=("results",))
    made = World(graph(queue, table("results", 2000), *reader, *others), 1, ALL)
    made.advance(120)
    return made


def test_a_function_reads_a_source_of_a_kind_that_it_does_not_know() -> None:
    jobs = world(50)
    queue, mapping = jobs.the(QueueState), jobs.the(MappingState)
    assert queue.put == mapping.records_read + mapping.subscription.backlog
    assert jobs.the(TableState).records_written == mapping.records_read > 5000
    assert jobs.figures().records_written == queue.put


def test_its_lever_is_moved_through_the_face_and_refused_as_it_says() -> None:
    jobs = world(300)
    mapping = jobs.the(MappingState)
    assert mapping.subscription.age_seconds > 60
    cloud = DirectCloud(jobs)
    action: Any = SetThroughput("jobs", 900)
    cloud.apply(action)
    jobs.advance(120)
    assert mapping.subscription.age_seconds < 5
    action = SetThroughput("jobs", 2000)
    with pytest.raises(LimitExceeded):
        cloud.apply(action)
    assert jobs.figures().limit_violations == 1
    action = "dance"
    with pytest.raises(InvalidRequest, match="no kind"):
        cloud.apply(action)


def test_its_truth_and_its_metrics_are_the_world_s() -> None:
    jobs = world(300)
    assert jobs.series[-1].facts["throughput"] == {"jobs": 100}
    jobs.advance(180)
    key = ("AWS/SQS", "Backlog", (("Queue", "jobs"),))
    minute = jobs.now.replace(second=0) - timedelta(minutes=3)
    assert (jobs.metric(key, "Maximum", minute) or 0) > 20_000


def test_an_operator_may_call_its_api() -> None:
    call = OperatorCall(10, "sqs.SetQueueAttributes", {"Throughput": 700})
    assert world(50, OperatorData("on-call", (call,))).the(QueueState).throughput == 700


def test_a_scenario_file_may_name_it() -> None:
    file = {
        "name": "queue", "summary": "", "planted_cause": "healthy", "duration_seconds": 60,
        "iterator_age_max_seconds": 60, "pipeline_file": {},
        "resources": [{"kind": "queue", "name": "jobs", "rate": 1, "throughput": 5}],
    }  # fmt: skip
    assert scenario_from(file, ALL).resources == (QueueData("jobs", 1, 5),)
    with pytest.raises(LookupError, match="queue"):
        scenario_from(file)
