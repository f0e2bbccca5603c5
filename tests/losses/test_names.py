"""Names are what AWS allows where they enter: none becomes a wildcard, a reference or an escape."""

import json
from collections.abc import Iterator
from pathlib import Path
from re import fullmatch
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.losses.account import FIVE_LINES, Account
from tidegate.deployment.options import Options
from tidegate.deployment.template import template
from tidegate.pipeline_file import load_value, parse
from tidegate.scaling.autoscaling_api.dimensions import UnknownDimension, dimension_named
from tidegate.scaling.config.compiled import from_compiled
from tidegate.scaling.config.specification import PipelineFile, PipelineSpec
from tidegate.scaling.model.errors import ConfigurationError

KINDS = {
    "stream": ("3:5", "stream: orders"),
    "function": ("5:10", "function: order-writer"),
    "table": ("5:43", "tables: [orders]"),
}
STREAM = "is not the name of a stream; 1 to 128 letters, digits and _.- are allowed"
FUNCTION = "is not the name of a function; 1 to 64 letters, digits, - and _ are allowed"
TABLE = "is not the name of a table; 3 to 255 letters, digits and _.- are allowed"
ACCOUNT = "us-east-1:123456789012"


def named(kind: str, written: str) -> str:
    """The five-line file with one name written so."""
    _, plain = KINDS[kind]
    return FIVE_LINES.replace(plain, plain.replace(NAMES[kind], written))


NAMES = {"stream": "orders", "function": "order-writer", "table": "orders"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name",
    ["*", "orders-*", "order?", "${AWS::AccountId}", "a b", "order/s", "orders\n", "ördérs", "o" * 300],
)  # fmt: skip
def test_a_name_that_aws_does_not_allow_is_refused_on_its_line(
    kind: str, name: str, account: Account
) -> None:
    text = named(kind, json.dumps(name, ensure_ascii=False))
    place, _ = KINDS[kind]
    key = {"table": "tables[0]"}.get(kind, kind)
    words = {"stream": STREAM, "function": FUNCTION, "table": TABLE}[kind]
    path = account.file(text)
    for command in (("check", path), ("sweep", "--config", path, "--dry-run"), ("costs", path)):
        done = account.tidegate(*command)
        assert (done.exit_code, done.stdout) == (2, "")
        shown = repr(name) if len(name) < 50 else f"'{'o' * 76}..."
        assert done.stderr == f"{path}:{place}: {key}: {shown} {words}\n"
    assert account.calls == []


@pytest.mark.parametrize(
    ("kind", "written", "words"),
    [
        ("function", "order-writer:live", FUNCTION),
        ("function", "order-writer:$LATEST", FUNCTION),
        ("function", f"arn:aws:lambda:{ACCOUNT}:function:order-writer", FUNCTION),
        ("function", f"arn:aws:lambda:{ACCOUNT}:function:order-writer:7", FUNCTION),
        ("function", "123456789012:function:order-writer", FUNCTION),
        ("stream", f"arn:aws:kinesis:{ACCOUNT}:stream/orders", STREAM),
        ("stream", f"arn:aws-cn:kinesis:{ACCOUNT}:stream/orders/consumer/fraud:1", STREAM),
        ("table", f"arn:aws:dynamodb:{ACCOUNT}:table/orders", TABLE),
        ("table", f"arn:aws:dynamodb:{ACCOUNT}:table/orders/index/by-day", TABLE),
    ],
)
def test_an_arn_or_alias_is_refused_with_the_name_to_write(
    kind: str, written: str, words: str, account: Account
) -> None:
    path = account.file(named(kind, f'"{written}"'))
    done = account.tidegate("check", path)
    assert done.exit_code == 2
    place, _ = KINDS[kind]
    assert done.stderr.startswith(f"{path}:{place}: ")
    assert done.stderr.endswith(f"{words}; write its name: {NAMES[kind]}\n")
    assert account.tidegate("check", account.file(named(kind, NAMES[kind]))).exit_code == 0


