"""Answers that AWS gives in pages, read to the end.

By hand: a paginator of botocore costs more at a cold start than the call itself.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["pages"]


def pages(
    call: Callable[..., Any], request: Mapping[str, Any], token: str = "NextToken"
) -> Iterator[Mapping[str, Any]]:
    """Each page of an answer. ``token`` is what the request names a page by; the answer calls the
    next one the same, or Next and that (NextMarker). Some emulators give an empty one at the end.
    """
    more: dict[str, Any] = {}
    while True:
        page = call(**request, **more)
        yield page
        following = page.get(token) or page.get(f"Next{token}")
        if not following:
            return
        more = {token: following}
