"""An incident of a pipeline from start to end, and the notifications of it: pure functions.

It begins when a sweep finds a cause, or a critical rule fires, and is resolved when the pipeline
has been healthy for ten minutes. While what cures it is under way nobody is told, up to the
deadline of the first such change, unless there is something to do for a person, or it was first
seen late; nor of what one minute alone tells of, until a second one does. Then a page is due, an
update when its causes change, a resolution at its end. What is due is kept until it is delivered.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tidegate.rules.kinds.signals import RECENT_SECONDS
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.change_record import moment_in
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.notification import Destination, Due, Kind, Notification
from tidegate.scaling.notify.bounded import as_kept, in_few_lines, within_an_item
from tidegate.scaling.notify.destinations import destinations
from tidegate.scaling.notify.trouble import Trouble, is_seen_late, is_suppressed, troubles
from tidegate.scaling.observability.dashboard import dashboard_link
from tidegate.scaling.report.sweep_report import PipelineReport

__all__ = ["Incident", "advance", "delivered", "from_text", "known_as", "to_text"]

WELL_AGAIN = timedelta(minutes=10)
SILENCE = timedelta(minutes=10)
"""Metrics arrive up to three minutes late: missing metrics are an incident only when that lasts."""

ODD = timedelta(seconds=RECENT_SECONDS)
"""So long a minute shows in what a sweep judges; what is seen later was another one."""

DONE_MAX = 20
"""Changes kept for the page of a pipeline that did not heal in time."""


@dataclass(frozen=True, slots=True)
class Incident:
    """What is remembered of a pipeline between sweeps. Without an ``illness_id`` it is well.

    ``well_since`` and ``silent_since`` are moments in ISO 8601; ``was_seen`` tells whether there
    ever were metrics to judge by; ``known_as`` has what an incident is called at a destination,
    such as an OpsItem's id. ``heals_until`` is the first deadline of a pipeline that is healing,
    of which nobody has been told, and ``done`` what was changed since then; ``odd_since`` is when a
    single minute told of something."""

    illness_id: str | None = None
    causes: tuple[str, ...] = ()
    well_since: str | None = None
    silent_since: str | None = None
    was_seen: bool = False
    known_as: tuple[tuple[str, str], ...] = ()
    due: tuple[Due, ...] = ()
    heals_until: str | None = None
    done: tuple[str, ...] = ()
    odd_since: str | None = None


def to_text(incident: Incident) -> str:
    """To be kept in the ledger."""
    due = list(map(as_kept, incident.due))
    return json.dumps({**asdict(incident), "due": due}, default=lambda value: value.value)


def from_text(text: str | None) -> Incident:
    """What was kept; without an incident where nothing was kept, or where it can't be read: telling
    twice is better than never. What only another version of Tidegate knows is left out."""
    try:
        data = _known_keys(Incident, json.loads(text or "{}"))
        known = tuple((str(name), str(value)) for name, value in data.pop("known_as", ()))
        due = tuple(_due(data.pop("due", ())))
        causes, done = (tuple(map(str, data.pop(key, ()))) for key in ("causes", "done"))
        for moment in ("well_since", "silent_since", "heals_until", "odd_since"):
            if data.get(moment) is not None:
                data[moment] = moment_in(data[moment]).isoformat()
        return Incident(**data, causes=causes, known_as=known, due=due, done=done)
    except (AttributeError, TypeError, ValueError):
        return Incident()


def _due(kept: list[dict[str, Any]]) -> Iterator[Due]:
    for each in kept:
        # A destination, kind or key of another version can't be delivered by this one.
        with suppress(KeyError, TypeError, ValueError):
            yield Due(_notice(each["notice"]), Destination(each["destination"]))


def _notice(data: dict[str, Any]) -> Notification:
    plain: dict[str, Any] = {
        key: tuple(each) if isinstance(each, list) else each
        for key, each in _known_keys(Notification, data).items()
    }
    return Notification(**plain | {"kind": Kind(plain["kind"])})


def _known_keys(kind: type[Incident | Notification], data: dict[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields(kind)}
    return {key: value for key, value in data.items() if key in names}


@dataclass(frozen=True, slots=True)
class _Audience:
    """Where a pipeline's notifications go, and the dashboard that they point to."""

    places: tuple[Destination, ...]
    dashboard: str


def advance(
    before: Incident, report: PipelineReport, spec: PipelineSpec, stack: str | None = None
) -> Incident:
    """The incident after one more sweep, with the notifications that have become due. ``stack`` is
    that of the stage that sweeps."""
    now = report.at
    drawn_by = stack if spec.update_dashboard else None
    link = dashboard_link(report.name, report.pipeline.source.arn, drawn_by)
    audience = _Audience(tuple(destinations(spec)), link)
    ill = tuple(troubles(report))
    is_silent = report.is_silent
    after = replace(
        before,
        silent_since=_since(before.silent_since, is_silent, now),
        was_seen=before.was_seen or not is_silent,
    )
    if is_silent and not (after.was_seen and _lasts(after.silent_since, SILENCE, now)):
        return after
    told = tuple(each for each in ill if not is_suppressed(each, spec, now.date()))
    if told:
        healing = _healing(after, report)
        healing = healing or _odd(after, told, now)
        return _ill(after, told, report, audience) if healing is None else healing
    is_open = after.illness_id is not None or after.heals_until is not None
    return _well(after, report, audience) if is_open else after


