"""The embedded world: a pipeline second by second, and AWS around it, on a clock of its own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from tidegate.simulator.archive import Archive
from tidegate.simulator.control import ControlPlane
from tidegate.simulator.figures import Costs, Figures, MinuteTruth
from tidegate.simulator.kinds.dynamodb_table.capacity import CapacityState
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.job import ApplicationState
from tidegate.simulator.kinds.flink_application.metrics import NAMESPACE, ApplicationMetrics
from tidegate.simulator.kinds.flink_application.service import ApplicationService
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.kinds.lambda_mapping.consumer import ConsumerState
from tidegate.simulator.manners import TableManners
from tidegate.simulator.publisher import Dimensions, Publisher
from tidegate.simulator.scenario import Fault, Scenario
from tidegate.simulator.traffic import Keys, rate_at

__all__ = ["MAPPING_UUID", "START", "World"]

START = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday, so that change windows have a weekday to speak of."""

MAPPING_UUID = "11111111-2222-3333-4444-555555555555"


class World:
    """One scenario with one seed. Everything that AWS refuses is counted as a limit violation.

    ``seconds_late`` counts the seconds in which a record is older than the objective allows, the
    wait at its producer included, which no metric of AWS shows.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.seed = seed
        self.second = 0
        self.traffic = scenario.traffic
        self.random = Random(f"{scenario.name}/{seed}")
        self.publisher = Publisher(seed)
        self._archive = Archive(self.publisher)
        self.stream = self._new_stream()
        self.capacities = {
            state.index: state for state in map(CapacityState.of, scenario.capacities)
        }
        self.consumer = ConsumerState(
            scenario.function,
            scenario.mapping,
            list(self.capacities.values()),
            scenario.stream.name,
            self.publisher,
            self.random,
            scenario.account_concurrency,
        )
        tables = [each.table for each in scenario.capacities]
        table = TableManners(tables[0] if tables else "", self.capacities)
        self.control = ControlPlane(
            self.stream,
            table,
            lambda: self.second,
            START,
            lambda: self.stream.weigh(self.traffic),
            self.consumer.set_batching_window,
        )
        self.application = self._new_application()
        self.costs = Costs()
        self.series: list[MinuteTruth] = []
        self._seconds_out = 0
        self.seconds_late = 0
        self._age_most = 0.0
        self._minute_age = self._minute_lateness = 0.0
        self._minute_records = 0
        self._marks = (0, 0)
        self.stream.weigh(self.traffic)

    def _new_stream(self) -> StreamState:
        scenario = self.scenario
        stream = StreamState(
            scenario.stream,
            scenario.traffic,
            Keys(scenario.traffic),
            # CloudWatch hears nothing of a topic.
            self.publisher if scenario.topic is None else Publisher(self.seed),
            self.random,
            scenario.mapping.parallelization_factor,
            scenario.stream.retention_hours,
            scenario.may_hold_up_one_lane,
        )
        stream.uniform(scenario.stream.shards)
        return stream

    def _new_application(self) -> EmbeddedApplication | None:
        data = self.scenario.application
        if data is None:
            return None
        state = ApplicationState.of(data, self.stream, self.random)
        service = ApplicationService(state, self.control.pending, lambda: self.second, START)
        is_kafka = self.scenario.topic is not None
        metrics = ApplicationMetrics(state, self.publisher, START.timestamp() * 1000, is_kafka)
        self.control.application = service
        return EmbeddedApplication(state, service, metrics)

    @property
    def now(self) -> datetime:
        """The world's clock."""
        return START + timedelta(seconds=self.second)

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        for _ in range(seconds):
            self._pass_second()

    def _pass_second(self) -> None:
        now = float(self.second)
        for fault in self.scenario.faults:
            if fault.at == self.second:
                self._strike(fault)
        self.control.pending.pass_to(now)
        for state in self.capacities.values():
            state.fill()
        offered = rate_at(self.traffic, now)
        accepted = self.stream.take_in(now, offered, self.traffic)
        read = self._consume(now)
        age = self.stream.age_seconds(now)
        if self.application is None or self.application.is_reading:
            self.stream.tell_reads(read, age, self.traffic.record_bytes)
        self._account(accepted, age)
        self.second += 1
        if self.second % 60 == 0:
            self._close_minute()

    def _consume(self, now: float) -> int:
        size = self.traffic.record_bytes
        if self.application is not None:
            return self.application.state.work(now, size)
        return self.consumer.work(now, self.stream.readable(), size)

    def _account(self, accepted: int, age: float) -> None:
        most = self.scenario.iterator_age_max_seconds
        self._seconds_out += age > most
        lateness = age + self.stream.held_seconds
        self.seconds_late += lateness > most
        self._age_most = max(self._age_most, age)
        self._minute_age = max(self._minute_age, age)
        self._minute_lateness = max(self._minute_lateness, lateness)
        self._minute_records += accepted
        costs = self.costs
        if self.scenario.topic is None:
            costs.shard_seconds += self.stream.open_count
            if self.stream.retention_hours > 24:
                costs.extended_shard_seconds += self.stream.open_count
            costs.add_records(accepted, self.traffic.record_bytes)
        for state in self.capacities.values():
            costs.write_unit_seconds += state.write_units
            costs.read_unit_seconds += state.read_units
        if self.application is not None:
            self.application.account(self.second, age, costs)

    def _close_minute(self) -> None:
        for state in self.capacities.values():
            for name, units in (
                ("ProvisionedWriteCapacityUnits", state.write_units),
                ("ProvisionedReadCapacityUnits", state.read_units),
            ):
                self.publisher.add(("AWS/DynamoDB", name, state.dimensions), units)
        down = 0
        if self.application is not None:
            down = self.application.close_minute(self.publisher.minute)
        self.publisher.close_minute()
        self.stream.expire(self.second)
        self.stream.forget_drained()
        self.series.append(self._truth(down))
        self._minute_age = self._minute_lateness = 0.0
        self._minute_records = 0
        self._marks = (self.stream.producer_throttles, self.consumer.table_throttles)

    def _truth(self, seconds_down: int) -> MinuteTruth:
        application = self.application
        minute = self.publisher.minute - 1
        states = self.capacities.values()
        consumed = {
            state.where: self._raw("ConsumedWriteCapacityUnits", state.dimensions, minute) / 60
            for state in states
        }
        busy = self._raw(
            "Duration", (("FunctionName", self.scenario.function.name),), minute, "AWS/Lambda"
        )
        return MinuteTruth(
            at=self.now - timedelta(minutes=1),
            arrivals_per_second=self._minute_records / 60,
            bytes_per_second=self._minute_records / 60 * self.traffic.record_bytes,
            iterator_age_seconds=self._minute_age,
            lateness_seconds=self._minute_lateness,
            shard_count=len(self.stream.open_shards),
            parallelization_factor=self.stream.factor,
            concurrency=busy / 60_000,
            backlog_records=sum(shard.backlog for shard in self.stream.shards),
            producer_throttles=self.stream.producer_throttles - self._marks[0],
            table_throttles=self.consumer.table_throttles - self._marks[1],
            retention_hours=self.stream.retention_hours,
            batching_window_seconds=self.consumer.mapping.batching_window_seconds,
            units={state.where: state.write_units for state in states},
            consumed=consumed,
            parallelism=0 if application is None else application.state.parallelism,
            kpus=0 if application is None else application.service.billed_kpus,
            seconds_down=seconds_down,
        )

    def _raw(
        self, name: str, dimensions: Dimensions, minute: int, namespace: str = "AWS/DynamoDB"
    ) -> float:
        return self.publisher.true_sum((namespace, name, dimensions), minute)

    def _strike(self, fault: Fault) -> None:
        """A planted fault begins; it is no one's call, so no limit is asked."""
        if self.application is not None and self.application.strike(fault):
            return
        values = dict(fault.values)
        match fault.what:
            case "function":
                self.consumer.function = replace(self.consumer.function, **values)
            case "traffic":
                self.traffic = replace(self.traffic, **values)
                self.stream.weigh(self.traffic)
            case "capacity":
                state = self.capacities[values.get("index")]
                state.set_units(values["write_units"], state.read_units)
            case "poison":
                self.stream.open_shards[0].lanes[0].poisoned = True
            case "updating":
                self.control.pending.begin("stream", self.second + values["seconds"], lambda: None)
            case "silence":
                self.publisher.silences.append((self.second, self.second + values["seconds"]))
            case unknown:
                raise ValueError(f"{self.scenario.name}: no fault {unknown!r}")

    def recent_keys(self, shard_id: str, seconds: int, most: int) -> tuple[str, ...]:
        """Partition keys of the records lately put to an open shard, as GetRecords gives them."""
        shard = self.control.open_shard(shard_id)
        rate = rate_at(self.traffic, self.second) * (shard.ordinary + shard.hot)
        limit = min(1000, 1024 * 1024 // self.traffic.record_bytes)
        count = min(most, int(min(rate, limit) * seconds))
        random = Random(f"{self.seed}/{self.second}/{shard_id}")
        return self.stream.keys.sample(self.traffic, shard.start, shard.end, count, random)

    def metric(
        self, namespace: str, name: str, dimensions: Dimensions, statistic: str, minute: datetime
    ) -> float | None:
        """A minute's value as CloudWatch answers now: late, and None where it has none."""
        return self.metrics(namespace, name, dimensions, statistic, minute, 1)[0]

    def metrics(
        self,
        namespace: str,
        name: str,
        dimensions: Dimensions,
        statistic: str,
        start: datetime,
        count: int,
        every_minutes: int = 1,
    ) -> list[float | None]:
        """The values of ``count`` periods of some minutes from ``start`` on, likewise."""
        first = int((start - START).total_seconds()) // 60
        if namespace == NAMESPACE:
            dimensions = tuple(sorted(dimensions))
        starts = range(first, first + count * every_minutes, every_minutes)
        key = (namespace, name, dimensions)
        return self._archive.values(key, statistic, starts, self.traffic, self.second)

    def figures(self) -> Figures:
        """What the run has come to so far."""
        stream, consumer = self.stream, self.consumer
        job = None if self.application is None else self.application.state
        usd = self.costs.usd(consumer.gigabyte_seconds, consumer.requests)
        lost = stream.records_dropped + stream.records_expired + consumer.records_discarded
        return Figures(
            seconds_out_of_objective=self._seconds_out,
            seconds_late=self.seconds_late,
            iterator_age_max_seconds=self._age_most,
            records_written=stream.records_written,
            records_read=consumer.records_read if job is None else job.records_read,
            records_lost=lost,
            producer_throttles=stream.producer_throttles,
            table_throttles=consumer.table_throttles,
            cost_usd=round(usd, 6),
            limit_violations=self.control.violations,
            seconds_down=0 if job is None else job.seconds_down,
            records_read_again=0 if job is None else job.records_read_again,
        )
