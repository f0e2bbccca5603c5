"""An illness from start to end, told over real clients: one page, one OpsItem, one resolution."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.scaling.notify.post import TOPIC, Post
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.reason import Reason
from tidegate.rules.rule import Severity, Verdict
from tidegate.rules.window import LATE_SECONDS
from tidegate.scaling.config.specification import NoticeSpec, PipelineSpec, Suppression, UserRule
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import Lever, Outcome
from tidegate.scaling.model.errors import Unreachable
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.notification import Destination, Kind, Notification
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.notify.incident import Incident, advance, from_text, to_text
from tidegate.scaling.ports import Edges, Notices
from tidegate.scaling.report.sweep_report import Change, Healing, PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.foreign.reader import ForeignReaderState
from tidegate.simulator.kinds.kinesis_stream.source import SourceState
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData
from tidegate.simulator.kinds.lambda_mapping.function import FunctionState
from tidegate.simulator.scenarios import load_scenario, scenario_names
from tidegate.simulator.world import World


@pytest.fixture
def post(aws: dict[str, Any]) -> Post:
    return Post(aws)


def cure(world: World) -> None:
    """What a person would do."""
    stream = world.the(SourceState)
    stream.weigh(replace(stream.traffic, hot_key_share=0.0, hot_range_share=0.0))
    if world.scenario.planted_cause.startswith("producers-"):
        stream.traffic = replace(stream.traffic, points=stream.traffic.points[:1])
    functions = world.site.all(FunctionState)
    for function, data in zip(functions, world.scenario.all(FunctionData), strict=True):
        function.function = replace(
            data, timeout_seconds=300, seconds_per_record=0.002,
            seconds_per_invocation=0.05, reserved_concurrency=None,
        )  # fmt: skip
    # What waited behind the hot key has many keys now, and so many lanes.
    for reader in stream.subscriptions:
        for part in reader.parts:
            part.lanes[0].hot = 0
        reader.set_width(reader.width + 1)
        reader.set_width(reader.width - 1)
        for lane in (lane for part in reader.parts for lane in part.lanes):
            lane.poisoned = False
            if lane.batch is not None:
                lane.batch.poisoned = False
    for other in world.site.all(ForeignReaderState):
        other.data = replace(other.data, records_per_second=None)
    for application in world.site.all(EmbeddedApplication):
        application.state.data = replace(
            application.state.data, skew=0.0, sink_records_per_second=None,
            checkpoint_megabytes_per_second=1000.0, heap_state_share=0.0,
            records_per_second_per_subtask=20_000.0, fails_after_seconds=None,
        )  # fmt: skip


COMES_AGAIN = ("flink-heap",)
"""A state that grows without end fills any heap."""

HEALED_IN_TIME = (
    "race-day", "bytes-not-records", "fan-out", "fan-out-slow", "flink-kafka", "flink-lag", "hot-shard",
    "index-throttled", "producer-throttled", "slow-function", "table-throttled",
)  # fmt: skip
"""By Tidegate's own changes, of whatever kind, before the deadline of the first."""

HELD = "stream-updating"
"""Its cure waits for another change, and heals it afterwards."""


def swept(
    name: str, post: Post, *, seed: int = 1, suppressions: list[Suppression] | None = None
) -> Iterator[tuple[World, PipelineReport]]:
    """A scenario to its end, then what is left is cured by hand, and an hour more."""
    scenario = load_scenario(name)
    (spec,) = load_value(scenario.pipeline_file, name).pipelines
    spec = replace(spec, notices=post.places, suppressions=suppressions or [])
    world = World(scenario, seed)
    ledger = SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger, post.notices)
    world.advance(180)
    while world.second <= scenario.duration_seconds + 3600:
        if world.second == scenario.duration_seconds:
            cure(world)
        report = sweep([spec], edges, world.now, holder="test")
        assert report.unreached == ()
        yield world, report.pipelines[0]
        world.advance(60)
    ledger.close()


def once_each() -> dict[str, Counter[str]]:
    told = Counter({"page": 1, "resolved": 1})
    return {"topic": told, "bus": told, "ops items": Counter({"Resolved": 1})}


NOTHING: dict[str, Counter[str]] = {"topic": Counter(), "bus": Counter(), "ops items": Counter()}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", scenario_names())
def test_an_illness_is_one_page_one_ops_item_and_one_resolution(name: str, post: Post) -> None:
    list(swept(name, post))
    well = load_scenario(name).planted_cause in ("healthy", "oversized")
    if name in COMES_AGAIN:
        assert len({each["illness_id"] for each in post.messages + post.events}) > 1
        return
    calm = well or name in HEALED_IN_TIME
    assert post.counts == (NOTHING if calm else once_each())
    assert len({each["illness_id"] for each in post.messages + post.events}) == (not calm)


