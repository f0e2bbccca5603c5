"""A survey written down as a pipeline file, each number with the reason it comes from."""

import json
from collections.abc import Iterator

import yaml

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.state import Capacity, Table, tables_behind
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.state import Consumer, consumers_of
from tidegate.scaling.config.specification import Objective
from tidegate.scaling.model.proposal import Range
from tidegate.scaling.onboarding.iam_write_access import Candidate
from tidegate.survey import Drafted, Survey

__all__ = ["draft", "scalar"]

UNDECIDED_MAX = 20
"""Tables that are listed for a person to choose from; a role may reach thousands."""

_HEAD = """\
# A draft by `tidegate init`, {at} UTC, region {region}: from event source mappings,
# roles, environment variables and two weeks of metrics. Where each number comes from is beside it.
#
# As it stands Tidegate judges and advises, and changes nothing. To hand a lever over, take the "# "
# from its `owner: tidegate`; before that, see `tidegate sweep --config FILE --dry-run`. Prices are
# those of us-east-1.
"""
_CAPACITY = (LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY)
_UNITS = {
    LeverKind.SHARD_COUNT: "shards",
    LeverKind.PARALLELIZATION_FACTOR: "concurrent executions per shard",
    LeverKind.BATCHING_WINDOW: "seconds to wait for a fuller batch",
    LeverKind.WRITE_CAPACITY: "write units/s",
    LeverKind.READ_CAPACITY: "read units/s",
    LeverKind.RETENTION_HOURS: "hours",
}


def draft(survey: Survey) -> str:
    """The text of the file. It passes `tidegate check` as long as there is a pipeline in it."""
    lines = [_HEAD.format(at=f"{survey.at:%Y-%m-%d %H:%M}", region=survey.region)]
    lines += _comments("Could not be read, so check these by hand:", survey.unread)
    lines += _comments("Left out:", survey.left_out)
    lines.append("pipelines:")
    for each in survey.drafted:
        lines += (f"  {line}" if line else "" for line in _pipeline(each, survey))
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _comments(title: str, told: tuple[str, ...]) -> Iterator[str]:
    if told:
        yield f"# {title}"
        yield from (f"# - {_one_line(each)}" for each in told)
        yield ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _pipeline(drafted: Drafted, survey: Survey) -> Iterator[str]:
    stream = stream_of(drafted.pipeline)
    name = scalar(stream.name)
    yield f"- name: {name}"
    yield f"  stream: {name}{'' if stream.is_provisioned else ' # on demand: no shards to set'}"
    yield "  consumers:"
    for consumer in consumers_of(drafted.pipeline):
        yield from (f"    {line}" for line in _consumer(consumer, drafted, survey))
    objective = drafted.proposal.objective
    yield "  objective:"
    yield f"    iterator_age_max_seconds: {objective.value} # {objective.because}"
    yield f"    catch_up_seconds: {Objective().catch_up_seconds:g} # Tidegate's default"
    yield "  levers:"
    for kind in (LeverKind.SHARD_COUNT, LeverKind.RETENTION_HOURS):
        yield from _lever(drafted.proposal.of(kind, stream.name), "    ")


def _consumer(consumer: Consumer, drafted: Drafted, survey: Survey) -> Iterator[str]:
    name = consumer.function.name
    yield f"- function: {scalar(name)}"
    undecided = drafted.undecided[name]
    if tables := tables_behind(consumer):
        yield "  tables:"
        reasons = {each.table: each.because for each in drafted.tables[name]}
        for table in tables:
            yield from (
                f"    {line}" for line in _table(table, reasons[table.name], drafted, survey)
            )
        yield from (f"    # {line}" for line in _undecided(undecided))
    elif undecided:
        yield "  # tables:"
        yield from (f"  #   {line}" for line in _undecided(undecided))
    else:
        yield "  # tables: [NAME] # neither the role nor the environment names a table"
    yield "  levers:"
    for kind in (LeverKind.PARALLELIZATION_FACTOR, LeverKind.BATCHING_WINDOW):
        yield from _lever(drafted.proposal.of(kind, name), "    ")


def _undecided(candidates: tuple[Candidate, ...]) -> Iterator[str]:
    """For a comment, whose names become part of the file once their ``# `` is taken away."""
    if not candidates:
        return
    yield f"For you to decide: {_one_line(candidates[0].because)}. Of these"
    yield "tables, take the # away from those that it does write, and drop the others."
    yield from (f"- {scalar(each.table)}" for each in candidates[:UNDECIDED_MAX])
    more = len(candidates) - UNDECIDED_MAX
    if more > 0:
        yield f"and {more} more"


def _table(table: Table, because: str, drafted: Drafted, survey: Survey) -> Iterator[str]:
    yield f"- name: {scalar(table.name)} # {_one_line(because)}"
    if not table.is_provisioned:
        yield "  # On demand: it has no capacity to set."
        return
    if table.replicas:
        yield "  # A global table: auto scaling sets its write capacity in every region, so give"
        yield "  # write_capacity no owner here."
    yield from _capacity(table.capacity, drafted, survey)
    if table.indexes:
        yield "  indexes:"
    for index in table.indexes:
        yield f"    - name: {scalar(index.index or '')}"
        yield from (f"    {line}" for line in _capacity(index, drafted, survey))


def _capacity(capacity: Capacity, drafted: Drafted, survey: Survey) -> Iterator[str]:
    yield "  levers:"
    for kind in _CAPACITY:
        target = survey.scaled.of(kind, capacity.where)
        if target is not None:
            yield (
                f"    # DynamoDB auto scaling sets this capacity ({target.min:,}..{target.max:,}):"
            )
            yield "    # set an owner here only after auto scaling is removed."
        yield from _lever(drafted.proposal.of(kind, capacity.where), "    ")


def _lever(said: Range | None, indent: str) -> Iterator[str]:
    if said is None:
        return
    yield f"{indent}{said.lever.kind_word}: # {_UNITS[said.lever.kind]}; {said.current:,} now"
    yield f"{indent}  min: {said.min.value} # {said.min.because}"
    yield f"{indent}  max: {said.max.value} # {said.max.because}"
    yield f"{indent}  # owner: tidegate"


def scalar(text: str) -> str:
    """A name as YAML reads it back: quoted where it would be a number, a date or the like."""
    try:
        plain = yaml.safe_load(f"- {text}") == [text]
    except (yaml.YAMLError, ValueError):
        plain = False
    return text if plain else json.dumps(text)
