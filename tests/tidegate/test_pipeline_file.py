import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tidegate.pipeline_file import load, load_value, parse
from tidegate.scaling.config.specification import PipelineFile
from tidegate.scaling.model.errors import ConfigurationError, Mistake
from tidegate.schema import schema
from tidegate.simulator.scenarios import load_scenario, scenario_names

ROOT = Path(__file__).parents[2]
GOOD = """\
pipelines:
  - name: orders
    stream: orders
    consumers:
      - {function: order-writer, tables: [orders]}
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        parse(text, "p.yaml")
    return [str(mistake) for mistake in refused.value.mistakes]


FLINK = """\
pipelines:
  - name: clicks
    stream: clicks
    applications:
      - {application: click-counter, tables: [counts]}
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    stream: clicks\n", "", [
            "p.yaml:2:5: 'stream' is missing; it must be given, or topic",
        ]),
        ("    stream: clicks\n", "    stream: clicks\n    topic: clicks\n", [
            "p.yaml:4:5: a pipeline reads either a stream or a topic",
        ]),
        ("    applications:\n      - {application: click-counter, tables: [counts]}\n", "", [
            "p.yaml:2:5: 'consumers' is missing; it must be given, or applications",
        ]),
        ("stream: clicks", "topic: clicks\n    consumers: [{function: f}]", [
            "p.yaml:4:5: consumers read a stream; a topic is read by applications",
        ]),
        ("tables:", "partitions: 4, tables:", [
            "p.yaml:5:38: partitions are those of a topic; a stream tells its shards",
        ]),
        ("tables:", "levers: {parallelism_per_kpu: {max: 9}, shard_count: {max: 2}}, tables:", [
            "p.yaml:5:69: max is 9; AWS allows 1..8",
            "p.yaml:5:78: shard_count is not a lever of an application; its levers are "
            "parallelism_per_kpu, parallelism, write_capacity, read_capacity",
        ]),
        ("tables:", "service_autoscaling: maybe, tables:", [
            "p.yaml:5:38: service_autoscaling is 'maybe'; 'keep' or 'off'",
        ]),
        ("[counts]}\n", "[counts]}\n      - {application: click-counter}\n", [
            "p.yaml:6:10: 'click-counter' is here twice (also number 1); names must differ",
        ]),
    ],
)  # fmt: skip
def test_mistakes_about_applications_have_their_place(
    old: str, new: str, expected: list[str]
) -> None:
    assert mistakes(FLINK.replace(old, new, 1)) == expected


def test_a_topic_is_read_by_applications_alone() -> None:
    (pipeline,) = parse(FLINK.replace("stream:", "topic:"), "p.yaml").pipelines
    assert (pipeline.source, pipeline.stream) == ("clicks", "")
    assert pipeline.applications[0].table_specs[0].name == "counts"


