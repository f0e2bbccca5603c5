"""How far back a command looks: ``24h``, ``90m``, ``14d``, or a moment."""

import re
from datetime import UTC, datetime, timedelta

import click

__all__ = ["as_end", "as_moment", "moment_since", "moment_until", "period_seconds"]

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def moment_since(text: str, now: datetime) -> datetime:
    """The moment that a text means. ValueError says in words what is wrong with it."""
    try:
        at = _so_long_ago(text, now) or _moment(text)
    except OverflowError:
        raise ValueError(f"{text!r} is longer ago than there are days") from None
    if at is None:
        raise ValueError(
            f"{text!r} is not a time; 90m, 24h, 14d or ISO 8601 such as 2026-11-24T03:00:00Z is"
        )
    if at >= now:
        raise ValueError(f"{text!r} is not in the past")
    return at


def moment_until(text: str, now: datetime) -> datetime:
    """The moment to come that a text means. ValueError says in words what is wrong with it."""
    span = _span(text)
    try:
        at = _moment(text) if span is None else now + span
    except OverflowError:
        raise ValueError(f"{text!r} is further ahead than there are days") from None
    if at is None:
        raise ValueError(
            f"{text!r} is not a time; 90m, 24h, 14d or ISO 8601 such as 2026-11-24T03:00:00Z is"
        )
    if at <= now:
        raise ValueError(f"{text!r} is not in the future")
    return at


def _so_long_ago(text: str, now: datetime) -> datetime | None:
    span = _span(text)
    return None if span is None else now - span


def _span(text: str) -> timedelta | None:
    found = re.fullmatch(r"(\d{1,6})([mhd])", text, re.ASCII)
    return None if found is None else timedelta(**{_UNITS[found[2]]: int(found[1])})


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def as_moment(_: click.Context, __: click.Parameter, value: str) -> datetime:
    """The callback of a ``--since`` option."""
    try:
        return moment_since(value, datetime.now(UTC))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def as_end(_: click.Context, __: click.Parameter, value: str) -> datetime:
    """The callback of an ``--until`` option."""
    try:
        return moment_until(value, datetime.now(UTC))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def period_seconds(span: timedelta) -> int:
    """How long the periods of metrics are that are looked at over a span: CloudWatch keeps minutes
    for 15 days, and nobody sees ten thousand of them in a line."""
    if span <= timedelta(hours=12):
        return 60
    return 300 if span <= timedelta(days=4) else 3600
