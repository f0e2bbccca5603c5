"""The scenarios that come with Tidegate, as data files beside this one."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tidegate.simulator.kind import Kinds
from tidegate.simulator.kinds.registry import KINDS
from tidegate.simulator.scenario import Fault, Scenario

__all__ = ["load_scenario", "scenario_from", "scenario_names"]

PLAIN = (
    "name",
    "summary",
    "planted_cause",
    "duration_seconds",
    "iterator_age_max_seconds",
    "pipeline_file",
)


def _fault(data: Mapping[str, Any]) -> Fault:
    values = {key: value for key, value in data.items() if key not in ("at", "what")}
    return Fault(data["at"], data["what"], values)


def scenario_from(file: Mapping[str, Any], kinds: Kinds = KINDS) -> Scenario:
    """A scenario file's contents as a value. LookupError for a kind that there is none of."""
    unknown = {entry["kind"] for entry in file.get("resources", [])} - {each.name for each in kinds}
    if unknown:
        raise LookupError(f"{file['name']}: there is no kind {', '.join(sorted(unknown))}")
    return Scenario(
        **{key: file[key] for key in PLAIN},
        resources=tuple(data for kind in kinds for data in kind.read(file)),
        faults=tuple(_fault(each) for each in file.get("faults", [])),
    )


@cache
def load_scenario(name: str) -> Scenario:
    """The scenario of that name; FileNotFoundError when there is none."""
    text = files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return scenario_from(yaml.safe_load(text))


@cache
def scenario_names() -> tuple[str, ...]:
    """All built-in scenarios: race-day first, the others by name."""
    found = sorted(
        each.name.removesuffix(".yaml")
        for each in files(__name__).iterdir()
        if each.name.endswith(".yaml")
    )
    return ("race-day", *(name for name in found if name != "race-day"))