def test_five_lines_are_enough() -> None:
    (pipeline,) = parse(GOOD, "p.yaml").pipelines
    assert len(GOOD.splitlines()) == 5
    assert pipeline.consumers[0].table_specs[0].name == "orders"
    assert pipeline.objective.iterator_age_max_seconds == 60


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("stream: orders", "streem: orders", [
            "p.yaml:3:5: 'streem' is not a key here; did you mean 'stream'?",
        ]),
        ("name: orders\n", "name: 7\n", ["p.yaml:2:5: name is 7; it must be a valid string"]),
        ("[orders]", "[3]", ["p.yaml:5:43: tables[0] is 3; keys and values are needed here"]),
        ("[orders]", "[orders, orders]", [
            "p.yaml:5:51: 'orders' is here twice (also number 1); names must differ",
        ]),
        ("[orders]", "[{nam: orders}]", [
            "p.yaml:5:43: 'name' is missing; it must be given",
            "p.yaml:5:44: 'nam' is not a key here; did you mean 'name'?",
        ]),
        ("    stream: orders\n", "    stream: orders\n    levers: {shard_count: {min: 5, max: 3}}\n", [
            "p.yaml:4:28: min is 5, more than max (3)",
        ]),
        ("    stream: orders\n", "    stream: orders\n    levers: {shard_count: {max: '3'}}\n", [
            "p.yaml:4:28: max is '3'; it must be a valid integer",
        ]),
        ("    stream: orders\n", "    stream: orders\n    levers: {parallelization_factor: {max: 12}}\n", [
            "p.yaml:4:39: max is 12; AWS allows 1..10",
        ]),
        ("    stream: orders\n", "    stream: orders\n    levers: {batching_window_seconds: {min: 0, max: 301}}\n", [
            "p.yaml:4:48: max is 301; AWS allows 0..300",
        ]),
        ("    stream: orders\n", "    stream: orders\n    levers: {shard_count: {min: 0, max: 4}}\n", [
            "p.yaml:4:28: min is 0; AWS allows 1..10000",
        ]),
        ("    stream: orders\n", "    stream: orders\n    levers: {batching_window_seconds: {max: 6, owner: application-autoscaling}}\n", [
            "p.yaml:4:48: batching_window_seconds is no scalable dimension; its owner can only be tidegate",
        ]),
        ("    stream: orders\n", "    stream: orders\n    objective: {iterator_age_max_seconds: .inf}\n", [
            "p.yaml:4:17: iterator_age_max_seconds is .inf, which is not a finite number",
        ]),
        ("    stream: orders\n", "    stream: orders\n    stream: other\n", [
            "p.yaml:4:5: 'stream' stands here twice; each key is allowed once",
        ]),
        ("    stream: orders\n", "    stream: orders\n    change_windows: [{start: 18:00, end: 18:00, time_zone: Mars}]\n", [
            "p.yaml:4:37: start and end are the same; a window needs a length",
            "p.yaml:4:49: 'Mars' is not a time zone; an IANA name such as Europe/Berlin is",
        ]),
        ("    stream: orders\n", "    stream: orders\n    change_windows: [{start: '18:00Z', end: '20:00'}]\n", [
            "p.yaml:4:23: 18:00:00+00:00 has a zone of its own; time_zone says whose times they are",
        ]),
        ("tables: [orders]", "tables: [{name: tab, levers: {shard_count: {max: 2}}}]", [
            "p.yaml:5:64: shard_count is not a lever of a table; its levers are write_capacity, read_capacity",
        ]),
    ],
)  # fmt: skip
def test_every_mistake_has_its_place_and_says_what_is_allowed(
    old: str, new: str, expected: list[str]
) -> None:
    assert mistakes(GOOD.replace(old, new, 1)) == expected


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ("owner: tidegate, scheduled: [{name: a, schedule: rate(1 day), max: 3}]",
         "scheduled is for levers whose owner is application-autoscaling"),
        ("scheduled: [{name: a, schedule: daily, max: 3}]",
         "'daily' is not a schedule; at(...), rate(...) or cron(...) is"),
        ("scheduled: [{name: a, schedule: rate(1 day)}]", "'a' needs min, max or both"),
        ("scheduled: [{name: a, schedule: rate(1 day), max: 9}]",
         "max is 9, outside 1..8 of the lever: the endpoint would refuse to go there"),
        ("target_tracking: [{name: a, target: 1}]", "'a' needs either metric or metrics"),
        ("target_tracking: [{name: a, target: 1, metrics: [{id: m, expression: 1 + 1}]}]",
         "exactly one of the metrics must say returns: true"),
        ("step_scaling: [{name: a, metric: {namespace: N, metric: M}, threshold: 1, "
         "steps: [{change: 1, upper: 5}, {change: 2, lower: 6}]}]",
         "one step ends at 5, the next begins at 6; they must meet"),
    ],
)  # fmt: skip
def test_a_policy_that_aws_or_the_endpoint_would_refuse_is_a_mistake(
    policies: str, expected: str
) -> None:
    owner = "" if "owner" in policies else "owner: application-autoscaling, "
    levers = f"    levers: {{shard_count: {{max: 8, {owner}{policies}}}}}\n"
    (found,) = mistakes(GOOD + levers)
    assert found.endswith(f": {expected}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "p.yaml:1:1: the file is empty; it needs a list of pipelines"),
        ("pipelines: [", "p.yaml:1:13: this is not YAML: expected the node content, but found '<stream end>'"),
        ("- a\n", "p.yaml:1:1: the file is ['a']; keys and values are needed here"),
        ("pipelines: []\n", "p.yaml:1:1: pipelines is empty; at least one is needed"),
        ("pipelines: !!python/object:os.system {}\n", "p.yaml:1:1: pipelines is {}; it must be a valid array"),
    ],
    ids=["empty", "torn", "list", "none", "tag"],
)  # fmt: skip
def test_what_is_no_pipeline_file_is_told_so(text: str, expected: str) -> None:
    assert mistakes(text) == [expected]


