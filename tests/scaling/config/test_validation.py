from dataclasses import replace
from datetime import UTC, date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.rules.cause import LeverKind
from tidegate.scaling.config.specification import (
    ApplicationSpec,
    ChangeWindow,
    ConsumerSpec,
    IndexSpec,
    Levers,
    LeverSpec,
    PipelineFile,
    PipelineSpec,
    RetentionSpec,
    Suppression,
    TableSpec,
    UserRule,
)
from tidegate.scaling.config.validation import semantic_mistakes
from tidegate.scaling.kinds.registry import limits_of

Mistakes = list[tuple[tuple[str | int, ...], str]]
RACE = PipelineSpec("race", "racers", [ConsumerSpec("scorer", [TableSpec("scores")])])
CLICKS = PipelineSpec("clicks", topic="clicks", applications=[ApplicationSpec("counter")])
NIGHT = ChangeWindow(time(22), time(6))
WIDE = LeverSpec(max=8)


def told(*pipelines: PipelineSpec) -> Mistakes:
    """The mistakes, each path from the first pipeline on."""
    found = semantic_mistakes(PipelineFile(list(pipelines)))
    return [(path[2:] if path[:2] == ("pipelines", 0) else path, words) for path, words in found]


def test_files_in_order_have_no_mistake() -> None:
    assert told(RACE, CLICKS) == []
    assert told(replace(RACE, change_windows=[NIGHT])) == []


@pytest.mark.parametrize(
    ("spec", "mistakes"),
    [
        (PipelineSpec("race", consumers=RACE.consumers),
         [((), "'stream' is missing; it must be given, or topic")]),
        (PipelineSpec("race", "racers"),
         [((), "'consumers' is missing; it must be given, or applications")]),
        (replace(CLICKS, stream="racers"),
         [(("topic",), "a pipeline reads either a stream or a topic")]),
        (replace(CLICKS, consumers=RACE.consumers),
         [(("consumers",), "consumers read a stream; a topic is read by applications")]),
        (replace(CLICKS, topic=None, stream="s", applications=[
            ApplicationSpec("counter", partitions=3)]),
         [(("applications", 0, "partitions"),
           "partitions are those of a topic; a stream tells its shards")]),
        (replace(CLICKS, applications=[ApplicationSpec("counter", partitions=3)]), []),
    ],
    ids=["no-source", "no-reader", "two-sources", "functions-on-a-topic",
         "partitions-of-a-stream", "partitions-of-a-topic"],
)  # fmt: skip
def test_a_pipeline_has_one_source_and_what_can_read_it(
    spec: PipelineSpec, mistakes: Mistakes
) -> None:
    assert told(spec) == mistakes


SCORES = TableSpec("scores", indexes=[IndexSpec("a"), IndexSpec("a")])
TWICE = "is here twice (also number 1); names must differ"


@pytest.mark.parametrize(
    ("spec", "path", "name"),
    [
        (replace(RACE, consumers=RACE.consumers * 2), ("consumers", 1, "function"), "scorer"),
        (replace(CLICKS, applications=CLICKS.applications * 2), ("applications", 1, "application"),
         "counter"),
        (replace(RACE, consumers=[ConsumerSpec("f", ["scores", TableSpec("scores")])]),
         ("consumers", 0, "tables", 1, "name"), "scores"),
        (replace(CLICKS, applications=[ApplicationSpec("f", [SCORES])]),
         ("applications", 0, "tables", 0, "indexes", 1, "name"), "a"),
        (replace(RACE, rules=[UserRule("r", "Mine", "m", 1.0)] * 2), ("rules", 1, "name"), "r"),
    ],
    ids=["function", "application", "table", "index", "rule"],
)  # fmt: skip
def test_names_differ_within_their_list(
    spec: PipelineSpec, path: tuple[str | int, ...], name: str
) -> None:
    assert told(spec) == [(path, f"{name!r} {TWICE}")]


def test_pipelines_have_different_names() -> None:
    assert told(RACE, replace(RACE, stream="others")) == [
        (("pipelines", 1, "name"), f"'race' {TWICE}")
    ]


CONSUMER_LEVERS = "parallelization_factor, batching_window_seconds, write_capacity, read_capacity"
APPLICATION_LEVERS = "parallelism_per_kpu, parallelism, write_capacity, read_capacity"
SHARDS = Levers(shard_count=WIDE)


