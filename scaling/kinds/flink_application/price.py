"""What Flink applications cost: their KPUs with their running storage: pure functions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from math import ceil

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.scaling.kinds.flink_application.levers import kpus_of
from tidegate.scaling.model.bill import Item, Priced, fixed
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.monthly_price import Price
from tidegate.scaling.model.prices import HOURS_PER_MONTH, prices

__all__ = [
    "application_advice_prices",
    "application_items",
    "application_monthly_usd",
    "kpus_monthly_usd",
]

TRIED_SHARE = 0.25
"""More parallelism that is advised to try, where metrics can't tell whether it helps."""


def kpus_monthly_usd(kpus: int) -> float:
    """What KPUs cost a month, each with its 50 GB of running storage. The one for orchestration is
    billed whatever the parallelism, so that it is left out."""
    price = prices()
    storage = price["running_storage_gigabytes_per_kpu"]
    storage *= price["running_storage_gigabyte_month_usd"]
    return kpus * (price["kpu_hour_usd"] * HOURS_PER_MONTH + storage)


def application_monthly_usd(application: FlinkApplication, lever: Lever, setting: int) -> float:
    """What the KPUs cost that the setting of one of its levers comes to."""
    return kpus_monthly_usd(kpus_of(application, lever.kind, setting))


def application_advice_prices(
    application: FlinkApplication, diagnosis: Diagnosis
) -> Iterator[Price]:
    """A quarter more parallelism, where a person is advised to try it."""
    is_advised = diagnosis.cause is Cause.PARALLELISM_TOO_LOW and diagnosis.advice is not None
    if diagnosis.where == application.name and is_advised:
        more = ceil(application.parallelism * TRIED_SHARE)
        kpus = kpus_of(application, LeverKind.PARALLELISM, application.parallelism + more)
        if kpus > application.kpus:
            usd = kpus_monthly_usd(kpus - application.kpus)
            yield Price("a quarter more parallelism", usd)


def application_items(priced: Priced) -> Iterator[Item]:
    """KPUs as they are now; following the load costs restarts, which no bill tells."""
    price = prices()
    kpu_usd = price["kpu_hour_usd"] * HOURS_PER_MONTH
    gigabytes = price["running_storage_gigabytes_per_kpu"]
    storage_usd = gigabytes * price["running_storage_gigabyte_month_usd"]
    for application in applications_of(priced.pipeline):
        layer, kpus = f"application {application.name}", application.kpus
        mean = priced.mean(partial(_kpus, application))
        item = fixed(
            layer, "KPUs, one of them for orchestration", f"{kpus + 1}", (kpus + 1) * kpu_usd
        )
        yield item if mean is None else replace(item, measured_usd=(mean + 1) * kpu_usd)
        stored = f"{kpus * gigabytes:,.0f}"
        item = fixed(layer, "running storage, GB", stored, kpus * storage_usd)
        yield item if mean is None else replace(item, measured_usd=mean * storage_usd)


def _kpus(application: FlinkApplication, settings: Mapping[Lever, int]) -> int:
    """What the settings of both of its levers come to."""
    of_now = {
        LeverKind.PARALLELISM: application.parallelism,
        LeverKind.PARALLELISM_PER_KPU: application.parallelism_per_kpu,
    }
    parallelism, density = (
        settings.get(Lever.of(kind, application.name), now) for kind, now in of_now.items()
    )
    return -(-parallelism // density)
