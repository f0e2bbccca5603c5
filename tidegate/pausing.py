"""What ``tidegate pause`` and ``tidegate resume`` share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tidegate.kinds.registry import kinds_in_use
from tidegate.scaling.config.levers import resource_of, resources_of
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.pause import Pause

if TYPE_CHECKING:
    from tidegate.scaling.autoscaling_api.registration import Target
    from tidegate.scaling.aws.registry import Registry
    from tidegate.scaling.ports import Ledger

__all__ = ["ledger_at", "paused", "specs_of", "targets_of"]


def specs_of(config: str | None) -> tuple[PipelineSpec, ...]:
    """The pipelines of a file; none where none is named."""
    from tidegate.pipeline_file import load

    return () if config is None else tuple(load(config, kinds_in_use().kinds).pipelines)


def paused(
    specs: Sequence[PipelineSpec],
    what: tuple[str | None, str | None],
    until: datetime,
    reason: str,
) -> Pause:
    """The pause of a pipeline and a lever, of which either may be None. Raises BadParameter for
    what the file doesn't have."""
    pipeline, lever = what
    if pipeline is None:
        return Pause(until, reason)
    spec = next((each for each in specs if each.name == pipeline), None)
    if spec is None:
        known = ", ".join(each.name for each in specs)
        words = f"the file has no pipeline {pipeline!r}; it has: {known}" if specs else (
            "name the pipeline file with --config"
        )  # fmt: skip
        raise click.BadParameter(words, param_hint="PIPELINE")
    types = kinds_in_use().kinds.types
    kinds = [kind.value for each in types for kind in each.levers]
    if lever is not None and lever not in kinds:
        words = f"{lever!r} is not one of {', '.join(kinds)}"
        raise click.BadParameter(words, param_hint="LEVER")
    return Pause(until, reason, pipeline, lever, resources_of(spec))


@dataclass(frozen=True, slots=True)
class HeldTarget:
    """A registered target of a paused lever, by the lever's name."""

    name: str
    target: "Target"
    registry: "Registry"

    def suspend(self, *, is_suspended: bool) -> None:
        """Suspend it, or end that. Raises CloudError."""
        self.registry.suspend(self.target, is_suspended=is_suspended)


@contextmanager
def ledger_at(place: str | None) -> Iterator["Ledger"]:
    """The ledger at a place, or the default one."""
    from tidegate.commands.sweep import default_ledger, open_ledger
    from tidegate.scaling.aws.clients import Clients

    yield open_ledger(place or default_ledger(), Clients())


def targets_of(
    specs: Sequence[PipelineSpec], pause: Pause, api: str | None
) -> "tuple[HeldTarget, ...]":
    """The registered targets that a pause holds; none without a stage. Raises CloudError."""
    if api is None:
        return ()
    from tidegate.scaling.autoscaling_api.dimensions import dimensions, is_theirs
    from tidegate.scaling.autoscaling_api.site import Site
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.registry import Registry

    site, now = Site.at(api), datetime.now(UTC)
    # Which levers it holds doesn't depend on when it ends.
    holding = replace(pause, until=datetime.max.replace(tzinfo=UTC))
    wanted = {
        site.resource_id(each): str(each.lever)
        for each in dimensions(specs)
        if is_theirs(each)
        and holding.holds(each.lever, resource_of(each.lever), each.spec.name, now)
    }
    registry = Registry(Clients(), site)
    return tuple(
        HeldTarget(wanted[each.resource_id], each, registry)
        for each in registry.read().targets
        if each.resource_id in wanted
    )
