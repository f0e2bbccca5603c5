"""YAML as plain values, with the place of every key and value, whatever is in the text.

An alias stands for everything below its anchor, so that 300 characters may mean billions of values.
What a text comes to is counted while it is parsed, each alias as what it stands for, and nothing is
written out before the count is known.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from re import fullmatch
from typing import Any

import yaml

from tidegate.scaling.config.grammar import STRAY_WORDS, stray_character
from tidegate.scaling.model.errors import ConfigurationError, Mistake, shown, shown_key

__all__ = ["Keys", "Located", "key_of", "located"]

Keys = tuple[str | int, ...]
"""Keys and positions on the way to a value."""

LENGTH_MAX = 1_000_000
"""Characters of a text. Pipelines of a hundred lines each: hundreds of them."""

NODES_MAX = LENGTH_MAX // 10
"""Keys and values of a text, aliases written out. A line of a pipeline file has about ten
characters for each: with aliases a text may mean as much as the longest one could without them."""

DEPTH_MAX = 20
"""Levels below the top. The grammar's deepest, a dimension of a metric of a tracking policy of an
index, is at 17."""

WORDS_MAX = 120
"""Characters of what messages take over from a text, or from PyYAML."""

WHOLE_MAX = 2**63 - 1
"""The largest whole number that AWS's APIs take (long)."""


