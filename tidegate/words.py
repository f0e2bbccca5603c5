"""Words that commands have in common."""

__all__ = ["counted"]


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural but for one: "1 change", "2 changes"."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"
