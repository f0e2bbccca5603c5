"""Scalable targets that were suspended for a pause are resumed by the sweep after its end."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from tidegate.scaling.model.boundary import Unfinished, going_on
from tidegate.scaling.model.pause import Pause
from tidegate.scaling.ports import Ledger

__all__ = ["Resume", "resume_ended", "suspended_before"]

Resume = Callable[[Mapping[str, Collection[str]]], None]
"""Ends the suspension of those scalable targets that are still registered, but for the flags that
were set before. Raises CloudError."""


def suspended_before(
    pauses: Iterable[Pause], resource_id: str, flags: Iterable[str]
) -> tuple[str, ...]:
    """Of the flags of a scalable target that are set, those that no pause has set."""
    for pause in pauses:
        if resource_id in pause.suspended:
            own = _before(pause, resource_id)
            flags = [each for each in flags if each in own]
    return tuple(flags)


def resume_ended(ledger: Ledger, resume: Resume, now: datetime) -> tuple[Unfinished, ...]:
    """Resume what was suspended for pauses that have ended, and remember that it was done. What
    fails is answered, and tried again by the next sweep. A target that another pause has suspended
    as well waits for the end of that one."""
    try:
        pauses = ledger.pauses()
    except Exception:
        # Every pipeline meets the same error and reports it.
        return ()
    failures: list[Unfinished] = []
    held = {each for pause in pauses if now < pause.until for each in pause.suspended}
    for pause in pauses:
        if pause.suspended and pause.until <= now:
            what = f"the scalable targets that were suspended while {pause.of} was paused"
            with going_on(what, failures):
                _resume(pause, held, ledger, resume)
    return tuple(failures)


def _resume(pause: Pause, held: Collection[str], ledger: Ledger, resume: Resume) -> None:
    resume({each: _before(pause, each) for each in pause.suspended if each not in held})
    # Somebody may have begun another pause of the same in the meantime.
    if pause in ledger.pauses():
        ledger.keep_pause(replace(pause, suspended=(), before=()))


def _before(pause: Pause, resource_id: str) -> tuple[str, ...]:
    """The flags of a scalable target that were set before a pause; none where an earlier version of
    Tidegate, which did not look, suspended it."""
    told = (each.rpartition(" ") for each in pause.before)
    return tuple(flag for of, _, flag in told if of == resource_id)
