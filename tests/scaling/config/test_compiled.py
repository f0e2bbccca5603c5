"""The compiled form: the same as the file, and held to the same grammar."""

import json
from pathlib import Path
from typing import Any

import pytest

from tidegate.pipeline_file import load, load_value
from tidegate.scaling.config.compiled import compiled, from_compiled
from tidegate.scaling.model.errors import ConfigurationError

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.yaml"))


def plain() -> dict[str, Any]:
    consumer = {"function": "writer", "tables": ["orders"]}
    return {"pipelines": [{"name": "orders", "stream": "orders", "consumers": [consumer]}]}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_what_is_packaged_says_the_same_as_the_file(path: Path) -> None:
    file = load(path)
    assert from_compiled(json.loads(json.dumps(compiled(file)))) == file


WRONG: dict[str, tuple[Any, str]] = {
    "no mapping": ([1], "[1] is not dict"),
    "no pipelines": ({"pipelines": []}, "pipelines: it is empty"),
    "missing": ({"pipelines": [{"stream": "a"}]}, "pipelines[0].name: it is missing"),
    "no source": (
        {"pipelines": [{"name": "a"}]},
        "pipelines[0]: 'stream' is missing; it must be given, or topic",
    ),
    "unknown key": (
        {"pipelines": [{**plain()["pipelines"][0], "colour": 1}]},
        "pipelines[0].colour: it is not a key here",
    ),
}
LEVERS: dict[str, tuple[Any, str]] = {
    "max zero": ({"shard_count": {"max": 0}}, "shard_count.max: 0 is less than 1"),
    "text": ({"shard_count": {"max": "8"}}, "shard_count.max: '8' is not int"),
    "bool": ({"shard_count": {"max": True}}, "shard_count.max: True is not int"),
    "fraction": ({"shard_count": {"max": 2.5}}, "shard_count.max: 2.5 is not int"),
    "owner": ({"shard_count": {"max": 8, "owner": "me"}}, "owner: 'me' is not one of"),
    "min over max": ({"shard_count": {"max": 1, "min": 2}}, "min is 2, more than max (1)"),
    "AWS's limit": ({"parallelization_factor": {"max": 99}}, "max is 99; AWS allows 1..10"),
    "window": ({"batching_window_seconds": {"max": 301}}, "max is 301; AWS allows 0..300"),
    "list": ({"shard_count": []}, "shard_count: [] is not dict"),
}


@pytest.mark.parametrize("name", [*WRONG, *LEVERS])
def test_a_compiled_form_that_is_wrong_is_refused_with_the_path(name: str) -> None:
    if name in WRONG:
        data, words = WRONG[name]
    else:
        levers, words = LEVERS[name]
        data = plain()
        data["pipelines"][0]["levers"] = levers
    with pytest.raises(ConfigurationError) as refused:
        from_compiled(data, "ssm:/tidegate")
    assert words in str(refused.value)
    assert str(refused.value).startswith("ssm:/tidegate:1:1: ")


def test_both_readers_of_the_grammar_agree_on_what_is_wrong() -> None:
    """pydantic validates the file, the deployed app the compiled form: one grammar."""
    for levers, _ in LEVERS.values():
        data = plain()
        data["pipelines"][0]["levers"] = levers
        for read in (from_compiled, lambda value: load_value(value, "file")):
            with pytest.raises(ConfigurationError):
                read(data)
