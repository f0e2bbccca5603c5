"""What the file says of resources whose kinds have no keys of their own in it."""

from collections.abc import Iterator, Sequence

from tidegate.scaling.config.lever_mistakes import mistakes_of_policies
from tidegate.scaling.config.plain_mistakes import Path
from tidegate.scaling.config.specification import PipelineSpec, ResourceSpec
from tidegate.scaling.model.errors import shown
from tidegate.scaling.model.resource_type import ResourceType

__all__ = ["mistakes_of_resources"]


def mistakes_of_resources(
    spec: PipelineSpec, types: Sequence[ResourceType]
) -> Iterator[tuple[Path, str]]:
    """Each mistake with the path below the pipeline that it is at."""
    known = {each.kind_in_file: each for each in types if each.kind_in_file is not None}
    seen: set[tuple[str, str]] = set()
    for at, said in enumerate(spec.resources):
        path: Path = ("resources", at)
        if said.kind not in known:
            words = f"{shown(said.kind)} is not a kind of resource that is listed here"
            told = f"; the kinds are {', '.join(known)}" if known else "; there is none"
            yield (*path, "kind"), words + told
            continue
        if (said.kind, said.name) in seen:
            yield (*path, "name"), f"{said.kind} {shown(said.name)} is here twice"
        seen.add((said.kind, said.name))
        yield from _levers(said, known[said.kind], path)


def _levers(said: ResourceSpec, of: ResourceType, path: Path) -> Iterator[tuple[Path, str]]:
    limits = {kind.value: bounds for kind, bounds in of.levers.items()}
    for word, lever in said.levers.items():
        below: Path = (*path, "levers", word)
        if word not in limits:
            words = f"{shown(word)} is not a lever of {said.kind}; its levers are"
            yield below, f"{words} {', '.join(limits) or 'none'}"
            continue
        least, most = limits[word]
        bounds = {"min": lever.min, "max": lever.max}
        outside = {key: bound for key, bound in bounds.items() if not least <= bound <= most}
        for key, bound in outside.items():
            yield (*below, key), f"{key} is {bound}; {least}..{most} is allowed"
        if not outside and lever.min > lever.max:
            yield (*below, "min"), f"min is {lever.min}, more than max ({lever.max})"
        yield from mistakes_of_policies(lever, below)
