"""Pipeline files as people and programs damage them."""

from collections.abc import Callable
from random import Random

from tests.shape import ROOT

__all__ = ["SCALARS", "mutated"]

BASES = tuple(
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "examples").glob("*.yaml"))
)
SCALARS = (
    "", "null", "~", "true", "no", "0", "-1", "1", "1.5", "1e999", ".nan", "-.inf", "0777", "0x10",
    "1_000", "99999999999999999999999", "2026-01-05", "2026-01-05T12:00:00Z", "12:30:45", "[]",
    "{}", "[1, 2]", "{a: 1}", "''", '"\\0"', '"\\uD800"', "'*'", "'${aws:username}'", "'../../x'",
    "'a b'", "é", "'\u202e'", "!!python/object/apply:os.system [ls]", "!!binary aGk=", "&a x",
    "*a", "*nowhere", "<<", "|", ">", "?", "- x", "@x", "`x`", "%x", "#", "x" * 5000, "a: b: c",
    "arn:aws:kinesis:us-east-1:123456789012:stream/x", "tidegate", "application-autoscaling",
)  # fmt: skip
KEYS = ("pipelines", "name", "stream", "levers", "owner", "max", "min", "<<", "rules", "resources",
        "thresholds", "objective", "é", "__class__", "0")  # fmt: skip


def mutated(seed: int) -> bytes:
    """One of the examples with one to four mutations, or another sort of file altogether."""
    random = Random(f"{seed}/file")
    text = random.choice(BASES)
    for _ in range(random.randint(1, 4)):
        text = random.choice(MUTATIONS)(text, random)
    encoded = text.encode("utf-8", "surrogatepass")
    if random.random() < 0.1:
        at = random.randrange(len(encoded) + 1)
        encoded = encoded[:at] + random.randbytes(random.randint(1, 9)) + encoded[at:]
    if random.random() < 0.03:
        encoded = random.choice((text.encode("utf-16"), b"\xef\xbb\xbf" + encoded, b""))
    return encoded


def _on_lines(change: Callable[[list[str], int, Random], None]) -> Callable[[str, Random], str]:
    def mutate(text: str, random: Random) -> str:
        lines = text.split("\n")
        change(lines, random.randrange(len(lines)), random)
        return "\n".join(lines)

    return mutate


def _delete(lines: list[str], at: int, random: Random) -> None:
    del lines[at : at + random.randint(1, 3)]


def _repeat(lines: list[str], at: int, random: Random) -> None:
    lines[at:at] = lines[at : at + random.randint(1, 6)]


def _swap(lines: list[str], at: int, random: Random) -> None:
    other = random.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


def _indent(lines: list[str], at: int, random: Random) -> None:
    lines[at] = random.choice(("  ", " ", "\t", "    ")) + lines[at]


def _value(lines: list[str], at: int, random: Random) -> None:
    key, colon, _ = lines[at].partition(":")
    lines[at] = f"{key}{colon or ':'} {random.choice(SCALARS)}"


def _flow_value(lines: list[str], at: int, random: Random) -> None:
    parts = lines[at].split(",")
    which = random.randrange(len(parts))
    key, colon, rest = parts[which].partition(":")
    end = "}" * rest.count("}")
    parts[which] = f"{key}{colon} {random.choice(SCALARS)}{end}"
    lines[at] = ",".join(parts)


def _key(lines: list[str], at: int, random: Random) -> None:
    before, colon, rest = lines[at].partition(":")
    space = before[: len(before) - len(before.lstrip(" -"))]
    lines[at] = f"{space}{random.choice(KEYS)}{colon or ':'}{rest}"


def _cut(text: str, random: Random) -> str:
    return text[: random.randrange(len(text) + 1)]


def _character(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice("{}[]:,-#&*!|>'\"%@`\0\t\r\n\x1b\u2028é") + text[at + 1 :]


def _deep(text: str, random: Random) -> str:
    return text + "\nx: " + random.choice("[{") * random.choice((50, 5000))


def _aliases(text: str, random: Random) -> str:
    """Each level nine times the one below."""
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, random.randint(2, 9)):
        levels.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]")
    return "\n".join(levels) + "\n" + text


def _long(text: str, random: Random) -> str:
    return text + "\n" + "  - {name: p, stream: s}\n" * random.choice((100, 2000))


MUTATIONS: tuple[Callable[[str, Random], str], ...] = (
    *map(_on_lines, (_delete, _repeat, _swap, _indent, _value, _value, _flow_value, _flow_value, _key)),
    _cut, _character, _character, _deep, _aliases, _long,
)  # fmt: skip
