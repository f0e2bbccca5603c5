"""What the functions that read a stream cost: pure functions.

Lambda bills the work and not the concurrent executions: a factor costs nothing by itself.
"""

from collections.abc import Iterator

from tidegate.rules.kinds.lambda_mapping.metrics import function_metric
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.scaling.model.bill import Item, Priced, fixed, short
from tidegate.scaling.model.prices import prices

__all__ = ["function_items"]


def function_items(priced: Priced) -> Iterator[Item]:
    """Time and requests of each function, on x86."""
    price, usage = prices(), priced.usage
    consumers = consumers_of(priced.pipeline)
    for function in {each.function.name: each.function for each in consumers}.values():
        layer = f"function {function.name}"
        milliseconds = usage.total(function_metric(function.name, "Duration", "Sum"))
        gigabyte_seconds = usage.a_month(milliseconds) / 1000 * function.memory_megabytes / 1024
        usd = gigabyte_seconds * price["lambda_gigabyte_second_usd"]
        what = f"GB-s at {function.memory_megabytes:,} MB"
        yield fixed(layer, what, short(gigabyte_seconds), usd)
        requests = usage.a_month(usage.total(function_metric(function.name, "Invocations", "Sum")))
        usd = requests * price["lambda_request_usd"]
        yield fixed(layer, "requests", short(requests), usd)
