"""Delivers the notifications of incidents: recorded first, and kept until they are delivered.

Each notification reaches each destination at least once. It does so twice only when a sweep dies,
or can't reach the ledger, between sending and writing that down; no OpsItem is made twice even
then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.boundary import Unfinished, going_on
from tidegate.scaling.model.notification import Destination
from tidegate.scaling.notify.destinations import destinations
from tidegate.scaling.notify.incident import (
    Incident,
    advance,
    delivered,
    from_text,
    known_as,
    to_text,
)
from tidegate.scaling.ports import Edges, Ledger, Notices
from tidegate.scaling.report.sweep_report import PipelineReport

__all__ = ["notify"]

LEASE_SECONDS = 90
"""Longer than the most patient call: four tries of 13 s, and the pauses between them."""


def notify(
    report: PipelineReport, spec: PipelineSpec, edges: Edges, holder: str, now: datetime
) -> tuple[Unfinished, ...]:
    """Deliver what is due, in what began at ``now``; each notification that couldn't be delivered,
    with the error; none where nobody is to be notified. Nothing is raised: the report of what was
    done must not be lost with the ledger.

    One run at a time: another sweep that holds the lock delivers the same incident. Of one incident
    a destination gets the notifications in order, so one that fails holds back those after it."""
    resource, ledger, notices = f"notices/{spec.name}", edges.ledger, edges.notices
    if notices is None:
        return ()

    def is_ours() -> bool:
        """Taken anew before each delivery, for those before it may have taken long."""
        return ledger.acquire(resource, holder, edges.moment(now), LEASE_SECONDS)

    failures: list[Unfinished] = []
    with going_on(f"notifications of {spec.name}", failures):
        if not is_ours():
            return ()
        with going_on(f"notifications of {spec.name}", failures):
            _deliver(_Post(spec, ledger, notices, is_ours, edges.stack), report, failures)
        ledger.release(resource, holder)
    return tuple(failures)


@dataclass(frozen=True, slots=True)
class _Post:
    spec: PipelineSpec
    ledger: Ledger
    notices: Notices
    is_ours: Callable[[], bool]
    stack: str | None


def _deliver(post: _Post, report: PipelineReport, failures: list[Unfinished]) -> None:
    incident = _written_down(report, post)
    blocked: set[Destination] = set()
    for due in incident.due:
        if due.destination in blocked:
            continue
        if not post.is_ours():
            return
        before = len(failures)
        with going_on(f"{due.destination.value}: {due.notification.subject}", failures):
            known = known_as(incident, due)
            name = post.notices.send(due.notification, due.destination, post.spec.notices, known)
            incident = delivered(incident, due, name)
        if len(failures) > before:
            blocked.add(due.destination)
        else:
            post.ledger.keep(_note(post.spec), to_text(incident))


def _written_down(report: PipelineReport, post: _Post) -> Incident:
    """The incident with what is due now, without what is due to a place that the file no longer
    names."""
    spec, ledger = post.spec, post.ledger
    before = ledger.kept(_note(spec))
    incident = advance(from_text(before), report, spec, post.stack)
    named = set(destinations(spec))
    for due in incident.due:
        if due.destination not in named:
            incident = delivered(incident, due, None)
    text = to_text(incident)
    if text != before:
        ledger.keep(_note(spec), text)
    return incident


def _note(spec: PipelineSpec) -> str:
    return f"illness/{spec.name}"