@pytest.mark.parametrize(
    ("written", "place", "words"),
    [
        (r'"\ud800"', "3:5", "stream has U+D800 in it"),
        (r'"orders\e[2J"', "3:5", "stream has U+001B in it"),
        (r'"\0"', "3:5", "stream has U+0000 in it"),
        ("orders\x07", "3:19", "U+0007 is here; YAML does not allow it"),
        ("orders\n\x07", "4:1", "U+0007 is here; YAML does not allow it"),
        (r'"\UFFFFFFFF"', "3:16", "there is no such character or number"),
        ("!!binary b3JkZXJz", "3:5", "stream is binary; text is allowed"),
        ("!!bool orders", "3:5", "stream is 'orders', which can't be read"),
        ("!!int ''", "3:5", "stream is '', which can't be read"),
    ],
    ids=[
        "half of a pair",
        "escape",
        "nul",
        "bell as it is",
        "bell on a line",
        "no character",
        "binary",
        "no bool",
        "no int",
    ],
)
def test_what_no_text_may_hold_is_refused_where_it_stands(
    written: str, place: str, words: str
) -> None:
    (said,) = mistakes(named("stream", written))
    assert said.startswith(f"p.yaml:{place}: {words}")


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        parse(text, "p.yaml")
    return [str(mistake) for mistake in refused.value.mistakes]


@pytest.mark.parametrize(
    ("line", "place", "begins"),
    [
        ('    rules: [{name: "a\\eb", namespace: N, metric: M, threshold: 1}]',
         "6:14", "name has U+001B in it"),
        ('    rules: [{name: a, namespace: N, metric: M, threshold: 1, dimensions: {"\\ud800": b}}]',
         "6:75", "the key '\\ud800' has U+D800 in it"),
        ('    suppressions: [{until: 2026-12-01, reason: "\\x9b"}]', "6:40", "reason has U+009B"),
        ('    rules: [{name: a, namespace: ":N", metric: M, threshold: 1}]',
         "6:23", "namespace: ':N' is not a namespace of CloudWatch"),
        ("    notices: {event_bus: '*'}", "6:15", "event_bus: '*' is not an event bus"),
        ("    notices: {sns_topic_arn: 'arn:aws:sns:us-east-1:123456789012:*'}",
         "6:15", "sns_topic_arn: 'arn:aws:sns:us-east-1:123456789012:*' is not a standard SNS topic"),
        ("    notices: {sns_topic_arn: 'arn:aws:sns:us-east-1:١٢٣٤٥٦٧٨٩٠١٢:alerts'}",
         "6:15", "sns_topic_arn: "),
        ("    levers: {shard_count: {max: 4, owner: application-autoscaling, "
         "scheduled: [{name: 'a:b', schedule: rate(1 day), max: 2}]}}",
         "6:81", "name: 'a:b' is not the name of a scheduled action"),
        ("    topic: '*'", "6:5", "topic: '*' is not the name of a Kafka topic"),
        ("    applications: [{application: '*'}]", "6:21", "application: '*' is not the name of an"),
    ],
)  # fmt: skip
def test_the_other_names_of_a_file_are_held_to_their_grammars_too(
    line: str, place: str, begins: str
) -> None:
    (said,) = mistakes(f"{FIVE_LINES}{line}\n")
    assert said.startswith(f"p.yaml:{place}: {begins}")


LONG = "x" * 10_000