def test_two_pipelines_of_one_name_are_refused() -> None:
    twice = GOOD + GOOD.removeprefix("pipelines:\n")
    assert mistakes(twice) == [
        "p.yaml:6:5: 'orders' is here twice (also number 1); names must differ"
    ]


@pytest.mark.parametrize("number", ["0100", "00", "-012", "+07", "0_10", "!!int 0100"])
def test_a_whole_number_with_a_zero_before_it_is_not_taken_for_an_octal_one(number: str) -> None:
    text = GOOD + f"    levers: {{shard_count: {{max: {number}}}}}\n"
    said = number.removeprefix("!!int ")
    assert mistakes(text) == [
        f"p.yaml:6:28: max is {said}; a number has no zero before it, a text has quotes"
    ]


def test_a_text_of_digits_with_a_zero_before_them_wants_quotes() -> None:
    (said,) = mistakes(GOOD.replace("stream: orders", "stream: 0100"))
    assert said.endswith("stream is 0100; a number has no zero before it, a text has quotes")
    assert parse(GOOD.replace("stream: orders", "stream: '0100'"), "p.yaml").pipelines


@pytest.mark.parametrize("number", ["0", "0.25", "-0.5"])
def test_a_zero_that_means_something_is_taken(number: str) -> None:
    text = RULE.replace("threshold: 1, KEY", f"threshold: {number}")
    assert parse(text, "p.yaml").pipelines[0].rules[0].threshold == float(number)


RULE = GOOD + "    rules: [{name: r, namespace: n, metric: m, threshold: 1, KEY}]\n"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("statistic: average", "'average' is not a statistic of CloudWatch; Sum, Average, Minimum, "
         "Maximum, SampleCount, IQM or one such as p99, tm90, TM(10%:90%), PR(:300) is"),
        ("statistic: p101", "'p101' is not a statistic of CloudWatch; Sum, Average, Minimum, "
         "Maximum, SampleCount, IQM or one such as p99, tm90, TM(10%:90%), PR(:300) is"),
        ("period_seconds: 90", "period_seconds is 90; a multiple of 60 is allowed"),
        ("period_seconds: 5400", "period_seconds is 5400; a sweep reads 90 minutes, the last of "
         "them late: at most 5220 is allowed"),
        ("hold_seconds: 5221", "hold_seconds is 5221; a sweep reads 90 minutes, the last of them "
         "late: at most 5220 is allowed"),
        ("hold_seconds: 5101, period_seconds: 300", "hold_seconds is 5101; a sweep reads 90 "
         "minutes, the last of them late: at most 5100 is allowed"),
    ],
)  # fmt: skip
def test_a_rule_that_could_never_fire_is_refused(key: str, words: str) -> None:
    assert mistakes(RULE.replace("KEY", key)) == [f"p.yaml:6:62: {words}"]


