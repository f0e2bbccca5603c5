"""What applications cost: KPUs, however busy, each with its running storage."""

from dataclasses import replace

import pytest

from tests.flink_builders import a_flink_pipeline, an_application
from tests.scaling.cost.use import MONTH, now_usd, priced
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.scaling.kinds.flink_application.price import (
    application_advice_prices,
    application_items,
    application_monthly_usd,
    kpus_monthly_usd,
)
from tidegate.scaling.model.change_record import Lever

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
PER_KPU = Lever.of(LeverKind.PARALLELISM_PER_KPU, "counter")


def test_the_kpu_for_orchestration_is_billed_and_has_no_storage() -> None:
    pipeline = a_flink_pipeline(an_application(6, parallelism_per_kpu=2))
    assert now_usd(application_items(priced(pipeline))) == pytest.approx(
        {
            ("application counter", "KPUs, one of them for orchestration"): 4 * 0.11 * MONTH,
            ("application counter", "running storage, GB"): 3 * 50 * 0.1,
        }
    )


def test_a_setting_costs_the_kpus_that_it_comes_to() -> None:
    application = an_application(6, parallelism_per_kpu=2)
    assert application_monthly_usd(application, PARALLELISM, 7) == kpus_monthly_usd(4)
    assert application_monthly_usd(application, PER_KPU, 3) == kpus_monthly_usd(2)
    assert kpus_monthly_usd(1) == pytest.approx(0.11 * MONTH + 5)


@pytest.mark.parametrize(
    ("per_kpu", "advice", "expected"),
    [(1, "try more", 2), (4, "try more", 1), (16, "try more", 0), (1, None, 0)],
    ids=["a KPU each", "four a KPU", "what is there is enough", "a lever cures it"],
)
def test_a_quarter_more_parallelism_that_is_advised_has_the_price_of_its_kpus(
    per_kpu: int, advice: str | None, expected: int
) -> None:
    application = an_application(8, parallelism_per_kpu=per_kpu)
    advised = Diagnosis(Cause.PARALLELISM_TOO_LOW, application.name, (), advice=advice)
    found = application_advice_prices(application, advised)
    kpus = [("a quarter more parallelism", pytest.approx(kpus_monthly_usd(expected)))]
    assert [(each.what, each.monthly_usd) for each in found] == kpus * (expected > 0)
    other = replace(advised, where="another")
    assert list(application_advice_prices(application, other)) == []
