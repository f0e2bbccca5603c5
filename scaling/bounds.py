"""Bounds: who holds a demand back, and why; each clamp names its owner."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scaling.levers import lever_spec
from scaling.plan import Bound
from scaling.record import Lever
from scaling.specification import ChangeWindow, Owner, PipelineSpec

__all__ = ["hold", "owner_bounds", "window_bounds"]

_OWNERS: dict[Owner, str] = {
    "tidegate": "Tidegate's sweep",
    "application-autoscaling": "Application Auto Scaling",
}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hold(current: int, wanted: int, bounds: Iterable[Bound]) -> tuple[int, tuple[str, ...]]:
    """What the bounds leave of a wish, and the reason of each that took something.

    A bound never turns a wish round: one that lies on the other side of ``current`` leaves the
    lever where it is.
    """
    allowed = wanted
    held_by: list[str] = []
    for bound in bounds:
        clamped = min(max(allowed, bound.lower), bound.upper)
        clamped = min(max(clamped, min(current, wanted)), max(current, wanted))
        if clamped != allowed:
            held_by.append(bound.reason)
            allowed = clamped
    return allowed, tuple(held_by)


def owner_bounds(
    spec: PipelineSpec, lever: Lever, current: int, hand: Owner = "tidegate"
) -> Iterator[Bound]:
    """The owner's bound, then the file's min and max. ``hand`` is who wants to move the lever."""
    said = lever_spec(spec, lever)
    if said is None or said.owner is None:
        reason = f"{lever} has no owner in the file: Tidegate only advises"
        yield Bound(current, current, reason)
        return
    if said.owner != hand:
        yield Bound(current, current, f"{lever} is owned by {_OWNERS[said.owner]}")
        return
    yield Bound(said.min, said.max, f"the file keeps {lever} within {said.min}..{said.max}")


def window_bounds(spec: PipelineSpec, current: int, now: datetime) -> Iterator[Bound]:
    """The change windows that ``now`` falls into."""
    for window in spec.change_windows:
        if _is_inside(window, now):
            words = f"the change window {window.start:%H:%M}-{window.end:%H:%M} {window.time_zone}"
            if window.allow == "none":
                yield Bound(current, current, f"{words} allows no change")
            else:
                yield Bound(current, 2**63, f"{words} allows changes upwards only")


def _is_inside(window: ChangeWindow, now: datetime) -> bool:
    local = now.astimezone(ZoneInfo(window.time_zone))
    moment = local.time().replace(tzinfo=None)
    overnight = window.end <= window.start
    if overnight and moment < window.end:
        local -= timedelta(days=1)
    elif overnight:
        if moment < window.start:
            return False
    elif not window.start <= moment < window.end:
        return False
    return not window.days or _WEEKDAYS[local.weekday()] in window.days
