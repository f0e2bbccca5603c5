"""What an advice costs or saves, said beside it: pure functions.

By the list prices of ``scaling/model/prices.json``, for a month like the time that was measured.
Advice that changes no bill, or whose price isn't known, stays as it is.
"""

from collections.abc import Iterable
from dataclasses import replace

from tidegate.rules.cause import Diagnosis
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.monthly_price import Price
from tidegate.scaling.model.roles import plannings

__all__ = ["with_prices"]


def with_prices(look: Look) -> Look:
    """The same look, with the prices of what is advised."""
    return replace(look, diagnoses=tuple([_priced(look, each) for each in look.diagnoses]))


def _priced(look: Look, diagnosis: Diagnosis) -> Diagnosis:
    if diagnosis.advice is None:
        return diagnosis
    kinds = plannings(look.signals.pipeline)
    found = [price for kind in kinds for price in kind.advice_prices(look.signals, diagnosis)]
    return replace(diagnosis, advice=f"{diagnosis.advice}{_beside(found)}")


def _beside(prices: Iterable[Price]) -> str:
    told = "; ".join(map(str, prices))
    return f" ({told})" if told else ""
