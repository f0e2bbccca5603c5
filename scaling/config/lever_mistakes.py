"""What is wrong with one lever, whatever its kind."""

from tidegate.scaling.config.lever_spec import LeverSpec
from tidegate.scaling.config.plain_mistakes import Found, Path

__all__ = ["mistakes_of_policies"]


def mistakes_of_policies(said: LeverSpec, path: Path) -> Found:
    """What is wrong with the policies and scheduled actions of a lever, where it has any."""
    if said.target_tracking or said.step_scaling or said.scheduled:
        # Imported here: most levers have none, and this is read at every cold start.
        from tidegate.scaling.config.policy_mistakes import policy_mistakes

        yield from policy_mistakes(said, path)
