"""Settings of event source mappings that moto doesn't keep."""

from typing import Any

from tests.losses.account import Account


def listed_with(account: Account, **settings: Any) -> None:
    """Every mapping is listed with these settings."""

    def answer(_: Any, real: Any) -> Any:
        got = real()
        for mapping in got["EventSourceMappings"]:
            mapping.update(settings)
        return got

    account.on("ListEventSourceMappings", answer)