@pytest.mark.parametrize(
    "text",
    [
        named("stream", f'"{LONG}"'),
        named("table", f'"{LONG}"'),
        f"{FIVE_LINES}    {LONG}: 1\n",
        f"{FIVE_LINES}    {LONG}: 1\n    {LONG}: 2\n",
        f"{FIVE_LINES}    levers: {{shard_count: {{max: 4, owner: {LONG}}}}}\n",
        f"{FIVE_LINES}    levers: {{shard_count: {{max: {LONG}}}}}\n",
        f"{FIVE_LINES}    levers: {{shard_count: {{max: 0{'7' * 10_000}}}}}\n",
        f"{FIVE_LINES}    levers: {{shard_count: {{max: 0x{'f' * 10_000}}}}}\n",
        f"{FIVE_LINES}    levers: {{shard_count: {{max: {'7' * 4_000}}}}}\n",
        f"{FIVE_LINES}    change_windows: [{{start: 1:00, end: 2:00, time_zone: {LONG}}}]\n",
        f"{FIVE_LINES}    suppressions: [{{until: 2026-12-01, reason: r, cause: {LONG}}}]\n",
        f"{FIVE_LINES}    rules: [{{name: r, namespace: N, metric: M, threshold: 1, unit: [{LONG}]}}]\n",
        f"{FIVE_LINES}    rules: [{{name: r, namespace: N, metric: M, threshold: 1, "
        f"statistic: {LONG}}}]\n",
        f"pipelines: *{LONG}\n",
    ],
)  # fmt: skip
def test_a_message_is_one_line_whatever_the_length_of_what_is_wrong(text: str) -> None:
    for said in mistakes(text):
        assert len(said) < 700
        assert "\n" not in said


@pytest.mark.parametrize(
    ("lever", "key", "value", "words"),
    [
        ("retention_hours", "min", 1, "AWS allows 24..8760"),
        ("retention_hours", "min", 23, "AWS allows 24..8760"),
        ("retention_hours", "max", 8761, "AWS allows 24..8760"),
        ("shard_count", "min", 0, "AWS allows 1..10000"),
        ("parallelization_factor", "min", 0, "AWS allows 1..10"),
        ("batching_window_seconds", "max", 301, "AWS allows 0..300"),
        ("write_capacity", "min", 0, "AWS allows 1..9223372036854775807"),
    ],
)
def test_bounds_of_a_lever_are_within_those_of_aws(
    lever: str, key: str, value: int, words: str, account: Account
) -> None:
    bounds = {"min": 30, "max": 300} | {key: value}
    said = f"{{min: {bounds['min']}, max: {bounds['max']}}}"
    if lever == "parallelization_factor":
        said = f"{{min: {value}, max: 10}}"
    path = account.file(f"{FIVE_LINES}    levers: {{{lever}: {said}}}\n")
    done = account.tidegate("check", path)
    assert done.exit_code == 2
    assert f"{path}:6:" in done.stderr
    assert f"{key} is {value}; {words}\n" in done.stderr


def test_a_retention_without_a_min_may_go_down_to_a_day() -> None:
    text = f"{FIVE_LINES}    levers: {{retention_hours: {{max: 48}}}}\n"
    (pipeline,) = parse(text, "p.yaml").pipelines
    assert pipeline.levers.retention_hours is not None
    assert pipeline.levers.retention_hours.min == 24


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("reshard", "*", "--to", "2"), STREAM),
        (("reshard", f"arn:aws:kinesis:{ACCOUNT}:stream/orders", "--to", "2"),
         f"{STREAM}; write its name: orders"),
        (("shards", "${x}"), STREAM),
        (("memory", "*"), FUNCTION),
        (("memory", "order-writer:live"), f"{FUNCTION}; write its name: order-writer"),
        (("memory", LONG), FUNCTION),
    ],
)  # fmt: skip
def test_names_on_the_command_line_are_held_to_the_same_grammars(
    arguments: tuple[str, ...], words: str, account: Account
) -> None:
    done = account.tidegate(*arguments)
    assert done.exit_code == 2
    assert done.stderr.endswith(f"{words}\n")
    assert len(done.stderr) < 700
    assert account.calls == []


@pytest.mark.parametrize("table", ["*", "a b", "${AWS::StackName}", ""])
def test_a_ledger_is_in_a_table_that_there_can_be(table: str, account: Account) -> None:
    path = account.file(FIVE_LINES)
    done = account.tidegate("sweep", "--config", path, "--ledger", f"dynamodb:{table}")
    assert done.exit_code == 2
    assert f"{table!r} {TABLE}; dynamodb:TABLE is a ledger\n" in done.stderr
    assert account.calls == []


