"""Command lines as people mistype them."""

from random import Random
from typing import Any

import click

from tidegate.cli import main

__all__ = ["command_line"]

VALUES = (
    "", " ", "-", "--", "0", "-1", "1", "2", "7", "1e9", "nan", "inf", "99999999999999999999",
    "50%", "x2", "/2", "+3", "-3", "1h", "30m", "7d", "-1d", "0s", "9999999d", "yesterday",
    "2026-01-05T12:00:00Z", "2026-13-45", "orders", "nowhere", "a b", "*", "${x}", "é", "\u202e",
    "\x1b[31m", "x" * 3000, "../../etc/passwd", "/", "/dev/null", "shard_count", "write_capacity",
    "shardId-000000000000", "table", "json", "JSON", "arn:aws:sns:us-east-1:123456789012:x",
    "https://example.invalid/prod", "file.yaml", "missing.yaml", "us-east-1", "race-day", "tea",
)  # fmt: skip
PARSED_ONLY = ("bench", "demo")
"""Minutes and seconds of work; what they are asked for is read all the same."""


def command_line(seed: int) -> tuple[str, ...]:
    """Words after ``tidegate``: mostly of its own commands and options, with odd values."""
    random = Random(f"{seed}/line")
    context = click.Context(main)
    names = main.list_commands(context)
    name = random.choice(names)
    command = main.get_command(context, name)
    assert command is not None
    words = [name]
    for parameter in command.params:
        words += _given(parameter, random)
    if random.random() < 0.15:
        words.insert(random.randint(0, len(words)), random.choice((*VALUES, "--tea", "-x", *names)))
    if random.random() < 0.05:
        del words[random.randrange(len(words))]
    if name in PARSED_ONLY:
        words.insert(1, "--tea")
    return tuple(words)


def _given(parameter: Any, random: Random) -> list[str]:
    if isinstance(parameter, click.Argument):
        return [_value(random)] if random.random() < 0.9 else []
    wanted = 0.7 if parameter.required else 0.25
    if random.random() >= wanted:
        return []
    option = random.choice(parameter.opts)
    if parameter.is_flag:
        return [option]
    choices = getattr(parameter.type, "choices", None)
    value = random.choice(choices) if choices and random.random() < 0.7 else _value(random)
    return [option, value] if random.random() < 0.5 else [f"{option}={value}"]


def _value(random: Random) -> str:
    return random.choice(("orders", "file.yaml", *random.sample(VALUES, 3)))
