"""Constraints by the operator: owner, range of the file, change windows."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tidegate.rules.reason import Reason
from tidegate.scaling.config.lever_spec import Caller
from tidegate.scaling.config.levers import lever_spec
from tidegate.scaling.config.specification import ChangeWindow, Owner, PipelineSpec
from tidegate.scaling.constraints import words
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Constraint, Prohibition, Range

__all__ = ["constrain", "owner_constraints", "window_constraints"]

_OWNERS: dict[Owner, str] = {
    "tidegate": "Tidegate's sweep",
    "application-autoscaling": "Application Auto Scaling",
}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def constrain(
    current: int, wanted: int, constraints: Iterable[Constraint]
) -> tuple[int, tuple[Reason, ...]]:
    """What the constraints leave of a recommendation for a lever that has ``current``, and the
    reason of each that stands in its way. Their order never matters.

    One prohibition leaves the lever where it is, whatever any range says. Ranges that exclude each
    other do too, since whatever were set would break one of them. A range never reverses one:
    one that lies on the other side of ``current`` leaves the lever where it is.
    """
    if wanted == current:
        return current, ()
    known = tuple(constraints)
    prohibited = tuple(each.reason for each in known if isinstance(each, Prohibition))
    if prohibited:
        return current, prohibited
    ranges = [each for each in known if isinstance(each, Range)]
    lower = max((each.lower for each in ranges), default=wanted)
    upper = min((each.upper for each in ranges), default=wanted)
    allowed = current if lower > upper else min(max(wanted, lower), upper)
    allowed = min(max(allowed, min(current, wanted)), max(current, wanted))
    if allowed == wanted:
        return wanted, ()
    return allowed, tuple(each.reason for each in ranges if not each.lower <= wanted <= each.upper)


def owner_constraints(
    spec: PipelineSpec, lever: Lever, caller: Caller = "tidegate"
) -> Iterator[Constraint]:
    """The owner's prohibition, or the file's min and max. ``caller`` is who asks for the change;
    an operator may, whoever owns the lever."""
    said = lever_spec(spec, lever)
    if said is None or (said.owner is None and caller != "operator"):
        yield Prohibition(words.NO_OWNER(lever=lever))
        return
    if caller not in (said.owner, "operator") and said.owner is not None:
        yield Prohibition(words.OTHER_OWNER(lever=lever, owner=_OWNERS[said.owner]))
        return
    yield Range(
        said.min,
        said.max,
        words.FILE_RANGE(lever=lever, min=said.min, max=said.max),
    )


def window_constraints(spec: PipelineSpec, current: int, now: datetime) -> Iterator[Constraint]:
    """The change windows that ``now`` falls into."""
    for window in spec.change_windows:
        if _is_inside(window, now):
            said = {"start": window.start, "end": window.end, "time_zone": window.time_zone}
            if window.allow == "none":
                yield Prohibition(words.WINDOW_CLOSED(**said))
            else:
                yield Range(
                    current,
                    2**63,
                    words.WINDOW_UPWARDS(**said),
                )


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