@pytest.mark.parametrize(
    "key",
    [
        *(f"statistic: {each}" for each in ("Sum", "SampleCount", "IQM", "p99", "p99.95", "p100")),
        *(f"statistic: '{each}'" for each in ("tm90", "TM(2%:98%)", "TC(:0.5)", "PR(150:)")),
        "hold_seconds: 5220",
        "hold_seconds: 5100, period_seconds: 300",
        "period_seconds: 3600",
    ],
)
def test_a_rule_may_have_any_statistic_of_cloudwatch_and_hold_for_what_a_sweep_sees(
    key: str,
) -> None:
    (pipeline,) = parse(RULE.replace("KEY", key), "p.yaml").pipelines
    assert len(pipeline.rules) == 1


OWNED = "{max: 9, owner: tidegate}"
TWO = """\
pipelines:
  - name: first
    stream: orders
    consumers:
      - {function: writer, tables: [{name: orders, levers: {write_capacity: OWNED}}]}
    levers: {shard_count: OWNED, parallelization_factor: OWNED}
  - name: second
    stream: orders
    consumers:
      - {function: indexer, tables: [orders]}
""".replace("OWNED", OWNED)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("indexer, tables: [orders]}", f"indexer}}\n    levers: {{shard_count: {OWNED}}}", [
            "p.yaml:11:36: shard_count of orders is owned in pipeline 'first' too; a lever has one "
            "owner in a file: leave owner out in one of the two",
        ]),
        ("indexer, tables", f"writer, levers: {{batching_window_seconds: {OWNED}, "
         f"parallelization_factor: {OWNED}}}, tables", [
            "p.yaml:10:122: parallelization_factor of writer is owned in pipeline 'first' "
            "too; a lever has one owner in a file: leave owner out in one of the two",
        ]),
        ("orders\n    consumers:\n      - {function: indexer",
         f"clicks\n    levers: {{parallelization_factor: {OWNED}}}\n"
         "    consumers:\n      - {function: writer", [
            "p.yaml:9:47: parallelization_factor of writer is owned in pipeline 'first' too; a lever "
            "has one owner in a file: leave owner out in one of the two",
        ]),
        ("indexer, tables: [orders]}",
         f"indexer, tables: [orders, clicks]}}\n    levers: {{write_capacity: {OWNED}}}", [
            "p.yaml:11:39: write_capacity of orders is owned in pipeline 'first' too; a lever has "
            "one owner in a file: leave owner out in one of the two",
        ]),
        ("indexer, tables: [orders]",
         "indexer, tables: [{name: orders, indexes: [{name: by-day, levers: {write_capacity: "
         f"{OWNED}}}}}]}}]", [
            "p.yaml:10:112: write_capacity of orders/by-day is owned in pipeline 'first' too; a "
            "lever has one owner in a file: leave owner out in one of the two",
        ]),
    ],
    ids=["stream", "mapping", "mapping-of-another-stream", "table", "index"],
)  # fmt: skip
def test_a_lever_is_owned_in_one_pipeline_of_a_file(
    old: str, new: str, expected: list[str]
) -> None:
    assert mistakes(TWO.replace(old, new)) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("indexer", "indexer"),
        ("indexer", "writer"),
        ("[orders]}\n", "[orders]}\n    levers: {shard_count: {max: 9}}\n"),
        ("indexer", f"indexer, levers: {{parallelization_factor: {OWNED}}}"),
        ("orders\n    consumers:\n      - {function: indexer",
         f"clicks\n    levers: {{shard_count: {OWNED}}}\n"
         "    consumers:\n      - {function: writer"),
        # Where one reader of a table says something of it, that goes for all of the pipeline.
        ("writer, tables: [{name: orders, levers: {write_capacity: " + OWNED + "}}]}\n    levers: {",
         "writer, tables: [orders]}\n"
         "      - {function: other, tables: [{name: orders, levers: {write_capacity: {max: 9}}}]}\n"
         f"    levers: {{write_capacity: {OWNED}, "),
    ],
)  # fmt: skip
def test_pipelines_may_share_what_only_one_of_them_owns(old: str, new: str) -> None:
    assert len(parse(TWO.replace(old, new), "p.yaml").pipelines) == 2


