"""Telling of illnesses: what is due is written down, then delivered, and kept until it is."""

from datetime import datetime

from scaling.errors import CloudError
from scaling.illness import advance, delivered, from_text, known_as, to_text
from scaling.ports import Ledger, Notices
from scaling.report import PipelineReport
from scaling.specification import PipelineSpec

__all__ = ["notify"]

LEASE_SECONDS = 60


def notify(
    report: PipelineReport,
    spec: PipelineSpec,
    ledger: Ledger,
    notices: Notices,
    holder: str,
    now: datetime,
) -> tuple[str, ...]:
    """Deliver what is due; a sentence for each notice that couldn't be delivered now.

    One hand at a time: another sweep that is at it tells of the same illness. Of one illness a
    destination gets the notices in order, so one that fails holds back those after it.
    """
    resource = f"notices/{spec.name}"
    if not ledger.acquire(resource, holder, now, LEASE_SECONDS):
        return ()
    try:
        note = f"illness/{spec.name}"
        before = ledger.kept(note)
        illness = advance(from_text(before), report, spec)
        text = to_text(illness)
        if text != before:
            ledger.keep(note, text)
        failures = []
        blocked = set()
        for due in illness.due:
            if due.destination in blocked:
                continue
            try:
                known = known_as(illness, due)
                name = notices.send(due.notice, due.destination, spec.notices, known)
            except CloudError as error:
                blocked.add(due.destination)
                failures.append(f"{due.destination.value}: {due.notice.subject}: {error}")
                continue
            illness = delivered(illness, due, name)
            ledger.keep(note, to_text(illness))
        return tuple(failures)
    finally:
        ledger.release(resource, holder)
