"""What is kept of notifications while the places they go to are out of order: an item of the ledger
has a limit."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace

from tidegate.scaling.model.notification import Destination, Due, Kind, Notification

__all__ = ["DUE_BYTES_MAX", "as_kept", "in_few_lines", "within_an_item"]

DUE_MAX = 50
"""Notifications kept for a place that is out of order."""

DUE_BYTES_MAX = 300_000
"""All that is kept for all places. An item of DynamoDB has at most 400 KB (DynamoDB quotas); the
rest is for the incident itself."""

LINES_MAX, LINE_MAX = 30, 500
"""Lines of a list in a notification, and characters of a line: more than a person reads. Four lists
for three places then take 180 KB."""


def as_kept(due: Due) -> dict[str, object]:
    """A notification that is due, as plain data."""
    return {"notice": asdict(due.notification), "destination": due.destination}


def in_few_lines(notification: Notification) -> Notification:
    """The notification with lists of a length that can be read and kept."""
    return replace(
        notification,
        causes=_few(notification.causes),
        found=_few(notification.found),
        done=_few(notification.done),
        to_do=_few(notification.to_do),
    )


def _few(lines: tuple[str, ...]) -> tuple[str, ...]:
    short = [each if len(each) <= LINE_MAX else f"{each[: LINE_MAX - 3]}..." for each in lines]
    if len(short) <= LINES_MAX:
        return tuple(short)
    told = short[: LINES_MAX - 1]
    return (*told, f"and {len(short) - len(told):,} more")


def within_an_item(due: Iterable[Due]) -> tuple[Due, ...]:
    """What can be kept, in its order. Where places have been out of order for long, the oldest
    updates are given up, then the oldest others."""
    kept = list(due)
    for destination in Destination:
        waiting = [each for each in kept if each.destination is destination]
        for given_up in list(_in_order_of_loss(waiting))[: max(0, len(waiting) - DUE_MAX)]:
            kept.remove(given_up)
    sizes = {id(each): _bytes(each) for each in kept}
    excess = sum(sizes.values()) - DUE_BYTES_MAX
    for given_up in list(_in_order_of_loss(kept)):
        if excess <= 0:
            break
        kept.remove(given_up)
        excess -= sizes[id(given_up)]
    return tuple(kept)


def _in_order_of_loss(due: list[Due]) -> Iterator[Due]:
    yield from (each for each in due if each.notification.kind is Kind.UPDATE)
    yield from (each for each in due if each.notification.kind is not Kind.UPDATE)


def _bytes(due: Due) -> int:
    """As an item has it: JSON in ASCII, a byte a character."""
    return len(json.dumps(as_kept(due), default=lambda value: value.value))
