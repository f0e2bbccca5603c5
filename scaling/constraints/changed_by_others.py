"""Levers that someone else has changed: two owners undo each other's changes unless one is told."""

from datetime import datetime, timedelta

from tidegate.scaling.config.levers import lever_spec
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.constraints import words
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.roles import plannings

__all__ = ["changed_by_others"]

TOLD = timedelta(hours=1)


def changed_by_others(look: Look, spec: PipelineSpec, now: datetime) -> tuple[str, ...]:
    """A sentence for every lever that the file gives an owner and that someone else has changed
    within the hour, the newest change of each; none where more is told of its second owner."""
    told = {lever for each in plannings(look.signals.pipeline) for lever in each.twice_owned(look)}
    others = (each for each in look.history.others if each.lever not in told)
    newest = {each.lever: each for each in others if now - each.begun_at < TOLD}
    return tuple(
        str(
            words.CHANGED_BY_ANOTHER(
                lever=lever,
                before=change.from_capacity,
                after=change.to_capacity,
                at=change.begun_at,
            )
        )
        for lever, change in newest.items()
        if (said := lever_spec(spec, lever)) is not None and said.owner is not None
    )
