"""What a controller is, and the resources that those govern which look at each one alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tidegate.bench.account import Account
from tidegate.bench.loads import Load
from tidegate.bench.plant import FACTOR_MAX, SHARDS_MAX, UNITS_MAX, Setting, setting_for

__all__ = [
    "RESOURCES",
    "Controller",
    "Resource",
    "Samples",
    "at_peak",
    "at_start",
    "lanes_resource",
    "shards_resource",
    "table_resource",
]

Samples = Sequence[float | None]

PEAK_MARGIN = 1.1
START_USE = 0.8
FIRST_MINUTES = 15


class Controller(Protocol):
    """Asked once how it would begin, then each minute what it would change."""

    def setting(self, load: Load) -> Setting:
        """The setting that the run begins with."""
        ...

    def act(self, account: Account) -> None:
        """Look, and ask for changes."""
        ...


def at_peak(load: Load) -> Setting:
    """Every layer carries the load's highest minute with a tenth to spare: what someone sets who
    knows the peak and will not touch it again."""
    return setting_for(max(load.minutes()) * PEAK_MARGIN)


def at_start(load: Load) -> Setting:
    """Every layer is four fifths used in the highest minute of the first quarter of an hour."""
    return setting_for(max(load.minutes()[:FIRST_MINUTES]), START_USE)


class Resource(Protocol):
    """One lever with the metric that says how much of it is used.

    The use is always told against the capacity of now, as the alarms of Application Auto Scaling
    and of kinesis-auto-scaling are rewritten after each change; so a change isn't made twice while
    the metrics from before it are still coming in.
    """

    def use(self, account: Account, minutes: int) -> Samples:
        """The used share of the capacity, 0..1 and above, minute by minute; empty without data."""
        ...

    def capacity(self, account: Account) -> int:
        """What is set now."""
        ...

    def is_changing(self, account: Account) -> bool:
        """Whether a change is under way, so that AWS would refuse another."""
        ...

    def set(self, account: Account, capacity: int) -> None:
        """Ask for another capacity, within what AWS allows of any single call."""
        ...


@dataclass(frozen=True, slots=True)
class _Shards:
    def use(self, account: Account, minutes: int) -> Samples:
        records = account.kinesis("IncomingRecords", "Sum", minutes)
        limit = 60 * 1000 * account.setting.shards
        return [None if each is None else each / limit for each in records]

    def capacity(self, account: Account) -> int:
        return account.setting.shards

    def is_changing(self, account: Account) -> bool:
        return account.is_stream_updating

    def set(self, account: Account, capacity: int) -> None:
        if not account.is_stream_updating:
            account.set_shards(min(capacity, SHARDS_MAX))


@dataclass(frozen=True, slots=True)
class _Lanes:
    """The parallelization factor, by the share of the allowed executions that are busy."""

    def use(self, account: Account, minutes: int) -> Samples:
        busy = account.function("Duration", "Sum", minutes)
        limit = 60_000 * account.setting.lanes
        return [None if each is None else each / limit for each in busy]

    def capacity(self, account: Account) -> int:
        return account.setting.factor

    def is_changing(self, account: Account) -> bool:
        return account.is_mapping_updating

    def set(self, account: Account, capacity: int) -> None:
        if not account.is_mapping_updating:
            account.set_factor(min(capacity, FACTOR_MAX))


@dataclass(frozen=True, slots=True)
class _Table:
    def use(self, account: Account, minutes: int) -> Samples:
        consumed = account.table("ConsumedWriteCapacityUnits", "Sum", minutes)
        limit = 60 * account.setting.write_units
        return [None if each is None else each / limit for each in consumed]

    def capacity(self, account: Account) -> int:
        return account.setting.write_units

    def is_changing(self, account: Account) -> bool:
        return account.is_table_updating

    def set(self, account: Account, capacity: int) -> None:
        if not account.is_table_updating:
            account.set_write_units(min(capacity, UNITS_MAX))


shards_resource: Resource = _Shards()
lanes_resource: Resource = _Lanes()
table_resource: Resource = _Table()
RESOURCES = (table_resource, lanes_resource, shards_resource)
