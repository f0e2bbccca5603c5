"""The pipeline file: read, validated whole, every mistake with its place."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from re import fullmatch
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import yaml

from scaling.errors import ConfigurationError, Mistake
from scaling.semantics import semantic_mistakes
from scaling.specification import PipelineFile, TableSpec

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["Located", "load", "load_value"]

Path_ = tuple[str | int, ...]
_LENGTH_MAX = 1_000_000
_NAME_ALONE = "constrained-str"
"""How pydantic calls the other way to give a table; it is spelled out before it gets there."""


@dataclass(slots=True)
class Located:
    """A YAML document as plain values, with the place of every key and value by its path."""

    file: str
    value: Any = None
    places: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, path: Path_, message: str) -> Mistake:
        """A mistake at a path, or at the nearest place above it."""
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        return Mistake(self.file, line, column, message)


def load(path: str | Path) -> PipelineFile:
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
    return parse(text, name)


def load_value(value: Mapping[str, Any], name: str) -> PipelineFile:
    """The pipelines of a value that is already parsed, such as a scenario carries."""
    return parse(yaml.safe_dump(dict(value), sort_keys=False), name)


def parse(text: str, name: str) -> PipelineFile:
    """The pipelines of a text; ``name`` is what mistakes call the file."""
    if len(text) > _LENGTH_MAX:
        raise _refused(name, f"it is longer than {_LENGTH_MAX:,} characters")
    located = _compose(text, name)
    if located.mistakes:
        raise ConfigurationError(tuple(located.mistakes))
    validated = _validate(located)
    wrong = [located.mistake(path, words) for path, words in semantic_mistakes(validated)]
    if wrong:
        raise ConfigurationError(tuple(sorted(wrong, key=_by_place)))
    return validated


def _refused(name: str, message: str) -> ConfigurationError:
    return ConfigurationError((Mistake(name, 1, 1, message),))


def _compose(text: str, name: str) -> Located:
    located = Located(name)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        words = f"this is not YAML: {error.problem or error.context}"
        raise ConfigurationError((Mistake(name, line, column, words),)) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise _refused(name, f"this is not YAML: {error}".splitlines()[0]) from None
    if node is None:
        raise _refused(name, "the file is empty; it needs a list of pipelines")
    located.value = _plain(node, (), located, 0)
    return located


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _plain(node: yaml.Node, path: Path_, located: Located, depth: int) -> Any:
    located.places.setdefault(path, _place(node))
    if depth > 20:
        located.mistakes.append(located.mistake(path, "nested too deeply"))
        return None
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, path, located, depth))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each, (*path, at), located, depth + 1) for at, each in enumerate(node.value)]
    return _scalar(node, path, located)


def _pairs(
    node: yaml.MappingNode, path: Path_, located: Located, depth: int
) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            line, column = _place(key)
            located.mistakes.append(Mistake(located.file, line, column, "a key must be a word"))
            continue
        word = str(key.value)
        below = (*path, word)
        if word in seen:
            line, column = _place(key)
            words = f"{word!r} stands here twice; each key is allowed once"
            located.mistakes.append(Mistake(located.file, line, column, words))
            continue
        seen.add(word)
        located.places[below] = _place(key)
        plain = _plain(value, below, located, depth + 1)
        yield word, plain


def _scalar(node: yaml.Node, path: Path_, located: Located) -> Any:
    if node.tag == "tag:yaml.org,2002:int" and ":" in node.value:
        # YAML 1.1 reads an unquoted 18:00 as 1080.
        return str(node.value)
    if node.tag == "tag:yaml.org,2002:int" and fullmatch("[-+]?0[0-9_]+", node.value):
        # YAML 1.1 reads 0100 as 64, in octal.
        words = f"{_name(path)} is {node.value}; a number has no zero before it, a text has quotes"
        located.mistakes.append(located.mistake(path, words))
        return None
    try:
        value = yaml.SafeLoader("").construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError, OverflowError):
        located.mistakes.append(located.mistake(path, f"{node.value!r} can't be read"))
        return None
    if isinstance(value, float) and not isfinite(value):
        located.mistakes.append(located.mistake(path, f"{node.value} is not a finite number"))
        return None
    return value


def _validate(located: Located) -> PipelineFile:
    from pydantic import TypeAdapter, ValidationError

    try:
        text = json.dumps(_spelled_out(located.value), default=str)
        # Strict is right only from JSON: from Python it would refuse a mapping for a dataclass.
        return TypeAdapter(PipelineFile).validate_json(text, strict=True)
    except ValidationError as error:
        found = [
            _translated(each, located)
            for each in error.errors(include_url=False)
            if _NAME_ALONE not in each["loc"]
        ]
        unique = dict.fromkeys(sorted(found, key=_by_place))
        raise ConfigurationError(tuple(unique)) from None


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


def _translated(error: "ErrorDetails", located: Located) -> Mistake:
    path = tuple(part for part in error["loc"] if part != TableSpec.__name__)
    name = _name(path)
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return located.mistake(path[:-1], f"{name!r} is missing; it must be given")
        case "unexpected_keyword_argument":
            return located.mistake(path, _unknown_key(path))
        case "greater_than_equal" | "greater_than":
            least = context.get("ge", context.get("gt"))
            words = "at least" if "ge" in context else "more than"
            return located.mistake(path, f"{name} is {error['input']}; {words} {least} is allowed")
        case "less_than_equal":
            words = f"{name} is {error['input']}; at most {context['le']} is allowed"
            return located.mistake(path, words)
        case "too_short" | "string_too_short":
            return located.mistake(path, f"{name} is empty; at least one is needed")
        case "literal_error":
            return located.mistake(path, f"{name} is {error['input']!r}; {context['expected']}")
        case "dataclass_type" | "dict_type":
            shown = _short(error["input"])
            return located.mistake(path, f"{name} is {shown}; keys and values are needed here")
        case _:
            words = error["msg"].removeprefix("Input should be ")
            return located.mistake(path, f"{name} is {_short(error['input'])}; it must be {words}")


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "..."


def _by_place(mistake: Mistake) -> tuple[int, int]:
    return mistake.line, mistake.column


def _name(path: Path_) -> str:
    if not path:
        return "the file"
    return str(path[-1]) if isinstance(path[-1], str) else f"{path[-2]}[{path[-1]}]"


def _unknown_key(path: Path_) -> str:
    known = _keys_at(path[:-1])
    close = get_close_matches(str(path[-1]), known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(known)}"
    return f"{path[-1]!r} is not a key here; {hint}"


def _keys_at(path: Path_) -> list[str]:
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
