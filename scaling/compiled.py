"""The pipeline file as plain data and back, without the libraries that validate it.

The file is validated where it is written or packaged; what is deployed reads the compiled form.
"""

from dataclasses import asdict, fields, is_dataclass
from datetime import time
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from scaling.specification import PipelineFile

__all__ = ["compiled", "from_compiled"]


def compiled(file: PipelineFile) -> dict[str, Any]:
    """Plain data that JSON can carry."""
    plain: dict[str, Any] = _plain(asdict(file))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, time) else value


def from_compiled(data: dict[str, Any]) -> PipelineFile:
    """The pipelines that ``compiled`` wrote."""
    found: PipelineFile = _built(PipelineFile, data)
    return found


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _built(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (Union, UnionType, Annotated):
        return _of_any(get_args(hint), value)
    if get_origin(hint) is list:
        return [_built(get_args(hint)[0], each) for each in value]
    if hint is time:
        return time.fromisoformat(value)
    if isinstance(hint, type) and is_dataclass(hint):
        hints = _hints(hint)
        given = {
            each.name: _built(hints[each.name], value[each.name])
            for each in fields(hint)
            if each.name in value
        }
        return hint(**given)
    return value


def _of_any(hints: tuple[Any, ...], value: Any) -> Any:
    """Of several types, a mapping or list is the one that isn't a plain word or nothing."""
    if isinstance(value, dict | list):
        rich = (each for each in hints if each not in (type(None), str))
        return _built(next(rich), value)
    return value
