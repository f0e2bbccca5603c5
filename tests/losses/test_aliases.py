"""YAML aliases: what a text comes to is known before it is written out."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.losses.account import PIPELINES
from tidegate.pipeline_file import parse
from tidegate.scaling.model.errors import ConfigurationError

PROCESSOR_SECONDS, MEMORY_BYTES = 5, 10**9
"""Starting Python and pydantic takes most of it."""

NINE = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{here}: &{here} [{','.join([f'*{before}'] * 9)}]\n"
    for before, here in zip("abcdefgh", "bcdefghi", strict=True)
)
DOUBLING = "pipelines:\n  - &a0 {name: x}\n" + "".join(
    f"  - &a{at + 1} [*a{at}, *a{at}]\n" for at in range(18)
)
MERGED = "a: &a0 {k: v}\n" + "".join(
    f"b{at}: &a{at + 1} {{<<: [*a{at}, *a{at}, *a{at}]}}\n" for at in range(16)
)


def checked(path: Path) -> subprocess.CompletedProcess[str]:
    """``tidegate check``, ended by the system where it takes too much."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))

    command = [sys.executable, "-c", "from tidegate.cli import main; main()", "check", str(path)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=limited, timeout=300
    )


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        pytest.param(
            "pipelines: &a [*a,*a,*a]",
            "1:16", "the alias *a refers to a value that contains it", id="of itself",
        ),
        pytest.param(
            "pipelines:\n  - &p\n    name: orders\n    consumers: [{function: f, tables: [*p]}]\n",
            "4:40", "the alias *p refers to a value that contains it", id="of what it is in",
        ),
        pytest.param(
            NINE, "6:8", "more than 100,000 keys and values up to here, aliases written out",
            id="nine of nine",
        ),
        pytest.param(
            DOUBLING, "16:17", "more than 100,000 keys and values up to here, aliases written out",
            id="twice each",
        ),
        pytest.param(
            MERGED, "10:20", "more than 100,000 keys and values up to here, aliases written out",
            id="merge keys",
        ),
        pytest.param(
            "pipelines: " + "[" * 50_000, "1:32", "nested too deeply", id="brackets",
        ),
        pytest.param(
            "pipelines:\n  - &a [[[[[[[[[[x]]]]]]]]]]\n  - [[[[[[[[[[*a]]]]]]]]]]\n",
            "3:15", "nested too deeply", id="deep by an alias",
        ),
    ],
)  # fmt: skip
def test_a_text_that_comes_to_too_much_is_refused_at_once_with_its_place(
    text: str, place: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "pipelines.yaml"
    path.write_text(text, encoding="utf-8")
    done = checked(path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{path}:{place}: {words}\n"


SHARED = """\
pipelines:
  - name: orders
    stream: orders
    consumers: &readers
      - {function: order-writer, tables: [orders]}
    levers: &levers
      shard_count: {max: 16}
  - name: clicks
    stream: clicks
    consumers: *readers
    levers: *levers
"""


def test_levers_and_consumers_may_be_written_once_and_used_by_many() -> None:
    first, second = parse(SHARED, "p.yaml").pipelines
    assert (first.levers, first.consumers) == (second.levers, second.consumers)
    assert second.levers.shard_count is not None


def test_a_mistake_in_what_is_shared_is_told_once_where_it_is_written() -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse(SHARED.replace("{max: 16}", "{max: 16000}"), "p.yaml")
    assert str(refused.value) == "p.yaml:7:21: max is 16000; AWS allows 1..10000"


def test_what_can_not_be_read_is_told_once_however_often_it_is_meant() -> None:
    text = "pipelines:\n  - &p {name: 007}\n" + "  - *p\n" * 9
    with pytest.raises(ConfigurationError) as refused:
        parse(text, "p.yaml")
    words = "name is 007; a number has no zero before it, a text has quotes"
    assert str(refused.value) == f"p.yaml:2:9: {words}"


def test_many_pipelines_of_the_same_levers_are_no_bomb() -> None:
    head, _, rest = SHARED.partition("  - name: clicks")
    clicks = f"  - name: clicks{rest}"
    many = head + "".join(
        clicks.replace("name: clicks", f"name: clicks-{at}").replace(
            "stream: clicks", f"stream: clicks-{at}"
        )
        for at in range(500)
    )
    assert len(parse(many, "p.yaml").pipelines) == 501


def test_the_deepest_place_of_the_grammar_is_reached_through_aliases_too() -> None:
    metric = "{namespace: N, metric: M, dimensions: {Queue: q}}"
    policy = (
        "{max: 9, owner: application-autoscaling, target_tracking: [{name: a, target: 1, "
        f"metrics: [{{id: m, returns: true, metric: {metric}}}]}}]}}"
    )
    table = f"{{name: orders, indexes: [{{name: by-day, levers: {{write_capacity: {policy}}}}}]}}"
    text = PIPELINES.replace("tables: [orders]", f"tables: [{table}]")
    assert parse(text, "p.yaml").pipelines
    shared = text.replace("consumers:\n      - ", "consumers:\n      - &c ")
    second = "  - {name: second, stream: orders, consumers: [*c]}\n"
    with pytest.raises(ConfigurationError, match="is owned in pipeline 'orders' too"):
        parse(shared + second, "p.yaml")
