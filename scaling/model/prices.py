"""The dated price file."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["HOURS_PER_MONTH", "list_of", "prices"]

HOURS_PER_MONTH = 730
"""The month of AWS's price pages."""


@cache
def _file() -> dict[str, Any]:
    text = files("tidegate.scaling.model").joinpath("prices.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


@cache
def prices() -> dict[str, float]:
    """The figures of ``scaling/model/prices.json``, in US dollars, and the bytes of a PUT payload
    unit; the file names date and sources."""
    return {key: value for key, value in _file().items() if isinstance(value, int | float)}


def list_of() -> str:
    """Whose list the prices are from, and of when, in words."""
    return f"list prices of {_file()['region']} on {_file()['as_of']}, without any free tier"
