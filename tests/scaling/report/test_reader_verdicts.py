"""A reader is called healthy where nothing that is wrong may be about it."""

from dataclasses import replace

import pytest

from tests.builders import (
    Minute,
    a_pipeline,
    a_table,
    signals,
    stream_metric,
    the_consumer,
    with_consumers,
)
from tests.looks import a_look
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.flow import Flow, Grade, ReaderHealth
from tidegate.rules.graph import Pipeline
from tidegate.rules.reason import Reason
from tidegate.rules.rule import Comparison, Finding, MissingData, Rule, Severity, Verdict
from tidegate.rules.window import Metric
from tidegate.scaling.model.health import Health
from tidegate.scaling.report.reader_verdicts import reader_verdicts

WHY = Reason.told("why", "so it is")
AGE = stream_metric("racers", "GetRecords.IteratorAgeMilliseconds", "Maximum")
REFUSED = stream_metric("racers", "WriteProvisionedThroughputExceeded", "Sum")


def two() -> Pipeline:
    """scorer writes to the table scores, mailer to mails."""
    of = a_pipeline()
    scorer = the_consumer(of)
    mailer = replace(
        scorer,
        function=replace(scorer.function, name="mailer"),
        mapping=replace(scorer.mapping, function_name="mailer"),
        writes=(replace(a_table(), name="mails"),),
    )
    return with_consumers(of, scorer, mailer)


TWO = two()


def shown(
    name: str = "scorer", grade: Grade | None = Grade.INFERRED, age: float | None = 1
) -> ReaderHealth:
    return ReaderHealth(name, grade, WHY, Flow(900), age)


def fires(metric: Metric, where: str = "", severity: Severity = Severity.CRITICAL) -> Finding:
    where = where or metric.dimensions[0][1]
    rule = Rule(
        "rule", where, metric, Comparison.ABOVE, 1.0, 120, severity, MissingData.OK, "", "", ""
    )
    return Finding(rule, Verdict.FIRING, None, None, "")


def of_function(name: str) -> Metric:
    return Metric("AWS/Lambda", "IteratorAge", (("FunctionName", name),), "Maximum")


def of_table(name: str) -> Metric:
    return Metric("AWS/DynamoDB", "WriteThrottleEvents", (("TableName", name),), "Sum")


def told(
    *findings: Finding, readers: tuple[ReaderHealth, ...] = (shown(), shown("mailer")),
    health: Health = Health.SICK, found: tuple[Diagnosis, ...] = (), age_seconds: float = 1,
) -> list[str]:  # fmt: skip
    look = a_look(signals(TWO, *[Minute(age_seconds=age_seconds)] * 3), found)
    return [each.value for each in reader_verdicts(look, readers, findings, health)]


@pytest.mark.parametrize("health", [Health.SICK, Health.UNKNOWN])
@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (fires(REFUSED), ["sick", "sick"]),
        (fires(of_function("scorer")), ["sick", "healthy"]),
        (fires(of_function("mailer")), ["healthy", "sick"]),
        (fires(of_table("mails")), ["healthy", "sick"]),
        (fires(Metric("Shop", "Orders", (), "Sum"), "shop"), ["sick", "sick"]),
        (fires(Metric("Shop", "Orders", (("Shop", "north"),), "Sum")), ["sick", "sick"]),
        (fires(REFUSED, severity=Severity.WARNING), ["healthy", "healthy"]),
    ],
    ids=["the stream", "its function", "another function", "what another writes to",
         "no resource", "of none of the pipeline", "a warning"],
)  # fmt: skip
def test_a_critical_rule_is_about_every_reader_but_those_that_it_cant_be_about(
    finding: Finding, expected: list[str], health: Health
) -> None:
    readers = (shown(), shown("mailer"), shown("copier", None))
    assert told(finding, readers=readers, health=health)[:2] == expected
    healing = ["healing" if each == "sick" else each for each in expected]
    assert told(finding, readers=readers, health=Health.HEALING)[:2] == healing