@dataclass(slots=True)
class Located:
    """A YAML document as plain values, with the place of every key and value by its path."""

    file: str
    value: Any = None
    places: dict[Keys, tuple[int, int]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def known(self, path: Keys) -> Keys:
        """A path, or the nearest above it that the text has."""
        while path and path not in self.places:
            path = path[:-1]
        return path

    def mistake(self, path: Keys, message: str) -> Mistake:
        """A mistake at a path, or at the nearest place above it."""
        line, column = self.places.get(self.known(path), (1, 1))
        return Mistake(self.file, line, column, message)


class _Refused(yaml.MarkedYAMLError):
    """YAML, but more of it than any pipeline file comes to, or nothing that can be read."""


class _Counting(yaml.SafeLoader):
    """Composes nodes and counts what they come to, aliases written out."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._count = self._depth = self._deepest = 0
        self._sizes: dict[str | None, tuple[int, int]] = {}
        self._peek: Callable[[], Any] = self.peek_event

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """As PyYAML does, refusing what is too much at the place where it becomes so."""
        event = self._peek()
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            count, height = self._stood_for(event.anchor, mark)
            self._add(count, self._depth + height, mark)
            return super().compose_node(parent, index)
        outer, before = self._deepest, self._count
        self._add(1, self._depth, mark)
        self._deepest = self._depth
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        if event.anchor is not None:
            self._sizes[event.anchor] = (self._count - before, self._deepest - self._depth)
        self._deepest = max(outer, self._deepest)
        return node

    def _add(self, count: int, depth: int, mark: Any) -> None:
        self._count += count
        self._deepest = max(self._deepest, depth)
        if self._count > NODES_MAX:
            words = f"more than {NODES_MAX:,} keys and values up to here, aliases written out"
            raise _Refused(None, None, words, mark)
        if depth > DEPTH_MAX:
            raise _Refused(None, None, "nested too deeply", mark)

    def _stood_for(self, anchor: str | None, mark: Any) -> tuple[int, int]:
        """How many nodes, over how many levels; PyYAML itself tells of an alias of nothing."""
        if anchor in self.anchors and anchor not in self._sizes:
            words = f"the alias *{_cut(anchor)} refers to a value that contains it"
            raise _Refused(None, None, words, mark)
        return self._sizes.get(anchor, (0, 0))


def located(text: str, name: str) -> Located:
    """The values of a text that ``name`` calls. Raises ConfigurationError where it is no YAML, or
    too much; lesser mistakes are in what is returned."""
    if len(text) > LENGTH_MAX:
        raise _refused(name, 1, 1, f"it is longer than {LENGTH_MAX:,} characters")
    loader, node = _composed(text, name)
    if node is None:
        raise _refused(name, 1, 1, "the file is empty; it needs a list of pipelines")
    found = Located(name)
    found.value = _plain(node, (), found, loader)
    return found


def _refused(name: str, line: int, column: int, message: str) -> ConfigurationError:
    return ConfigurationError((Mistake(name, line, column, message),))


def _composed(text: str, name: str) -> tuple[yaml.SafeLoader, yaml.Node | None]:
    try:
        loader = _Counting(text)
        try:
            return loader, loader.get_single_node()
        except (ValueError, OverflowError):
            # PyYAML lets through what Python says of an escape such as \UFFFFFFFF.
            words = "there is no such character or number"
            raise _Refused(None, None, words, loader.get_mark()) from None
    except yaml.reader.ReaderError as error:
        lines = f"{text[: error.position]}.".splitlines()
        words = f"U+{ord(text[error.position]):04X} is here; YAML does not allow it"
        raise _refused(name, len(lines), len(lines[-1]), words) from None
    except _Refused as error:
        raise _at(error.problem_mark, name, str(error.problem)) from None
    except yaml.MarkedYAMLError as error:
        words = f"this is not YAML: {_cut(error.problem or error.context)}"
        raise _at(error.problem_mark or error.context_mark, name, words) from None


def _at(mark: yaml.Mark | None, name: str, words: str) -> ConfigurationError:
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return _refused(name, line, column, words)


def _cut(words: object) -> str:
    """Words of the text itself, or of PyYAML, which quotes them at any length."""
    said = " ".join(str(words).split())
    return said if len(said) <= WORDS_MAX else f"{said[: WORDS_MAX - 3]}..."


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _plain(node: yaml.Node, path: Keys, found: Located, loader: yaml.SafeLoader) -> Any:
    found.places.setdefault(path, _place(node))
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, path, found, loader))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each, (*path, at), found, loader) for at, each in enumerate(node.value)]
    value, wrong = _value(node, loader)
    if wrong is not None:
        found.mistakes.append(found.mistake(path, f"{key_of(path)} {wrong}"))
    return value


def _pairs(
    node: yaml.MappingNode, path: Keys, found: Located, loader: yaml.SafeLoader
) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key, value in node.value:
        wrong = _wrong_key(key, seen)
        if wrong is not None:
            found.mistakes.append(Mistake(found.file, *_place(key), wrong))
            continue
        word = str(key.value)
        seen.add(word)
        below = (*path, word)
        found.places[below] = _place(key)
        yield word, _plain(value, below, found, loader)


def _wrong_key(key: yaml.Node, seen: set[str]) -> str | None:
    if not isinstance(key, yaml.ScalarNode):
        return "a key must be a word"
    word = str(key.value)
    if word in seen:
        return f"{shown(word)} stands here twice; each key is allowed once"
    wrong = _wrong_text(word)
    return None if wrong is None else f"the key {shown(word)} {wrong}"


_TAG = "tag:yaml.org,2002:"


def _value(node: yaml.Node, loader: yaml.SafeLoader) -> tuple[Any, str | None]:
    """The value of a scalar, or what is wrong with it."""
    written = str(node.value)
    if node.tag == f"{_TAG}timestamp" or (node.tag == f"{_TAG}int" and ":" in written):
        # A day is read where one is wanted; and YAML 1.1 reads an unquoted 18:00 as 1080.
        value: Any = written
    elif node.tag == f"{_TAG}int" and fullmatch("[-+]?0[0-9_]+", written):
        # YAML 1.1 reads 0100 as 64, in octal.
        return None, f"is {_cut(written)}; a number has no zero before it, a text has quotes"
    else:
        try:
            value = loader.construct_object(node, deep=True)
        except (yaml.YAMLError, LookupError, ValueError, OverflowError):
            # Where a tag asks for what isn't there, PyYAML lets Python's own errors through.
            return None, f"is {shown(written)}, which can't be read"
    return value, _wrong_value(value, written)


def _wrong_value(value: Any, written: str) -> str | None:
    match value:
        case bytes():
            return "is binary; text is allowed"
        case float() if not isfinite(value):
            return f"is {written}, which is not a finite number"
        case int() if abs(value) > WHOLE_MAX:
            return f"is {_cut(written)}; at most {WHOLE_MAX} is allowed"
        case str():
            return _wrong_text(value)
    return None


def _wrong_text(text: str) -> str | None:
    stray = stray_character(text)
    return None if stray is None else f"has {stray} in it; {STRAY_WORDS}"


def key_of(path: Keys) -> str:
    """How messages call the value at a path: by its key, or its list and position."""
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"{key_of(path[:-1])}[{path[-1]}]"
    return shown_key(path[-1])
