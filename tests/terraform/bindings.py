"""What the AWS provider of Terraform takes, read from a wheel of bindings that was made from its schema.

The wheel is read as text: it is not imported, nor what it stands on.
"""

import ast
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

__all__ = ["Bindings", "Inner", "Place", "mistakes"]

_REPRESENTS = re.compile(
    r"^class (\w+)\((?:[^'\"]|\"[^\"]*\")*?'''(?:\(experimental\) )?Represents a \{@link "
    r"https://registry\.terraform\.io/providers/hashicorp/aws/([0-9.]+)/docs/(resources|data-sources)/"
    r"\w+ (aws_\w+)\}",
    re.MULTILINE,
)
_META = {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioners"}
"""Of Terraform itself, for each resource."""

_DICT = r"typing\.Dict\[builtins\.str, typing\.Any\]"
_BLOCK = re.compile(rf"typing\.Union\['?([\w.]+)'?, {_DICT}\]")
_BLOCKS = re.compile(
    rf"(?:typing\.Union\['?\w+\.IResolvable'?, )?typing\.Sequence\[typing\.Union\['?([\w.]+)'?, {_DICT}\]\]\]?"
)
_EXPRESSION = re.compile(r"\$\{.*\}", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """A class of the bindings: of a resource, or of a block in one."""

    module: str
    name: str
    is_resource: bool = False


@dataclass(frozen=True)
class Inner:
    """A block in another one, and whether there may be several."""

    place: Place
    is_many: bool


_TYPES: dict[str, Any] = {
    "builtins.str": "string",
    "jsii.Number": "number",
    "typing.Sequence[builtins.str]": ["list", "string"],
    "typing.Mapping[builtins.str, builtins.str]": ["map", "string"],
}


class Bindings:
    """Those of one version of the provider."""

    def __init__(self, wheel: Path) -> None:
        self._archive = zipfile.ZipFile(wheel)
        self._texts: dict[str, str] = {}
        self._classes: dict[tuple[str, str], ast.ClassDef] = {}

    @cached_property
    def _index(self) -> dict[tuple[str, str], tuple[Place, str]]:
        found = {}
        for name in self._archive.namelist():
            if name.count("/") == 2 and name.endswith("/__init__.py"):
                for told in _REPRESENTS.finditer(self._text(name)):
                    place = Place(name, told[1], is_resource=True)
                    found[told[3], told[4]] = place, told[2]
        return found

    @property
    def version(self) -> str:
        """That of the provider."""
        (found,) = {version for _, version in self._index.values()}
        return found

    def resource(self, kind: str, of: str = "resources") -> Place | None:
        """A type of resource, or of ``data-sources``."""
        place, _ = self._index.get((of, kind), (None, ""))
        return place

    def arguments(self, place: Place) -> dict[str, tuple[str, bool]]:
        """The arguments of a class: of which type each is, and whether it must be there."""
        (made,) = (each for each in self._functions(place) if each.name == "__init__")
        pairs = zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True)
        return {
            each.arg: (re.sub(r"^typing\.Optional\[(.*)\]$", r"\1", ast.unparse(each.annotation)), default is None)
            for each, default in pairs
            if each.annotation is not None and not (place.is_resource and each.arg in _META)
        }  # fmt: skip

    @staticmethod
    def block_in(place: Place, wanted: str) -> Inner | None:
        """The block that an argument is, by its type; None where it is no block."""
        one, many = _BLOCK.fullmatch(wanted), _BLOCKS.fullmatch(wanted)
        found = one or many
        return Inner(Place(place.module, found[1]), one is None) if found else None

    @staticmethod
    def type_of(wanted: str) -> Any:
        """An argument's type as Terraform has it in JSON; ``dynamic`` of one that is not known."""
        return "bool" if "builtins.bool" in wanted else _TYPES.get(wanted, "dynamic")

    def attributes(self, place: Place) -> set[str]:
        """What may be referred to of a resource."""
        return {
            each.name
            for each in self._functions(place)
            if "builtins.property" in map(ast.unparse, each.decorator_list)
        }

    def _functions(self, place: Place) -> list[ast.FunctionDef]:
        outer, *inner = place.name.split(".")
        found = self._class(place.module, outer)
        for name in inner:
            (found,) = (e for e in found.body if isinstance(e, ast.ClassDef) and e.name == name)
        return [each for each in found.body if isinstance(each, ast.FunctionDef)]

    def _class(self, module: str, name: str) -> ast.ClassDef:
        if (module, name) not in self._classes:
            text = self._text(module)
            start = re.search(rf"^class {name}[(:]", text, re.MULTILINE)
            assert start is not None, name
            end = re.search(r"^(?:class |@)", text[start.end() :], re.MULTILINE)
            (found,) = ast.parse(
                text[start.start() : start.end() + end.start() if end else None]
            ).body
            assert isinstance(found, ast.ClassDef)
            self._classes[module, name] = found
        return self._classes[module, name]

    def _text(self, name: str) -> str:
        if name not in self._texts:
            self._texts[name] = self._archive.read(name).decode()
        return self._texts[name]


def mistakes(
    bindings: Bindings, place: Place, declared: dict[str, Any], where: str
) -> Iterator[str]:
    """What the provider would refuse of a resource or a block before it asks AWS."""
    arguments = bindings.arguments(place)
    meta = _META if place.is_resource else set()
    for name, value in declared.items():
        if name in arguments:
            yield from _wrong(bindings, place, (arguments[name][0], value), f"{where}.{name}")
        elif name not in meta:
            yield f"{where}.{name} is no argument"
    for name, (_, must) in arguments.items():
        if must and name not in declared:
            yield f"{where}.{name} is missing"


def _wrong(bindings: Bindings, place: Place, of: tuple[str, Any], where: str) -> Iterator[str]:
    wanted, value = of
    inner = bindings.block_in(place, wanted)
    if inner is not None:
        blocks = value if isinstance(value, list) else [value]
        if len(blocks) != 1 and not inner.is_many:
            yield f"{where} is one block"
        for each in blocks:
            yield from mistakes(bindings, inner.place, each, where)
    elif not _is(bindings.type_of(wanted), value):
        yield f"{where}: {value!r} is no {bindings.type_of(wanted)}"


def _is(wanted: Any, value: Any) -> bool:
    if wanted == "string":
        return isinstance(value, str)
    if isinstance(value, str):
        return _EXPRESSION.fullmatch(value) is not None
    match wanted:
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case ["list", "string"]:
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        case ["map", "string"]:
            return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    return wanted == "bool" and isinstance(value, bool)
