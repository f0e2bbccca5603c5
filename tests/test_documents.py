"""The documents say what is there: commands, targets, files, pipeline files, Python."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from tests.documents import PAGES, RECORDS, Code, blocks, links, shell_lines, spans
from tests.shape import ROOT
from tidegate.cli import main
from tidegate.rules.cause import Cause
from tidegate.scaling.kinds.registry import TYPES

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
OUR_COMMAND = re.compile(r"(?:\S*/)?tidegate (?=[a-z])")
PLACEHOLDER = re.compile(r"[A-Z]|\.\.\.")
OF_A_PIPELINE = "pipelines:\n  - name: a\n    stream: a\n    consumers: [{function: f}]\n"
"""What a block is put below that shows a part of a pipeline."""


def ids(code: object) -> str:
    return " ".join(code)[:60] if isinstance(code, Code) else str(code)


def command_of(words: list[str]) -> tuple[click.Command, click.Context, list[str]]:
    """A command, or one of a group's, and what is left of the words."""
    context = click.Context(main)
    found = main.get_command(context, words[0])
    assert found is not None, f"there is no tidegate {words[0]}"
    context = click.Context(found, parent=context, info_name=words[0])
    if isinstance(found, click.Group) and words[1:] and words[1] in found.commands:
        found = found.commands[words[1]]
        return found, click.Context(found, parent=context, info_name=words[1]), words[2:]
    return found, context, words[1:]


def not_taken(words: list[str]) -> list[str]:
    """The arguments that are too many, and the values that an option doesn't take. A usage error of
    click for an option that doesn't exist."""
    command, context, arguments = command_of(words)
    values, left, _ = command.make_parser(context).parse_args(arguments)
    parameters = {each.name: each for each in command.params}
    given = ((name, each) for name, each in values.items() if isinstance(each, str))
    return left + [
        value
        for name, value in given
        if not PLACEHOLDER.search(value)
        and parameters[name].type_cast_value(context, value) is None
    ]


def usage(text: str) -> list[str]:
    """The words of ``tidegate sweep [--output table\\|json]``: all options, first of the choices."""
    plain = re.sub(r"[\[\]]|(?<=\w)\\\|\w+", "", text)
    return OUR_COMMAND.sub("", plain, count=1).split()


def commands_in_text() -> list[Code]:
    """Commands in a line of text, those of which only options are said after one included."""
    found = []
    for page in (*PAGES, *RECORDS):
        for line in spans(page):
            name = None
            for code in line:
                if OUR_COMMAND.match(code.text):
                    name = usage(code.text)[0]
                    found.append(code)
                elif name and code.text.startswith("--"):
                    found.append(Code(code.where, f"tidegate {name} {code.text}"))
    return found


def test_code_is_found_in_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "`a` and `b`\n```python\nprint(1)\n```\n```sh\n$ c \\\n  d  # e\n```\n", "utf-8"
    )
    assert list(blocks(page, "python")) == [Code("page.md:2", "print(1)\n")]
    assert list(shell_lines(page)) == [Code("page.md:5", "c    d")]
    assert next(spans(page)) == [Code("page.md:1", "a"), Code("page.md:1", "b")]


SHELL = [code for page in PAGES for code in shell_lines(page)]
COMMANDS = [code for code in SHELL if OUR_COMMAND.match(code.text)]
CODE = [*SHELL, *(code for page in PAGES for line in spans(page) for code in line)]
YAML = [code for page in PAGES for code in blocks(page, "yaml")]
PYTHON = [code for page in PAGES for code in blocks(page, "python")]


@pytest.mark.parametrize("code", commands_in_text(), ids=ids)
def test_a_command_in_the_text_exists_with_its_options(code: Code) -> None:
    assert not_taken(usage(code.text)) == []


