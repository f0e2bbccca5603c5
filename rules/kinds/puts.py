"""Calls that put records and fail, other than for records that the source refused."""

from tidegate.rules.kinds.signals import Signals

__all__ = ["failing_puts"]


def failing_puts(signals: Signals, seconds: float) -> tuple[float | None, ...]:
    """For each minute of the newest ``seconds`` the share of calls that succeed, 0..1, of the worse
    of the two calls; None where that is no failure, is not known, or is what the source refused.

    PutRecord fails with its one record, PutRecords only with all of its records (Kinesis guide), so
    the share of calls is not that of records: refused ones must explain half of the failures.
    """
    source, least = signals.series.source, signals.thresholds["put-records-failing"]
    refused, came = source.write_throttles.last(seconds), source.incoming_records.last(seconds)
    found: list[float | None] = [None] * len(refused.samples)
    for window in (source.put_record_success, source.put_records_success):
        if window is None:
            continue
        columns = (window.last(seconds).samples, refused.samples, came.samples)
        rows = zip(tuple(found), *columns, strict=True)
        for at, (before, share, lost, taken) in enumerate(rows):
            if share is None or share >= least:
                continue
            offered = (lost or 0.0) + (taken or 0.0)
            by_refusals = (lost or 0.0) / offered if offered else 0.0
            if 2 * by_refusals < 1 - share:
                found[at] = share if before is None else min(share, before)
    return tuple(found)
