"""A survey written down as a pipeline file, each number with the reason it comes from."""

from collections.abc import Iterator

from tidegate.kinds.draft_kind import Draft, DraftKind, indented, one_line
from tidegate.kinds.draft_registry import draft_kinds
from tidegate.scaling.config.specification import Objective
from tidegate.survey import Survey

__all__ = ["draft"]

_HEAD = """\
# A draft by `tidegate init`, {at} UTC, region {region}: from event source mappings,
# roles, environment variables and two weeks of metrics. Where each number comes from is beside it.
#
# As it stands Tidegate judges and advises, and changes nothing. To hand a lever over, take the "# "
# from its `owner: tidegate`; before that, see `tidegate sweep --config FILE --dry-run`. Prices are
# those of us-east-1.
"""


_BESIDE_TERRAFORM = (
    "# Where Terraform manages these resources, its next apply sets them back. For a lever with an",
    "# owner, let it ignore that argument (docs/second-owners.md; also for CloudFormation):",
)


def draft(survey: Survey) -> str:
    """The text of the file. It passes `tidegate check` as long as there is a pipeline in it."""
    lines = [_HEAD.format(at=f"{survey.at:%Y-%m-%d %H:%M}", region=survey.region)]
    lines += _comments("Could not be read, so check these by hand:", survey.unread)
    lines += _comments("Left out:", survey.left_out)
    lines.append("pipelines:")
    kinds = draft_kinds()
    for each in survey.drafted:
        lines += indented(_pipeline(Draft(each, survey, kinds)), "  ")
        lines.append("")
    levers = {lever.lever.kind for each in survey.drafted for lever in each.proposal.ranges}
    lines += _ignored([each for each in kinds if levers & each.units.keys()])
    return "\n".join(lines).rstrip() + "\n"


def _ignored(kinds: list[DraftKind]) -> Iterator[str]:
    """What infrastructure code has to leave alone once a lever has an owner."""
    told = [each.terraform for each in kinds if each.terraform is not None]
    if told:
        yield from _BESIDE_TERRAFORM
    for resource, arguments in told:
        yield f'#   resource "{resource}" "..." {{'
        yield "#     lifecycle {"
        yield f"#       ignore_changes = [{', '.join(arguments)}]"
        yield "#     }"
        yield "#   }"


def _comments(title: str, told: tuple[str, ...]) -> Iterator[str]:
    if told:
        yield f"# {title}"
        yield from (f"# - {one_line(each)}" for each in told)
        yield ""


def _pipeline(draft: Draft) -> Iterator[str]:
    keys = [line for kind in draft.kinds for line in kind.source(draft)]
    yield f"- {keys[0]}"
    yield from indented(keys[1:], "  ")
    for kind in draft.kinds:
        yield from indented(kind.processors(draft), "  ")
    objective = draft.drafted.proposal.objective
    yield "  objective:"
    yield f"    iterator_age_max_seconds: {objective.value} # {objective.because}"
    yield f"    catch_up_seconds: {Objective().catch_up_seconds:g} # Tidegate's default"
    yield "  levers:"
    for kind in draft.kinds:
        yield from indented(kind.source_levers(draft), "    ")