def test_nothing_is_lost_or_sent_twice_when_destinations_fail(post: Post) -> None:
    post.broken = {"ssm", "events"}
    post.aws["sns"].delete_topic(TopicArn=TOPIC)
    told = []
    for world, report in swept(HELD, post):
        told.append(report.undelivered)
        if world.second == 1800:
            assert post.counts == NOTHING
            post.broken.clear()
            post.open_topic()
    said = {str(each) for words in told for each in words}
    assert len(said) == 3
    for place, operation in (
        ("sns", "sns:Publish"), ("ops-item", "ssm:CreateOpsItem"), ("event-bus", "events:PutEvents"),
    ):  # fmt: skip
        begin = f"{place}: Tidegate: orders: producer-throttled at orders: {operation} on"
        assert any(each.startswith(begin) for each in said), said
    assert told[-1] == ()
    assert post.counts == once_each()


def test_a_place_that_fails_does_not_hold_back_the_others(post: Post) -> None:
    post.broken = {"events"}
    list(swept(HELD, post))
    assert post.counts == {**once_each(), "bus": Counter()}


def test_a_crash_between_sending_and_writing_down_makes_no_second_ops_item(post: Post) -> None:
    class Dying(SqliteLedger):
        """Dies once, just when the first delivery would be written down."""

        has_died = False

        def keep(self, name: str, value: str) -> None:
            kept = self.kept(name)
            if not self.has_died and kept is not None and len(value) < len(kept):
                Dying.has_died = True
                raise Unreachable("dynamodb:PutItem", name, "gone")
            super().keep(name, value)

    scenario = load_scenario(HELD)
    (spec,) = load_value(scenario.pipeline_file, "file").pipelines
    spec = replace(spec, notices=NoticeSpec(ops_items=True))
    world, ledger = World(scenario, 1), Dying(":memory:")
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger, post.notices)
    world.advance(180)
    undelivered: list[str] = []
    for _ in range(30):
        report = sweep([spec], edges, world.now, holder="test")
        assert report.unreached == (), "what was done is told although the ledger was gone"
        undelivered += map(str, report.pipelines[0].undelivered)
        world.advance(60)
    ledger.close()
    assert undelivered == ["notifications of orders: dynamodb:PutItem on illness/orders: gone"]
    assert len(post.ops_items) == 1


def test_of_two_sweeps_at_once_one_tells(post: Post, tmp_path: Path) -> None:
    """The second meets the first while that is delivering, over a ledger in one file."""
    scenario = load_scenario(HELD)
    (spec,) = load_value(scenario.pipeline_file, "file").pipelines
    spec = replace(spec, notices=post.places)
    world = World(scenario, 1)

    class Overtaken:
        """Real notices; another sweep runs from beginning to end before each is sent."""

        is_busy = False

        def send(
            self,
            notification: Notification,
            destination: Destination,
            places: NoticeSpec,
            known: str | None,
        ) -> str | None:
            if not self.is_busy:
                self.is_busy = True
                sweep_by("second", self)
                self.is_busy = False
            return post.notices.send(notification, destination, places, known)

        def draw(self, name: str, body: str) -> None:
            raise AssertionError("no dashboard was asked for")

    def sweep_by(holder: str, notices: Notices) -> None:
        ledger = SqliteLedger(str(tmp_path / "ledger.sqlite"))
        edges = Edges(DirectCloud(world), DirectMetrics(world), ledger, notices)
        assert sweep([spec], edges, world.now, holder=holder).unreached == ()
        ledger.close()

    world.advance(180)
    for _ in range(60):
        sweep_by("first", Overtaken())
        world.advance(60)
    assert post.counts == once_each()


