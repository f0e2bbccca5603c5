"""What ``tidegate pause`` and ``tidegate resume`` share."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tidegate.kinds.registry import kinds_in_use
from tidegate.scaling.config.levers import resource_of, resources_of
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.pause import Pause

if TYPE_CHECKING:
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.ports import Ledger

__all__ = ["keep_suspending", "ledger_at", "paused", "specs_of", "targets_of"]


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


@contextmanager
def ledger_at(place: str | None) -> Iterator["Ledger"]:
    """The ledger at a place, or the default one."""
    from tidegate.ledgers import default_ledger, open_own_ledger
    from tidegate.scaling.aws.clients import Clients

    yield open_own_ledger(place or default_ledger(), Clients())


def targets_of(specs: Sequence[PipelineSpec], pause: Pause, api: str | None) -> dict[str, str]:
    """The levers that a pause holds and that the file gives to Application Auto Scaling, by the
    resource ids of their scalable targets at a stage; none without one."""
    if api is None:
        return {}
    from tidegate.scaling.autoscaling_api.dimensions import dimensions, is_theirs
    from tidegate.scaling.autoscaling_api.site import Site

    site, now = Site.at(api), datetime.now(UTC)
    return {
        site.resource_id(each): str(each.lever)
        for each in dimensions(specs)
        if is_theirs(each) and pause.holds(each.lever, resource_of(each.lever), each.spec.name, now)
    }


def keep_suspending(
    pause: Pause, targets: Collection[str], ledger: "Ledger", clients: "Clients"
) -> dict[str, tuple[str, ...]]:
    """Keep a pause with those of the scalable targets that are registered, and with what others had
    suspended of them; answers their flags. Kept before the first is suspended: whatever happens, a
    sweep resumes them all. Raises CloudError."""
    from tidegate.scaling.autoscaling_api.resume import suspended_before
    from tidegate.scaling.aws.suspended import suspended

    # What another pause has suspended is not the operator's: one that ends or begins while AWS is
    # asked is in the ledger before or after.
    known = ledger.pauses()
    flags = suspended(clients, targets)
    known = (*known, *ledger.pauses())
    before = [each for each in pause.before if each.rpartition(" ")[0] not in flags]
    for each, set_ in flags.items():
        before += [f"{each} {flag}" for flag in suspended_before(known, each, set_)]
    ids = tuple(dict.fromkeys((*pause.suspended, *flags)))
    ledger.keep_pause(replace(pause, suspended=ids, before=tuple(before)))
    return flags