def _healing(before: Incident, report: PipelineReport) -> Incident | None:
    """The incident of which nobody is told yet, None where it has been told, or is to be: a person
    has something to do, it was seen late, or the time of the first change is over, whatever was
    changed since."""
    if before.illness_id is not None or report.healing is None or report.advice:
        return None
    if before.heals_until is None and is_seen_late(report):
        return None
    until = before.heals_until or report.healing.until.isoformat()
    if report.at >= datetime.fromisoformat(until):
        return None
    done = (*before.done, *_done(report))[-DONE_MAX:]
    return replace(before, heals_until=until, done=done, well_since=None)


def _odd(before: Incident, told: tuple[Trouble, ...], now: datetime) -> Incident | None:
    """The incident of which a single minute tells, None where it has been told, its healing has
    taken too long, or another minute told of it in the time until a pipeline is taken for well."""
    is_begun = before.illness_id is not None or before.heals_until is not None
    if is_begun or not all(each.is_odd for each in told):
        return None
    first = now if before.odd_since is None else datetime.fromisoformat(before.odd_since)
    if ODD <= now - first < WELL_AGAIN:
        return None
    return replace(before, odd_since=(first if now - first < ODD else now).isoformat())


def _since(before: str | None, holds: bool, now: datetime) -> str | None:
    return (before or now.isoformat()) if holds else None


def _lasts(since: str | None, long: timedelta, now: datetime) -> bool:
    return since is not None and now - datetime.fromisoformat(since) >= long


def _ill(
    before: Incident, told: tuple[Trouble, ...], report: PipelineReport, audience: _Audience
) -> Incident:
    causes = tuple(dict.fromkeys(str(each) for each in told))
    if before.illness_id is None:
        moment = report.at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        name = f"{report.name}-{moment}"
        begun = replace(before, illness_id=name, causes=causes, well_since=None, known_as=())
        begun = _with_due(begun, Kind.PAGE, told, report, audience)
        return replace(begun, heals_until=None, done=(), odd_since=None)
    after = replace(before, causes=causes, well_since=None)
    changed = set(causes) != set(before.causes) or any(_done(report))
    return _with_due(after, Kind.UPDATE, told, report, audience) if changed else after


def _well(before: Incident, report: PipelineReport, audience: _Audience) -> Incident:
    is_well = report.health is Health.HEALTHY
    after = replace(before, well_since=_since(before.well_since, is_well, report.at))
    if not _lasts(after.well_since, WELL_AGAIN, report.at):
        return after
    if after.illness_id is None:
        return replace(after, well_since=None, heals_until=None, done=())
    told = _with_due(after, Kind.RESOLVED, (), report, audience)
    return replace(told, illness_id=None, causes=(), well_since=None)


def _done(report: PipelineReport) -> Iterator[str]:
    for change in report.changes:
        for each in change.decisions:
            how = "" if change.detail is None else f" ({change.detail})"
            yield f"{each.lever.change(each.current, each.allowed)}: {each.because}{how}"


def _with_due(
    incident: Incident,
    kind: Kind,
    told: tuple[Trouble, ...],
    report: PipelineReport,
    audience: _Audience,
) -> Incident:
    notification = Notification(
        kind=kind,
        illness_id=incident.illness_id or "",
        pipeline=report.name,
        at=report.at.isoformat(),
        causes=incident.causes,
        found=tuple(f"{each}: {each.because}" for each in told),
        done=(*incident.done, *_done(report)),
        to_do=report.advice,
        dashboard=audience.dashboard,
    )
    short = in_few_lines(notification)
    to = (each for each in audience.places if (each, kind) != (Destination.SNS, Kind.UPDATE))
    due = [Due(short, each) for each in to]
    return replace(incident, due=within_an_item((*incident.due, *due)))


def known_as(incident: Incident, due: Due) -> str | None:
    """What the incident of a notification is called at its destination."""
    return dict(incident.known_as).get(_place(due))


def _place(due: Due) -> str:
    return f"{due.destination.value}/{due.notification.illness_id}"


def delivered(incident: Incident, due: Due, name: str | None) -> Incident:
    """After a delivery: it is due no more, and later notifications of the incident know its name
    there, until it is resolved."""
    left = tuple(each for each in incident.due if each != due)
    names = dict(incident.known_as)
    if due.notification.kind is Kind.RESOLVED:
        names.pop(_place(due), None)
    elif name is not None:
        names[_place(due)] = name
    return replace(incident, due=left, known_as=tuple(names.items()))
