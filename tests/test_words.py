"""Each sentence is given exactly the numbers that it names."""

import ast
from collections.abc import Iterator
from importlib import import_module
from string import Formatter

import pytest

from tests.shape import modules
from tidegate.rules.reason import Words


def fields_of(words: Words) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words.template) if name}


def called(tree: ast.Module) -> Iterator[tuple[str, str, set[str]]]:
    """Module of the sentence, its name, and the numbers given, of each call in a module."""
    aliases = {
        name.asname or name.name: f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if name.name == "words"
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=alias), attr=attr)):
                given = {each.arg for each in node.keywords}
                if alias in aliases and None not in given:
                    yield aliases[alias], attr, {str(name) for name in given}


CALLS = [(module, *each) for module, tree in modules().items() for each in called(tree)]


@pytest.mark.parametrize(("module", "home", "name", "given"), CALLS)
def test_a_sentence_gets_what_it_names(module: str, home: str, name: str, given: set[str]) -> None:
    assert fields_of(getattr(import_module(home), name)) == given, module


def test_no_sentence_is_without_use() -> None:
    used = {(home, name) for _, home, name, _ in CALLS}
    unpacked = {"WINDOW_CLOSED", "WINDOW_UPWARDS"}
    homes = [
        module for module in modules() if module.endswith(".words") and ".commands" not in module
    ]
    known = {
        (home, name)
        for home in homes
        for name, value in vars(import_module(home)).items()
        if isinstance(value, Words)
    }
    assert {
        each for each in known - used if each[1] not in unpacked and "RAISE_" not in each[1]
    } == set()
