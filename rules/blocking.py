"""Whether capacity still cures anything beside a diagnosis."""

from tidegate.rules.cause import Diagnosis

__all__ = ["blocks_capacity"]


def blocks_capacity(diagnosis: Diagnosis) -> bool:
    """Whether the raises that other causes ask for wait until a person has cured this one."""
    return diagnosis.advice is not None and diagnosis.holds_raises