def test_a_sweep_that_lost_its_lease_while_sending_leaves_the_rest_to_the_other(post: Post) -> None:
    scenario = load_scenario(HELD)
    (spec,) = load_value(scenario.pipeline_file, "file").pipelines
    spec = replace(spec, notices=post.places)
    world, ledger = World(scenario, 1), SqliteLedger(":memory:")

    class Slow:
        """Real notices; the first takes so long that another sweep gets the lease."""

        sent: ClassVar[list[Destination]] = []

        def send(
            self,
            notification: Notification,
            destination: Destination,
            places: NoticeSpec,
            known: str | None,
        ) -> str | None:
            if not self.sent:
                later = world.now + timedelta(minutes=5)
                assert ledger.acquire("notices/orders", "another", later, 60)
            self.sent.append(destination)
            return post.notices.send(notification, destination, places, known)

        def draw(self, name: str, body: str) -> None:
            raise AssertionError("no dashboard was asked for")

    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger, Slow())
    world.advance(180)
    while not Slow.sent:
        sweep([spec], edges, world.now, holder="test")
        world.advance(60)
    assert Slow.sent == [Destination.SNS]
    for _ in range(60):
        sweep([spec], edges, world.now, holder="test")
        world.advance(60)
    ledger.close()
    assert post.counts == once_each()


def test_what_is_due_to_a_place_that_the_file_no_longer_names_is_given_up(post: Post) -> None:
    scenario = load_scenario(HELD)
    (spec,) = load_value(scenario.pipeline_file, "file").pipelines
    world, ledger = World(scenario, 1), SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger, post.notices)
    gone = replace(spec, notices=NoticeSpec(sns_topic_arn=TOPIC.replace("alerts", "gone")))
    world.advance(180)
    undelivered = []
    for at in range(30):
        known = gone if at < 15 else replace(spec, notices=NoticeSpec(ops_items=True))
        undelivered.append(sweep([known], edges, world.now, holder="test").pipelines[0].undelivered)
        world.advance(60)
    ledger.close()
    assert undelivered[14] != ()
    assert undelivered[15:] == [()] * 15


def test_a_place_that_is_out_of_order_for_long_is_not_kept_everything_for() -> None:
    scenario = load_scenario(HELD)
    (spec,) = load_value(scenario.pipeline_file, "file").pipelines
    spec = replace(spec, notices=Post.places)
    world, ledger = World(scenario, 1), SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger)
    world.advance(900)
    (report,) = sweep([spec], edges, world.now, holder="test", dry_run=True).pipelines
    ledger.close()
    other = replace(report.diagnoses[0], where="elsewhere")
    kept = Incident()
    for at in range(200):
        told = report.diagnoses[0] if at % 2 else other
        moment = report.at + timedelta(minutes=at)
        kept = advance(kept, replace(report, diagnoses=(told,), at=moment), spec)
    assert Counter(due.destination for due in kept.due) == {
        Destination.SNS: 1, Destination.OPS_ITEM: 50, Destination.EVENT_BUS: 50,
    }  # fmt: skip
    assert [due.notification.kind for due in kept.due].count(Kind.PAGE) == 3
    assert from_text(to_text(kept)) == kept


def test_the_page_says_what_was_found_and_where_to_look(post: Post) -> None:
    list(swept(HELD, post))
    page, _ = post.messages
    assert page["causes"] == ["producer-throttled at orders"]
    assert page["found"][0].startswith("producer-throttled at orders: ")
    assert page["dashboard"].endswith("#dashboards:name=tidegate-orders-us-east-1")


def test_what_a_person_must_do_is_in_the_page(post: Post) -> None:
    for _ in swept("poison-batch", post):
        if post.messages:
            break
    (page,) = post.messages
    assert page["to_do"]
    assert page["done"] == []


def test_a_critical_rule_that_fires_without_a_cause_is_an_illness(post: Post) -> None:
    scenario = load_scenario("quiet-night")
    (spec,) = load_value(scenario.pipeline_file, "file").pipelines
    dimensions = {"StreamName": spec.stream}
    rule = UserRule(
        "too-busy", "AWS/Kinesis", "IncomingRecords", 1, dimensions, severity="critical"
    )
    world, ledger = World(scenario, 1), SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger, post.notices)
    world.advance(900)
    for rules in ([rule], [rule], *[[]] * 15):
        sweep([replace(spec, notices=post.places, rules=rules)], edges, world.now, holder="test")
        world.advance(60)
    ledger.close()
    assert post.counts == once_each()
    assert post.messages[0]["causes"] == ["too-busy at orders"]


class Disabled(DirectCloud):
    """The world's cloud, with its event source mappings switched off."""

    def describe(self, spec: PipelineSpec) -> Pipeline:
        found = super().describe(spec)
        for each in consumers_of(found):
            disabled = replace(each, mapping=replace(each.mapping, state="Disabled"))
            found = found.replaced(each, disabled)
        return found