@pytest.mark.parametrize(
    ("age", "expected"), [(60.0, "healthy"), (60.1, "sick"), (None, "sick")],
    ids=["in time", "late", "not told"],
)  # fmt: skip
@pytest.mark.parametrize("statistic", ["Maximum", "p99"])
def test_the_age_of_the_reader_furthest_behind_is_not_about_one_that_reads_in_time(
    age: float | None, expected: str, statistic: str
) -> None:
    rule = fires(replace(AGE, statistic=statistic))
    assert told(rule, readers=(shown(age=age),), age_seconds=900) == [expected]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Diagnosis(Cause.POISON_BATCH, "scorer", (WHY,)), ["sick", "healthy"]),
        (Diagnosis(Cause.TABLE_THROTTLED, "mails", (WHY,)), ["healthy", "sick"]),
        (Diagnosis(Cause.STREAM_TOO_NARROW, "racers", (WHY,)), ["healthy", "healthy"]),
        (Diagnosis(Cause.UNKNOWN, "scorer", (WHY,)), ["unknown", "healthy"]),
        (Diagnosis(Cause.OVERSIZED, "scorer", (WHY,)), ["healthy", "healthy"]),
    ],
    ids=["in it", "in its table", "in the stream", "nobody knows what", "more than needed"],
)
def test_what_is_found_in_a_reader_or_its_sinks_is_its_illness(
    found: Diagnosis, expected: list[str]
) -> None:
    assert told(found=(found,)) == expected


def test_a_sink_with_the_name_of_the_stream_has_no_part_in_what_is_found_there() -> None:
    """A stream, a table and a pipeline are often called after the same thing."""
    consumer = the_consumer(a_pipeline())
    of = with_consumers(TWO, replace(consumer, writes=(replace(a_table(), name="racers"),)))
    quiet = Diagnosis(Cause.PRODUCERS_QUIET, "racers", (WHY,))
    look = a_look(signals(of), (quiet,))
    assert reader_verdicts(look, (shown(),), (), Health.SICK) == (Health.HEALTHY,)


@pytest.mark.parametrize(
    ("health", "own", "stream", "expected"),
    [
        (Health.HEALING, 61, 1, "healing"),
        (Health.SICK, 61, 1, "sick"),
        (Health.HEALING, None, 61, "healing"),
        (Health.HEALING, 1, 61, "healthy"),
        (Health.HEALTHY, 61, 1, "healthy"),
    ],
    ids=["healing", "sick", "by the stream", "another is", "an odd minute"],
)
def test_who_reads_too_late_is_as_ill_as_its_pipeline_before_a_rule_fires(
    health: Health, own: float | None, stream: float, expected: str
) -> None:
    assert told(readers=(shown(age=own),), health=health, age_seconds=stream) == [expected]


def test_of_whom_nothing_is_shown_is_unknown_and_so_are_all_where_that_is_no_readers() -> None:
    both = (shown(), shown("mailer", None))
    assert told(readers=both, health=Health.UNKNOWN) == ["healthy", "unknown"]
    assert told(health=Health.UNKNOWN) == ["unknown", "unknown"]
    assert told(readers=both, health=Health.HEALTHY) == ["healthy", "unknown"]


def test_who_shows_by_itself_that_it_keeps_up_is_healthy_whosever_the_sources_age_is() -> None:
    both = (replace(shown(), keeps_up=True), shown("mailer"))
    assert told(readers=both, health=Health.UNKNOWN, age_seconds=61) == ["healthy", "unknown"]
    fires_on_it = fires(of_function("scorer"))
    assert told(fires_on_it, readers=both, health=Health.UNKNOWN)[0] == "sick"
    silent = a_look(signals(TWO, *[None] * 90))
    assert reader_verdicts(silent, both, (), Health.UNKNOWN) == (Health.UNKNOWN,) * 2
