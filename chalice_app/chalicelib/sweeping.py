"""The scheduled sweep: one run of the function."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import Any

from chalicelib.log import logger
from chalicelib.telemetry import tell_sweep
from chalicelib.wiring import wiring
from tidegate.scaling.autoscaling_api.resume import resume_ended
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.ledger.last_sweep import note_sweeps
from tidegate.scaling.sweep import sweep

__all__ = ["sweep_all"]

LAST_PART = 0.25
"""No pipeline is begun in the last quarter of the function's time."""


def sweep_all(event_id: str, context: Any) -> None:
    """Sweep all pipelines, remember when, and tell."""
    logger.set_correlation_id(event_id)
    here = wiring(brisk=False)
    given = context.get_remaining_time_in_millis()

    def is_late() -> bool:
        return bool(context.get_remaining_time_in_millis() < LAST_PART * given)

    began, now = monotonic(), here.now()
    found = here.configuration()
    edges = replace(here.edges, is_late=is_late)
    report = sweep(found.pipelines, edges, now, holder=f"schedule-{event_id}")
    if here.clients is not None:
        for left in resume_ended(here.edges.ledger, partial(_resume, here.clients), now):
            logger.error("not resumed", extra={"reason": str(left)})
    oldest: float | None = None
    try:
        oldest = note_sweeps(report, found.pipelines, here.edges.ledger, now)
    finally:
        # What was changed is told whether the ledger answers or not.
        tell_sweep(report, monotonic() - began, oldest, found.complaint)


def _resume(clients: Clients, before: Mapping[str, Collection[str]]) -> None:
    # Imported here: few sweeps find that a pause has ended.
    from tidegate.scaling.aws.suspended import resume

    resume(clients, before)