def test_a_mapping_that_was_disabled_from_the_first_sweep_on_is_an_illness(post: Post) -> None:
    scenario = load_scenario("manual-change")
    (spec,) = load_value(scenario.pipeline_file, "manual-change").pipelines
    world, ledger = World(scenario, 1), SqliteLedger(":memory:")
    edges = Edges(Disabled(world), DirectMetrics(world), ledger, post.notices)
    world.advance(480)
    assert sweep([replace(spec, notices=post.places)], edges, world.now, holder="me").pipelines
    ledger.close()
    assert post.counts["topic"] == Counter({"page": 1})


def test_a_suppression_holds_until_its_day_is_over(post: Post) -> None:
    day = date(2026, 1, 5)
    pages = []
    for suppression in (
        Suppression(day, "known", "poison-batch"),
        Suppression(day, "known"),
        Suppression(day - timedelta(days=1), "known", "poison-batch"),
        Suppression(day, "known", "hot-key"),
    ):
        for world, _ in swept("poison-batch", post, suppressions=[suppression]):
            if world.second >= 1500:
                break
        pages.append(len(post.messages))
    assert pages == [0, 0, 1, 2]


def test_what_is_kept_is_read_again_as_it_was(post: Post) -> None:
    kept = Incident()
    scenario = load_scenario(HELD)
    (spec,) = load_value(scenario.pipeline_file, "file").pipelines
    spec = replace(spec, notices=post.places)
    for _, report in swept(HELD, post):
        kept = advance(kept, report, spec)
        assert from_text(to_text(kept)) == kept
    assert kept.due


# ---- while its cure is under way


def an_ill(cause: Cause, heals: float | None, lever: Lever) -> PipelineReport:
    """Of a pipeline whose lever was raised by this sweep; ``heals`` is for how many minutes, None
    where that is over."""
    scenario = load_scenario("quiet-night")
    (spec,) = load_value(scenario.pipeline_file, "file").pipelines
    world, ledger = World(scenario, 1), SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger)
    world.advance(900)
    (seen,) = sweep([spec], edges, world.now, holder="test", dry_run=True).pipelines
    ledger.close()
    why = Reason.told("seen", "so it is")
    change = Change(
        UpdateShardCount("orders", 2, 4), (Decision(lever, 2, 4, 4, why),), Outcome.DONE
    )
    found = (Diagnosis(cause, lever.where, (why,), cured_by=(lever.kind,)),)
    report = replace(seen, diagnoses=found, changes=(change,))
    if heals is None:
        return replace(report, health=Health.SICK, healing=None)
    until = report.at + timedelta(minutes=heals)
    return replace(report, health=Health.HEALING, healing=Healing(why, until))


def then(report: PipelineReport, minutes: float) -> PipelineReport:
    """The same so much later: a raise anew has a deadline of its own."""
    by = timedelta(minutes=minutes)
    healing = report.healing and replace(report.healing, until=report.healing.until + by)
    return replace(report, at=report.at + by, healing=healing)


def kinds(incident: Incident) -> list[Kind]:
    return [each.notification.kind for each in incident.due]


TO_A_BUS = load_value(load_scenario("quiet-night").pipeline_file, "file").pipelines[0]
TO_A_BUS = replace(TO_A_BUS, notices=NoticeSpec(event_bus="default"))
CURED = [
    (Cause.TABLE_THROTTLED, Lever.of(LeverKind.WRITE_CAPACITY, "orders")),
    (Cause.PRODUCER_THROTTLED, Lever.of(LeverKind.SHARD_COUNT, "orders")),
    (Cause.CONSUMER_TOO_SLOW, Lever.of(LeverKind.PARALLELIZATION_FACTOR, "order-writer")),
    (Cause.PARALLELISM_TOO_LOW, Lever.of(LeverKind.PARALLELISM, "click-counter")),
]


@pytest.mark.parametrize(("cause", "lever"), CURED)
def test_nobody_is_paged_for_a_cause_before_the_deadline_of_its_cure(
    cause: Cause, lever: Lever
) -> None:
    ill = an_ill(cause, 9, lever)
    kept = Incident()
    for minute in range(9):
        kept = from_text(to_text(advance(kept, then(ill, minute), TO_A_BUS)))
        assert kinds(kept) == []
    kept = advance(kept, then(ill, 9), TO_A_BUS)
    assert kinds(kept) == [Kind.PAGE]
    (due,) = kept.due
    assert due.notification.causes == (f"{cause.value} at {lever.where}",)
    assert len(due.notification.done) == 10