@pytest.mark.parametrize("code", COMMANDS, ids=ids)
def test_a_command_to_be_copied_is_complete(code: Code) -> None:
    words = shlex.split(OUR_COMMAND.sub("", code.text, count=1))
    assert not_taken(words) == []
    command, context, arguments = command_of(words)
    values, _, _ = command.make_parser(context).parse_args(arguments)
    assert [
        each.name for each in command.params if each.required and not values.get(each.name)
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_line_to_be_copied_names_the_command_by_its_place(page: Path) -> None:
    """It is on nobody's PATH, and within `$( )` the shell goes on without it."""
    bare = re.compile(r"(?<![\w./-])tidegate [a-z]")
    assert [code for code in shell_lines(page) if bare.search(code.text)] == []


def test_every_command_is_in_the_readme() -> None:
    told = {usage(each.text)[0] for each in commands_in_text() if "README" in each.where}
    assert told == set(main.list_commands(click.Context(main)))


def test_what_is_made_has_a_target_and_its_variables_are_read() -> None:
    for code in CODE:
        if code.text.startswith("make "):
            target, *variables = code.text.split()[1:]
            assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE), code
            names = [each.partition("=")[0] for each in variables if "=" in each]
            assert [each for each in names if f"$({each})" not in MAKEFILE] == [], code


def test_python_is_run_on_modules_and_files_that_are_there() -> None:
    for code in CODE:
        for module in re.findall(r"python3? -m ([\w.]+)", code.text):
            assert find_spec(module) is not None, code
        for file in re.findall(r"python3? ([\w/]+\.py)", code.text):
            assert (ROOT / file).is_file(), code


@pytest.mark.parametrize("code", YAML, ids=ids)
def test_a_pipeline_file_passes_its_check(code: Code, tmp_path: Path) -> None:
    file = tmp_path / "pipelines.yaml"
    whole = code.text.startswith("pipelines:")
    file.write_text(code.text if whole else OF_A_PIPELINE + code.text, encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(file)])
    assert (result.exit_code, code.where) == (0, code.where), result.output


def failure_of(code: Code) -> str | None:
    """What a block of Python raises, None where it runs."""
    names: dict[str, Any] = {"__name__": "document"}
    try:
        exec(compile(code.text, code.where, "exec"), names)
    except Exception as error:
        return repr(error)
    return None


def test_a_block_of_python_that_fails_is_noticed() -> None:
    assert failure_of(Code("page.md:2", "1 / 0")) == "ZeroDivisionError('division by zero')"
    assert failure_of(Code("page.md:2", "1 +")) is not None
    assert failure_of(Code("page.md:2", "print(1)")) is None


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("code", PYTHON, ids=ids)
def test_the_python_runs(code: Code, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against moto, each block by itself."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert failure_of(code) is None


@pytest.mark.parametrize("page", [*PAGES, *RECORDS], ids=lambda page: page.name)
def test_links_go_somewhere(page: Path) -> None:
    assert [to for to in links(page) if not (page.parent / to).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_files_that_are_named_are_there(page: Path) -> None:
    """Below the root; ``<kind>`` stands for any name."""
    named = [code for line in spans(page) for code in line if is_path(code.text)]
    assert [code for code in named if not any(ROOT.glob(re.sub(r"<\w+>", "*", code.text)))] == []


def is_path(text: str) -> bool:
    first = text.partition("/")[0]
    return bool(re.fullmatch(r"[\w.<>*/-]+/[\w.<>*/-]*", text)) and (ROOT / first).is_dir()


def test_the_causes_are_told_in_the_order_of_cure() -> None:
    text = (ROOT / "docs" / "diagnosis.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| ([a-z-]+) \|", text, re.MULTILINE)
    assert told == ["cause", *(each.value for each in Cause if each is not Cause.HEALTHY)]


def test_the_levers_are_told_in_the_reference() -> None:
    levers = [kind for each in TYPES for kind in each.levers]
    text = (ROOT / "docs" / "pipeline-file.md").read_text(encoding="utf-8")
    assert [each.value for each in levers if f"`{each.value}`" not in text] == []


def test_a_schedule_that_was_broken_is_told_with_the_commit_at_which_it_was() -> None:
    """The figures above are made anew, the prose is not."""
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    prose = re.sub(r"<!-- faults -->.*<!-- /faults -->", ". ", text, flags=re.DOTALL)
    told = [each for each in re.split(r"\.\s", prose) if re.search(r"\bseed \d", each)]
    assert [each for each in told if not re.search(r"\b(?=\w*\d)[0-9a-f]{7}\b", each)] == []
