"""What is measured of a table or an index."""

from dataclasses import dataclass

from tidegate.rules.window import Window

__all__ = ["CapacitySeries"]


@dataclass(frozen=True, slots=True)
class CapacitySeries:
    """Units consumed and events throttled on a table or an index, sums per minute.

    The throttle metrics are published only where something was throttled: silence there, while
    consumption is published, means that nothing was. Of the account's limit and of a table's own
    maximum on demand each event is among the throttles as well.
    """

    consumed_write_units: Window
    consumed_read_units: Window
    write_throttles: Window
    read_throttles: Window
    write_key_range_throttles: Window
    read_key_range_throttles: Window
    write_account_limit_throttles: Window | None = None
    read_account_limit_throttles: Window | None = None
    write_own_maximum_throttles: Window | None = None
    read_own_maximum_throttles: Window | None = None