@pytest.mark.parametrize(("cause", "lever"), CURED)
def test_one_that_is_sick_is_paged_at_once(cause: Cause, lever: Lever) -> None:
    healing = an_ill(cause, 9, lever)
    sick = an_ill(cause, None, lever)
    assert kinds(advance(Incident(), sick, TO_A_BUS)) == [Kind.PAGE]
    kept = advance(Incident(), healing, TO_A_BUS)
    assert kinds(advance(kept, then(sick, 1), TO_A_BUS)) == [Kind.PAGE]


@pytest.mark.parametrize(("cause", "lever"), CURED)
def test_what_a_person_has_to_do_is_paged_at_once(cause: Cause, lever: Lever) -> None:
    ill = replace(an_ill(cause, 9, lever), advice=("raise the quota",))
    (due,) = advance(Incident(), ill, TO_A_BUS).due
    assert (due.notification.kind, due.notification.to_do) == (Kind.PAGE, ("raise the quota",))


def breaking(report: PipelineReport, seconds: float, severity: Severity) -> PipelineReport:
    """Where a rule is broken for so long."""
    found = next(each for each in report.findings if each.rule.severity is severity)
    since = report.at - timedelta(seconds=seconds)
    return replace(report, findings=(replace(found, verdict=Verdict.FIRING, since=since),))


@pytest.mark.parametrize(
    ("seconds", "severity", "expected"),
    [
        (LATE_SECONDS + 1, Severity.CRITICAL, [Kind.PAGE]),
        (LATE_SECONDS, Severity.CRITICAL, []),
        (3600, Severity.WARNING, []),
    ],
    ids=["longer than metrics are late", "metrics may be late", "a warning"],
)
@pytest.mark.parametrize(("cause", "lever"), CURED)
def test_what_was_first_seen_late_is_paged_though_its_cure_is_under_way(
    cause: Cause, lever: Lever, seconds: float, severity: Severity, expected: list[Kind]
) -> None:
    ill = an_ill(cause, 9, lever)
    assert kinds(advance(Incident(), breaking(ill, seconds, severity), TO_A_BUS)) == expected
    seen_in_time = advance(Incident(), ill, TO_A_BUS)
    assert kinds(advance(seen_in_time, breaking(then(ill, 5), 3600, severity), TO_A_BUS)) == []


@pytest.mark.parametrize("name", ["race-day", "table-throttled", "slow-function", "flink-lag"])
def test_a_pipeline_that_tidegate_first_sees_out_of_its_objective_is_a_page(
    name: str, post: Post
) -> None:
    """By its first sweep, which begins the cure."""
    scenario = load_scenario(name)
    (spec,) = load_value(scenario.pipeline_file, name).pipelines
    world, ledger = World(scenario, 1), SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger, post.notices)
    world.advance(1500)
    first = sweep([replace(spec, notices=post.places)], edges, world.now, holder="test")
    ledger.close()
    assert first.pipelines[0].health is Health.HEALING
    assert post.counts["topic"] == Counter({"page": 1})


def test_a_pipeline_that_healed_in_time_has_a_new_deadline_ten_minutes_later() -> None:
    ill = an_ill(Cause.TABLE_THROTTLED, 9, CURED[0][1])
    well = replace(
        ill, diagnoses=(Diagnosis(Cause.HEALTHY, "orders", ()),), changes=(),
        health=Health.HEALTHY, healing=None,
    )  # fmt: skip
    for minutes_well, expected in ((4, [Kind.PAGE]), (11, [])):
        kept = advance(Incident(), ill, TO_A_BUS)
        for minute in range(1, minutes_well + 1):
            kept = advance(kept, then(well, minute), TO_A_BUS)
            assert kept.due == ()
        assert kinds(advance(kept, then(ill, 12), TO_A_BUS)) == expected


def test_what_one_minute_tells_is_paged_when_another_one_does_within_ten_minutes() -> None:
    """A minute shows in three sweeps; refusals that come and go every few minutes are an incident."""
    sick = an_ill(CURED[0][0], None, CURED[0][1])
    (ill,) = sick.diagnoses
    odd = replace(sick, diagnoses=(replace(ill, is_odd=True),))
    first = incident = advance(Incident(), odd, TO_A_BUS)
    for minute in (1, 2):
        incident = advance(incident, then(odd, minute), TO_A_BUS)
    assert kinds(incident) == []
    assert from_text(to_text(incident)) == incident
    assert kinds(advance(incident, then(odd, 5), TO_A_BUS)) == [Kind.PAGE]
    assert kinds(advance(incident, then(sick, 2), TO_A_BUS)) == [Kind.PAGE]
    an_hour_later = advance(incident, then(odd, 60), TO_A_BUS)
    assert kinds(an_hour_later) == []
    assert an_hour_later.odd_since != first.odd_since
