"""Why, as a value: a kind and its numbers for programs, a sentence only for people.

No program reads a sentence: each may be worded anew without changing a decision, a status, what is
kept in the ledger, or a metric.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

__all__ = ["Reason", "Words"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. ``kind`` says what it is about, one word for one thing; ``template`` is its
    sentence with the names of ``numbers`` in braces, as ``str.format`` takes them."""

    kind: str
    template: str
    numbers: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, kind: str, template: str, /, **numbers: object) -> "Reason":
        """A reason of a kind, with the numbers of its sentence."""
        return cls(kind, template, tuple(numbers.items()))

    @classmethod
    def told(cls, kind: str, words: str) -> "Reason":
        """A sentence that AWS, a person or an earlier version of Tidegate has worded."""
        return cls(kind, "{words}", (("words", words),))

    @property
    def as_json(self) -> Mapping[str, object]:
        """Kind, numbers and sentence, of the types that JSON has."""
        numbers = {name: _plain(value) for name, value in self.numbers if name != "words"}
        return {"kind": str(self.kind), "numbers": numbers, "words": str(self)}

    def __str__(self) -> str:
        return self.template.format(**dict(self.numbers))


@dataclass(frozen=True, slots=True)
class Words:
    """The sentence of one kind of reason; called with its numbers, a reason of them."""

    kind: str
    template: str

    def __call__(self, **numbers: object) -> Reason:
        """The reason with these numbers."""
        return Reason(self.kind, self.template, tuple(numbers.items()))


def _plain(value: object) -> object:
    if isinstance(value, Reason):
        return value.as_json
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, int | float | str) else str(value)