@pytest.mark.parametrize(
    ("spec", "path", "place", "known"),
    [
        (replace(RACE, consumers=[ConsumerSpec("f", levers=SHARDS)]), ("consumers", 0),
         "a consumer", CONSUMER_LEVERS),
        (replace(CLICKS, applications=[ApplicationSpec("f", levers=SHARDS)]), ("applications", 0),
         "an application", APPLICATION_LEVERS),
        (replace(RACE, consumers=[ConsumerSpec("f", [TableSpec("t", SHARDS)])]),
         ("consumers", 0, "tables", 0), "a table", "write_capacity, read_capacity"),
        (replace(RACE, consumers=[ConsumerSpec("f", [TableSpec("t", indexes=[
            IndexSpec("i", SHARDS)])])]),
         ("consumers", 0, "tables", 0, "indexes", 0), "an index", "write_capacity, read_capacity"),
    ],
    ids=["consumer", "application", "table", "index"],
)  # fmt: skip
def test_a_lever_stands_where_its_resource_is(
    spec: PipelineSpec, path: tuple[str | int, ...], place: str, known: str
) -> None:
    words = f"shard_count is not a lever of {place}; its levers are {known}"
    assert told(spec) == [((*path, "levers", "shard_count"), words)]


@pytest.mark.parametrize(
    ("word", "is_ours_alone"),
    [("retention_hours", True), ("batching_window_seconds", True), ("shard_count", False),
     ("parallelism", False), ("read_capacity", False)],
)  # fmt: skip
def test_a_lever_that_gives_no_capacity_is_tidegates_alone(word: str, is_ours_alone: bool) -> None:
    said = RetentionSpec(max=30, owner="application-autoscaling")
    levers = Levers(**{word: said})
    words = f"{word} is no scalable dimension; its owner can only be tidegate"
    assert told(replace(RACE, levers=levers)) == (
        [(("levers", word, "owner"), words)] if is_ours_alone else []
    )


@given(st.integers(0, 40), st.integers(1, 40))
def test_the_range_of_a_lever_is_within_that_of_aws_and_the_right_way_round(
    lower: int, upper: int
) -> None:
    least, most = limits_of(LeverKind.PARALLELIZATION_FACTOR)
    levers = Levers(parallelization_factor=LeverSpec(max=upper, min=lower))
    at = ("levers", "parallelization_factor")
    expected: Mistakes = [
        ((*at, key), f"{key} is {bound}; AWS allows 1..10")
        for key, bound in (("min", lower), ("max", upper))
        if not least <= bound <= most
    ]
    if not expected and lower > upper:
        expected = [((*at, "min"), f"min is {lower}, more than max ({upper})")]
    assert told(replace(RACE, levers=levers)) == expected


@pytest.mark.parametrize(
    ("window", "mistakes"),
    [
        (replace(NIGHT, end=time(22)),
         [("end", "start and end are the same; a window needs a length")]),
        (replace(NIGHT, start=time(22, tzinfo=UTC)),
         [("start", "22:00:00+00:00 has a zone of its own; time_zone says whose times they are")]),
        (ChangeWindow(time(22, tzinfo=UTC), time(22)),
         [("end", "start and end are the same; a window needs a length"),
          ("start", "22:00:00+00:00 has a zone of its own; time_zone says whose times they are")]),
        (replace(NIGHT, time_zone="Berlin"),
         [("time_zone", "'Berlin' is not a time zone; an IANA name such as Europe/Berlin is")]),
    ],
    ids=["no-length", "zone-of-its-own", "both", "unknown-zone"],
)  # fmt: skip
def test_a_change_window_has_a_length_and_one_time_zone(
    window: ChangeWindow, mistakes: list[tuple[str, str]]
) -> None:
    found = told(replace(RACE, change_windows=[NIGHT, window]))
    assert found == [(("change_windows", 1, key), words) for key, words in mistakes]


@pytest.mark.parametrize(
    ("cause", "is_known"), [(None, True), ("hot-key", True), ("mine", True), ("cold-key", False)]
)
def test_a_suppression_is_of_a_cause_or_of_a_rule_of_the_file(
    cause: str | None, is_known: bool
) -> None:
    suppressions = [Suppression(date(2026, 1, 5), "known", cause)]
    spec = replace(RACE, suppressions=suppressions, rules=[UserRule("mine", "Mine", "m", 1.0)])
    found = told(spec)
    assert [path for path, _ in found] == [("suppressions", 0, "cause")] * (not is_known)
    for _, words in found:
        assert words.startswith("'cold-key' is not a cause; the causes are table-unavailable, ")
        assert words.endswith(", healthy, mine")


def test_what_the_parts_of_a_file_get_wrong_is_told_at_its_place() -> None:
    rule = UserRule("mine", "Mine", "m", 1.0, statistic="p101")
    owned = Levers(shard_count=LeverSpec(max=8, owner="tidegate"))
    spec = replace(RACE, rules=[rule], thresholds={"no-such-rule": 1.0}, levers=owned)
    found = told(spec, replace(RACE, name="b", levers=owned))
    assert [path for path, _ in found] == [
        ("rules", 0, "statistic"),
        ("thresholds", "no-such-rule"),
        ("pipelines", 1, "levers", "shard_count", "owner"),
    ]
