"""The places of one sweep: one that does not answer lets it wait once, however many pipelines have
something to tell there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tidegate.scaling.config.specification import NoticeSpec
from tidegate.scaling.model.errors import Unreachable
from tidegate.scaling.model.notification import Destination, Notification
from tidegate.scaling.ports import Edges, Notices

__all__ = ["SilentPlaces", "waiting_once"]

IN_VAIN = timedelta(seconds=1)
"""A refusal comes at once, and is that of one notification; a place that answers nothing is waited
for until botocore's timeouts."""

Place = tuple[Destination, str | None]


@dataclass(slots=True)
class SilentPlaces:
    """``Notices`` over others. What is not sent stays due, and the next sweep tries again."""

    inner: Notices
    clock: Callable[[], datetime]
    _silent: dict[Place, Unreachable] = field(default_factory=dict, init=False)

    def send(
        self,
        notification: Notification,
        destination: Destination,
        places: NoticeSpec,
        known_as: str | None,
    ) -> str | None:
        """Deliver once, unless the place has let this sweep wait in vain."""
        place = (destination, _name(destination, places))
        if place in self._silent:
            raise self._silent[place]
        began = self.clock()
        try:
            return self.inner.send(notification, destination, places, known_as)
        except Unreachable as error:
            if self.clock() - began >= IN_VAIN:
                self._silent[place] = error
            raise

    def draw(self, name: str, body: str) -> None:
        """As the other one."""
        self.inner.draw(name, body)


def _name(destination: Destination, places: NoticeSpec) -> str | None:
    """Of the topic or the bus; there is one OpsCenter."""
    match destination:
        case Destination.SNS:
            return places.sns_topic_arn
        case Destination.EVENT_BUS:
            return places.event_bus
        case Destination.OPS_ITEM:
            return None


def waiting_once(edges: Edges) -> Notices | None:
    """The notices of one sweep; without a clock nobody waits."""
    if edges.notices is None or edges.clock is None:
        return edges.notices
    return SilentPlaces(edges.notices, edges.clock)