def compiled_with(**of_pipeline: Any) -> dict[str, Any]:
    consumers = [{"function": "order-writer", "tables": ["orders"]}]
    plain = {"name": "orders", "stream": "orders", "consumers": consumers}
    return {"pipelines": [plain | of_pipeline]}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (compiled_with(stream="*"), f"pipelines[0].stream: '*' {STREAM}"),
        (compiled_with(consumers=[{"function": "a:b"}]),
         f"pipelines[0].consumers[0].function: 'a:b' {FUNCTION}; write its name: a"),
        (compiled_with(consumers=[{"function": "f", "tables": ["${x}"]}]),
         f"pipelines[0].consumers[0].tables[0]: '${{x}}' {TABLE}"),
        (compiled_with(consumers=[{"function": "f", "tables": [{"name": "a*b"}]}]),
         f"pipelines[0].consumers[0].tables[0].name: 'a*b' {TABLE}"),
        (compiled_with(stream="\ud800"),
         "pipelines[0].stream: it has U+D800 in it; control characters and halves of surrogate "
         "pairs are not allowed"),
        (compiled_with(suppressions=[{"until": "2026-12-01", "reason": "\x1b[2J"}]),
         "pipelines[0].suppressions[0].reason: it has U+001B in it; control characters and halves "
         "of surrogate pairs are not allowed"),
        (compiled_with(levers={"retention_hours": {"min": 1, "max": 48}}),
         "pipelines[0].levers.retention_hours.min: min is 1; AWS allows 24..8760"),
        (compiled_with(stream=LONG), f"pipelines[0].stream: '{'x' * 76}... {STREAM}"),
        (compiled_with(update_dashboard=LONG),
         f"pipelines[0].update_dashboard: '{'x' * 76}... is not bool"),
    ],
)  # fmt: skip
def test_a_configuration_from_a_parameter_store_is_held_to_the_same(
    data: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        from_compiled(data, "ssm:/tidegate")
    assert str(refused.value) == f"ssm:/tidegate:1:1: {words}"


@pytest.mark.parametrize(
    "index", ["*", "by day", "a" * 2000, "by-day~other", "ab", "\x1b[2J", "by-day\n"]
)
def test_a_dimension_of_an_index_that_there_cannot_be_is_unknown(index: str) -> None:
    specs = from_compiled(compiled_with()).pipelines
    known = dimension_named(specs, "write_capacity~orders~by-day")
    assert known.lever.where == "orders/by-day"
    with pytest.raises(UnknownDimension) as refused:
        dimension_named(specs, f"write_capacity~orders~{index}")
    assert len(str(refused.value)) < 150
    assert str(refused.value).isprintable()


# ---- what is packaged

PLAIN = ("orders", "order-writer", "orders", "by-day", "clicks", "counter", "bus", "name")


def file_of(names: tuple[str, ...]) -> dict[str, Any]:
    stream, function, table, index, topic, application, bus, name = names
    notices = {
        "event_bus": bus,
        "sns_topic_arn": f"arn:aws:sns:{ACCOUNT}:{bus}",
        "ops_items": True,
    }
    consumer = {"function": function, "tables": [{"name": table, "indexes": [{"name": index}]}]}
    told = {"notices": notices, "update_dashboard": True}
    return {
        "pipelines": [
            {"name": name, "stream": stream, "consumers": [consumer], **told},
            {"name": "the second", "topic": topic, "applications": [{"application": application}]},
        ]
    }


def read(names: tuple[str, ...]) -> PipelineFile | None:
    try:
        return load_value(file_of(names), "p.yaml")
    except ConfigurationError:
        return None


def wild(value: Any) -> Iterator[str]:
    """What IAM, CloudFormation or Terraform would read as more than a letter, in every text."""
    match value:
        case str():
            yield from (each for each in value if each in "*?$")
        case dict():
            for each in value.values():
                yield from wild(each)
        case list():
            for each in value:
                yield from wild(each)


def packaged(file: PipelineFile) -> list[str]:
    return list(wild(template(file, Options())))


PLAIN_NAMES = st.from_regex("[a-zA-Z0-9_-]{3,20}", fullmatch=True)
ANY_TEXT = st.one_of(
    PLAIN_NAMES,
    st.text(st.sampled_from("ab-_.*?${}:/AWS \n\\\"'é\x1b\ud800"), min_size=1, max_size=12),
    st.text(min_size=1, max_size=20),
)


@given(st.tuples(*[PLAIN_NAMES] * len(PLAIN)), st.sampled_from(range(len(PLAIN))), ANY_TEXT)
def test_no_name_that_is_accepted_is_a_wildcard_or_a_reference_in_what_is_packaged(
    names: tuple[str, ...], at: int, odd: str
) -> None:
    plain, file = read(names), read((*names[:at], odd, *names[at + 1 :]))
    assert plain is not None
    if file is None:
        assert not fullmatch("[a-zA-Z0-9_-]{3,20}", odd)
    else:
        assert packaged(file) == packaged(plain)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--configuration", "ssm:*"), "'*' is not the name of a parameter"),
        (("--configuration", "ssm:/tidegate/${AWS::StackName}"), "is not the name of a parameter"),
        (("--configuration", "appconfig:a/b/${c}"), "is not the name or id of an AppConfig"),
        (("--configuration", "appconfig:a/b"), "package, ssm:NAME or appconfig:APPLICATION/ENV/"),
        (("--configuration", "package:x"), "package, ssm:NAME or appconfig:APPLICATION/ENV/"),
        (("--private", "*"), "'*' is not the id of a VPC endpoint"),
        (("--kms-key", "alias/${x}"), "is not the ARN of a KMS key"),
        (("--web-acl", "*"), "'*' is not the ARN of a regional web ACL"),
        (("--permissions-boundary", "arn:aws:iam::1:policy/*"), "is not the ARN of a managed"),
        (("--tag", "aws:x=y"), "'aws:x' is not the key of a tag"),
        (("--tag", "team=${x}"), "is not the value of a tag"),
        (("--tag", "team"), "'team'; KEY=VALUE is"),
        (("--granted-tag", "team"), "'team'; KEY=VALUE is"),
        (("--granted-tag", "te*m=x"), "--granted-tag"),
        (("--prefix", "*"), "'*' is not the beginning of names"),
        (("--prefix", "a"), "'a' is not the beginning of names"),
    ],
)
def test_what_packaging_is_told_becomes_no_wildcard_either(
    options: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    from click.testing import CliRunner

    from tidegate.deployment.package import main

    config = tmp_path / "pipelines.yaml"
    config.write_text(FIVE_LINES, encoding="utf-8")
    out = tmp_path / "out"
    done = CliRunner().invoke(main, [str(config), str(out), *options])
    assert done.exit_code == 2
    assert words in done.stderr
    assert not out.exists()


def test_a_tag_may_be_without_a_value_as_aws_allows(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from tidegate.deployment.package import main

    config = tmp_path / "pipelines.yaml"
    config.write_text(FIVE_LINES, encoding="utf-8")
    done = CliRunner().invoke(main, [str(config), str(tmp_path / "out"), "--tag", "team="])
    assert (done.exit_code, done.stderr) == (0, "")
    made = json.loads((tmp_path / "out" / "deploy" / "template.json").read_text(encoding="utf-8"))
    ledger = made["Resources"]["Ledger"]["Properties"]
    assert {"Key": "team", "Value": ""} in ledger["Tags"]


def test_an_event_bus_of_another_account_is_granted_by_its_own_arn() -> None:
    bus = "arn:aws:events:eu-west-1:210987654321:event-bus/central"
    file = read((*PLAIN[:6], "alerts", PLAIN[7]))
    assert file is not None
    text = json.dumps(template(_with_bus(file, bus)))
    assert f'"{bus}"' in text
    assert f"event-bus/{bus}" not in text


def _with_bus(file: PipelineFile, bus: str) -> PipelineFile:
    from dataclasses import replace

    first, *rest = file.pipelines
    told: PipelineSpec = replace(first, notices=replace(first.notices, event_bus=bus))
    return PipelineFile([told, *rest])
