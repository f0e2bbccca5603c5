"""The pipeline file: read, validated whole, every mistake with its place."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import yaml

from tidegate.rules.graph import Kinds
from tidegate.scaling.config.specification import PipelineFile, TableSpec
from tidegate.scaling.config.validation import semantic_mistakes
from tidegate.scaling.kinds.registry import KINDS
from tidegate.scaling.model.errors import ConfigurationError, Mistake, shown
from tidegate.yaml_text import Keys, Located, key_of, located

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["load", "load_value", "parse"]

_YAML_WORDS = {False: ("off", "no"), True: ("on", "yes")}

_NAME_ALONE = "function-after[_checked(), str]"
"""How pydantic calls the other way to give a table; it is spelled out before it gets there."""


def load(path: str | Path, kinds: Kinds = KINDS) -> PipelineFile:
    """The pipelines of a file; ConfigurationError with every mistake at once."""
    name = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise _refused(name, "there is no such file") from None
    except IsADirectoryError:
        raise _refused(name, "it is a directory; a YAML file is needed") from None
    except UnicodeDecodeError:
        raise _refused(name, "it is not UTF-8 text; a YAML file is needed") from None
    except OSError as error:
        raise _refused(name, str(error.strerror)) from None
    return parse(text, name, kinds)


def load_value(value: Mapping[str, Any], name: str) -> PipelineFile:
    """The pipelines of a value that is already parsed, such as a scenario carries."""
    return parse(yaml.safe_dump(dict(value), sort_keys=False), name)


def parse(text: str, name: str, kinds: Kinds = KINDS) -> PipelineFile:
    """The pipelines of a text; ``name`` is what mistakes call the file."""
    found = located(text, name)
    if found.mistakes:
        raise _all_of(found.mistakes)
    validated = _validate(found)
    wrong = [found.mistake(path, words) for path, words in semantic_mistakes(validated, kinds)]
    if wrong:
        raise _all_of(wrong)
    return validated


def _all_of(mistakes: list[Mistake]) -> ConfigurationError:
    """In the order of the text; what is wrong below an anchor is told once."""
    ordered = sorted(mistakes, key=lambda each: (each.line, each.column))
    return ConfigurationError(tuple(dict.fromkeys(ordered)))


def _refused(name: str, message: str) -> ConfigurationError:
    return ConfigurationError((Mistake(name, 1, 1, message),))


def _validate(found: Located) -> PipelineFile:
    from pydantic import TypeAdapter, ValidationError

    try:
        text = json.dumps(_spelled_out(found.value))
        # Strict is right only from JSON: from Python it would refuse a mapping for a dataclass.
        return TypeAdapter(PipelineFile).validate_json(text, strict=True)
    except ValidationError as error:
        words = list(_yaml_words(error.errors(include_url=False)))
        if words:
            for path, word in words:
                _put(found.value, path, word)
            return _validate(found)
        mistakes = [
            _translated(each, found)
            for each in error.errors(include_url=False)
            if (each["type"], each["loc"][-1:]) != ("string_type", (_NAME_ALONE,))
        ]
        raise _all_of(mistakes) from None


def _yaml_words(errors: "Iterable[ErrorDetails]") -> Iterator[tuple[Keys, str]]:
    """Where a word is wanted that YAML 1.1 reads as true or false unless it is quoted."""
    for each in errors:
        if each["type"] == "literal_error" and isinstance(each["input"], bool):
            expected = each.get("ctx", {})["expected"]
            words = (word for word in _YAML_WORDS[each["input"]] if f"'{word}'" in expected)
            yield from ((each["loc"], word) for word in words)


def _put(value: Any, path: Keys, word: str) -> None:
    *above, last = path
    for key in above:
        value = value[key]
    value[last] = word


def _spelled_out(value: Any) -> Any:
    """A table given by its name alone means a table of that name: one way to be wrong, not two."""
    if isinstance(value, list):
        return [_spelled_out(each) for each in value]
    if not isinstance(value, dict):
        return value
    spelled = {key: _spelled_out(each) for key, each in value.items()}
    tables = spelled.get("tables")
    if isinstance(tables, list):
        spelled["tables"] = [{"name": each} if isinstance(each, str) else each for each in tables]
    return spelled


def _translated(error: "ErrorDetails", found: Located) -> Mistake:
    path = tuple(part for part in error["loc"] if part != TableSpec.__name__)
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return found.mistake(path[:-1], f"{shown(path[-1])} is missing; it must be given")
        case "unexpected_keyword_argument":
            return found.mistake(path, _unknown_key(path))
        case "value_error":
            # Of a table given by its name alone, the text has no key for the name.
            return found.mistake(path, f"{key_of(found.known(path))}: {context['error']}")
    return found.mistake(path, f"{key_of(path)} is {_out_of_bounds(error)}")


def _out_of_bounds(error: "ErrorDetails") -> str:
    """What a value is, and what it must be, in words."""
    context = error.get("ctx", {})
    given = shown(error["input"])
    match error["type"]:
        case "greater_than_equal":
            return f"{given}; at least {context['ge']} is allowed"
        case "greater_than":
            return f"{given}; more than {context['gt']} is allowed"
        case "less_than_equal":
            return f"{given}; at most {context['le']} is allowed"
        case "too_short" | "string_too_short":
            return "empty; at least one is needed"
        case "literal_error":
            return f"{given}; {context['expected']}"
        case "dataclass_type" | "dict_type":
            return f"{given}; keys and values are needed here"
        case _:
            return f"{given}; it must be {error['msg'].removeprefix('Input should be ')}"


def _unknown_key(path: Keys) -> str:
    known = _keys_at(path[:-1])
    close = get_close_matches(str(path[-1]), known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(known)}"
    return f"{shown(path[-1])} is not a key here; {hint}"


def _keys_at(path: Keys) -> list[str]:
    """The keys that the grammar knows at a path, found by walking the dataclasses."""
    kind: Any = PipelineFile
    for part in path:
        if isinstance(part, int):
            continue
        hint = get_type_hints(kind).get(part)
        candidates = [hint]
        while candidates:
            each = candidates.pop()
            if isinstance(each, type) and is_dataclass(each):
                kind = each
                break
            candidates.extend(get_args(each))
    return [each.name for each in fields(kind)]
