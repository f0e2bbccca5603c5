"""What a name, or any text, is held to where it enters."""

import re
from typing import Any

from tidegate.scaling.config.value_limits import Constraint
from tidegate.scaling.model.errors import shown

__all__ = ["STRAY_WORDS", "Grammar", "stray_character"]

STRAY_WORDS = "control characters and halves of surrogate pairs are not allowed"
_STRAY = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Grammar(Constraint):
    """One kind of name: a pattern that the whole of it matches, and from how many to how many
    characters it has.

    ``allowed`` says so in words, with ``{count}`` for the lengths. ``inside`` finds the name in
    what people paste instead of it, such as an ARN, for a hint.
    """

    __slots__ = ("allowed", "inside", "kind", "lengths", "may_be_empty", "pattern")

    def __init__(
        self, kind: str, allowed: str, pattern: str, lengths: tuple[int, int], inside: str = ""
    ) -> None:
        self.kind = kind
        self.allowed = allowed
        self.pattern = pattern
        self.lengths = lengths
        self.inside = inside
        self.may_be_empty = False

    def accepts(self, value: str) -> bool:
        """Whether it is a name of this kind."""
        least, most = self.lengths
        if not value:
            return self.may_be_empty
        return least <= len(value) <= most and re.fullmatch(self.pattern, value) is not None

    def complaint(self, value: Any) -> str | None:
        """Why it is no name of this kind, and what to write; None where it is one."""
        if self.accepts(value):
            return None
        least, most = self.lengths
        allowed = self.allowed.format(count=f"{least} to {most:,}")
        found = re.fullmatch(self.inside, value) if self.inside else None
        hint = f"; write its name: {found[1]}" if found and self.accepts(found[1]) else ""
        return f"{shown(value)} is not {self.kind}; {allowed}{hint}"

    def or_nothing(self) -> "Grammar":
        """The same, or the empty text that stands for no name."""
        found = Grammar(self.kind, self.allowed, self.pattern, self.lengths, self.inside)
        found.may_be_empty = True
        return found

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """The text, then what is said of it in the words that both readers use."""
        check = {"type": "no-info", "function": self._checked}
        return {"type": "function-after", "function": check, "schema": handler(source)}

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> Any:
        """For editors: the same pattern as JSON Schema writes it, where ``\\w`` is ASCII."""
        least, most = self.lengths
        inside = self.pattern.replace(r"\w", r"\p{L}\p{N}_")
        pattern = f"^(?:{inside}){'?' if self.may_be_empty else ''}$"
        least = 0 if self.may_be_empty else least
        return {**handler(core_schema), "minLength": least, "maxLength": most, "pattern": pattern}

    def _checked(self, value: str) -> str:
        words = self.complaint(value)
        if words is not None:
            raise ValueError(words)
        return value


def stray_character(text: str) -> str | None:
    """The first character that belongs in no text at all, as U+XXXX: a control character other
    than a line's end or a tab, or half of a surrogate pair; None where there is none."""
    found = _STRAY.search(text)
    return None if found is None else f"U+{ord(found[0]):04X}"