@pytest.mark.parametrize(
    "path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.name
)
def test_the_examples_are_well_formed(path: Path) -> None:
    assert load(path).pipelines


@pytest.mark.parametrize("name", scenario_names())
def test_the_scenarios_carry_pipeline_files_that_are_well_formed(name: str) -> None:
    assert load_value(load_scenario(name).pipeline_file, name).pipelines


def test_the_schema_for_editors_is_the_one_in_the_docs() -> None:
    text = (ROOT / "docs" / "pipeline-file.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == schema()


def is_accepted_or_placed(text: str) -> bool:
    mistakes: tuple[Mistake, ...] = ()
    accepted = None
    try:
        accepted = parse(text, "p.yaml")
    except ConfigurationError as error:
        mistakes = error.mistakes
    lines = text.count("\n") + 2
    placed = all(1 <= each.line <= lines and each.column >= 1 for each in mistakes)
    return placed and (isinstance(accepted, PipelineFile) or bool(mistakes))


@given(st.text(max_size=200))
def test_any_text_is_accepted_or_refused_with_its_place(text: str) -> None:
    assert is_accepted_or_placed(text)


words = st.sampled_from(
    ["pipelines", "name", "stream", "consumers", "function", "tables", "levers", "max", "min",
     "owner", "tidegate", "shard_count", "objective", "rules", "orders", "start"]
)  # fmt: skip
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)


@given(trees)
def test_any_tree_is_accepted_or_refused_with_its_place(tree: object) -> None:
    assert is_accepted_or_placed(yaml.safe_dump(tree))
    assert is_accepted_or_placed(yaml.safe_dump({"pipelines": [tree]}))


@given(st.sampled_from(sorted((ROOT / "examples").glob("*.yaml"))), st.data())
def test_a_damaged_example_is_accepted_or_refused_with_its_place(
    path: Path, data: st.DataObject
) -> None:
    text = path.read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    assert is_accepted_or_placed(text[:start] + data.draw(st.text(max_size=10)) + text[end:])


@pytest.mark.parametrize("word", ["off", "'off'", "Off", "no", "false"])
def test_a_word_that_yaml_reads_as_false_is_the_word_where_one_is_wanted(word: str) -> None:
    text = f"""
pipelines:
  - name: clicks
    stream: clicks
    applications:
      - {{application: counter, service_autoscaling: 'keep'}}
      - {{application: sorter, service_autoscaling: {word}}}
"""
    first, second = parse(text, "p.yaml").pipelines[0].applications
    assert (first.service_autoscaling, second.service_autoscaling) == ("keep", "off")


@pytest.mark.parametrize("word", ["on", "yes", "true"])
def test_a_word_that_is_none_of_those_wanted_is_a_mistake(word: str) -> None:
    text = f"pipelines: [{{name: c, stream: c, applications: [{{application: a, service_autoscaling: {word}}}]}}]"
    with pytest.raises(ConfigurationError, match="service_autoscaling is True; 'keep' or 'off'"):
        parse(text, "p.yaml")


def test_a_mistake_beside_such_a_word_is_still_told_at_its_place() -> None:
    text = "pipelines: [{name: c, stream: c, applications: [{application: a, service_autoscaling: off}], objective: {iterator_age_max_seconds: soon}}]"
    with pytest.raises(ConfigurationError) as told:
        parse(text, "p.yaml")
    (mistake,) = told.value.mistakes
    assert "iterator_age_max_seconds is 'soon'" in str(mistake)
