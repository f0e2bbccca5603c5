"""The notation in which rule packs write their tests, after promtool's."""

import re

__all__ = ["parse_series"]

_TERM = re.compile(
    r"(?P<gap>_)(?:x(?P<gaps>\d{1,4}))?"
    r"|(?P<first>-?\d{1,15}(?:\.\d{1,9})?)(?P<step>[+-]\d{1,15}(?:\.\d{1,9})?)?(?:x(?P<more>\d{1,4}))?"
)


def parse_series(text: str) -> tuple[float | None, ...]:
    """Samples from terms with spaces between them: ``1 2+3x2 _`` is 1, 2, 5, 8 and a gap.

    ``AxN`` is A and N more of it, ``A+BxN`` is A and N more, each B larger; ``_xN`` is N gaps.
    Raises ValueError naming the term that can't be read.
    """
    found: list[float | None] = []
    for term in text.split():
        match = _TERM.fullmatch(term)
        if match is None:
            raise ValueError(f"{term!r} is not a term; 1, 1x3, 1+2x3, _ and _x3 are")
        if match["gap"]:
            found += [None] * int(match["gaps"] or 1)
            continue
        first, step = float(match["first"]), float(match["step"] or 0)
        found += [first + step * at for at in range(int(match["more"] or 0) + 1)]
    return tuple(found)
