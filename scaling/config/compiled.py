"""The pipeline file as plain data and back, without the libraries that validate it.

The file is validated where it is written or packaged. What is deployed reads the compiled form,
and holds it to the same grammar once more, since it may come from a parameter store.
"""

from collections.abc import Iterator
from dataclasses import MISSING, Field, asdict, fields, is_dataclass
from datetime import date, time
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from tidegate.rules.graph import Kinds
from tidegate.scaling.config.grammar import STRAY_WORDS, stray_character
from tidegate.scaling.config.specification import PipelineFile
from tidegate.scaling.config.validation import semantic_mistakes
from tidegate.scaling.config.value_limits import Constraint
from tidegate.scaling.kinds.registry import KINDS
from tidegate.scaling.model.errors import ConfigurationError, Mistake, shown, shown_key

__all__ = ["compiled", "from_compiled"]

Path = tuple[str | int, ...]


class _Wrong(Exception):
    def __init__(self, path: Path, words: str) -> None:
        super().__init__(words)
        self.path = path


def compiled(file: PipelineFile) -> dict[str, Any]:
    """Plain data that JSON can carry."""
    plain: dict[str, Any] = _plain(asdict(file))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | time) else value


def from_compiled(data: Any, name: str = "the configuration", kinds: Kinds = KINDS) -> PipelineFile:
    """The pipelines that ``compiled`` wrote. Raises ConfigurationError, which calls it ``name``."""
    try:
        found: PipelineFile = _built(PipelineFile, data, ())
    except _Wrong as wrong:
        raise _refused(name, [(wrong.path, str(wrong))]) from None
    mistakes = list(semantic_mistakes(found, kinds))
    if mistakes:
        raise _refused(name, mistakes)
    return found


def _refused(name: str, mistakes: list[tuple[Path, str]]) -> ConfigurationError:
    told = (
        Mistake(name, 1, 1, f"{_dotted(path)}: {words}" if path else words)
        for path, words in mistakes
    )
    return ConfigurationError(tuple(told))


def _dotted(path: Path) -> str:
    return "".join(
        f"[{part}]" if isinstance(part, int) else f".{shown_key(part)}" for part in path
    )[1:]


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _built(hint: Any, value: Any, path: Path) -> Any:
    origin = get_origin(hint)
    if origin is Annotated:
        return _annotated(get_args(hint), value, path)
    if origin in (Union, UnionType):
        return _of_any(get_args(hint), value, path)
    if origin is Literal:
        if value not in get_args(hint):
            raise _Wrong(path, f"{shown(value)} is not one of {get_args(hint)}")
        return value
    if origin is list:
        _check(value, list, path)
        return [_built(get_args(hint)[0], each, (*path, at)) for at, each in enumerate(value)]
    if origin is dict:
        _check(value, dict, path)
        of_key, of_value = get_args(hint)
        return {
            _built(of_key, key, path): _built(of_value, each, (*path, key))
            for key, each in value.items()
        }
    return _built_plain(hint, value, path)


def _built_plain(hint: Any, value: Any, path: Path) -> Any:
    if isinstance(hint, type) and is_dataclass(hint):
        _check(value, dict, path)
        return hint(**dict(_arguments(hint, value, path)))
    if hint in (date, time):
        try:
            return hint.fromisoformat(value)
        except (TypeError, ValueError):
            words = "a time of day" if hint is time else "a day"
            raise _Wrong(path, f"{shown(value)} is not {words}") from None
    _check(value, (int, float) if hint is float else hint, path)
    return value


def _check(value: Any, kinds: Any, path: Path) -> None:
    """A bool is no number here, a number is finite, and a text has nothing stray in it."""
    wanted = kinds if isinstance(kinds, tuple) else (kinds,)
    is_other = not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted)
    if is_other or (isinstance(value, float) and not isfinite(value)):
        raise _Wrong(path, f"{shown(value)} is not {wanted[-1].__name__}")
    stray = stray_character(value) if isinstance(value, str) else None
    if stray is not None:
        raise _Wrong(path, f"it has {stray} in it; {STRAY_WORDS}")


def _arguments(kind: type, value: dict[str, Any], path: Path) -> Iterator[tuple[str, Any]]:
    known: dict[str, Field[Any]] = {each.name: each for each in fields(kind)}
    for key in value.keys() - known.keys():
        raise _Wrong((*path, key), f"it is not a key here; known keys: {', '.join(known)}")
    hints = _hints(kind)
    for name, each in known.items():
        if name in value:
            yield name, _built(hints[name], value[name], (*path, name))
        elif each.default is MISSING and each.default_factory is MISSING:
            raise _Wrong((*path, name), "it is missing")


def _annotated(arguments: tuple[Any, ...], value: Any, path: Path) -> Any:
    built = _built(arguments[0], value, path)
    for rule in arguments[1:]:
        if isinstance(rule, Constraint) and (words := rule.complaint(built)) is not None:
            raise _Wrong(path, words)
    return built


def _of_any(hints: tuple[Any, ...], value: Any, path: Path) -> Any:
    """Of several types, a mapping or list is the one that isn't a plain word or nothing."""
    if value is None and NoneType in hints:
        return None
    if isinstance(value, dict | list):
        rich = [each for each in hints if is_dataclass(each) or get_origin(each) in (list, dict)]
    else:
        rich = [each for each in hints if each is not NoneType and not is_dataclass(each)]
    if not rich:
        raise _Wrong(path, f"{shown(value)} has no place here")
    return _built(rich[0], value, path)
