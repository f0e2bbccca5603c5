"""However many pipelines, a role has the policies that it needs, or it is said that it can't."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tidegate.deployment.conftest import FLINK, ROOT, packaged
from tidegate.deployment.options import Options
from tidegate.deployment.packing import CHARACTERS_MAX, POLICIES_MAX, characters, packed
from tidegate.deployment.permissions import policy
from tidegate.pipeline_file import load, parse
from tidegate.scaling.config.specification import PipelineFile
from tidegate.scaling.model.errors import ConfigurationError

ONE = "- {name: %s, stream: %s, consumers: [{function: %s, tables: [%s]}]%s}\n"
TELLING = (
    ", update_dashboard: true, notices: {sns_topic_arn: 'arn:aws:sns:us-east-1:123456789012:%s'},"
    " kms_key_arns: ['arn:aws:kms:us-east-1:123456789012:key/%08d-89ab-cdef-0123-456789abcdef']"
)
BY = {
    "their names": Options(),
    "`--prefix`": Options(prefixes=("stream-", "writer-", "table-")),
    "`--granted-tag`": Options(granted_tag=("tidegate", "prod")),
}
DRAWN = ", update_dashboard: true"


def named(kind: str, at: int) -> str:
    """A name of 24 characters."""
    return f"{kind}-{at:04d}-of-the-web-shop"[:24].ljust(24, "s")


def many(count: int, more: str = "") -> str:
    kinds = ("pipeline", "stream", "writer", "table")
    return "pipelines:\n" + "".join(
        ONE % (*(named(kind, at) for kind in kinds), _told(more, at)) for at in range(count)
    )


def _told(more: str, at: int) -> str:
    return more % (named("alerts", at), at) if "%" in more else more


def file(count: int, more: str = "") -> PipelineFile:
    return parse(many(count, more), "many.yaml")


def page_counts() -> list[tuple[str, str, int]]:
    """What docs/deployment.md says: granted by what, what else each pipeline has, how many fit."""
    lines = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [
        (by, more, int(count))
        for by, *counts in (each for each in cells if each[0] in BY)
        for more, count in zip((DRAWN, TELLING), counts, strict=True)
        if count != "any number"
    ]


def grants(documents: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """Each action on each resource, with the condition that it is granted under."""
    return {
        (action, json.dumps(place), json.dumps(owner))
        for document in documents
        for statement in document["Statement"]
        for action in statement["Action"]
        for place in statement["Resource"]
        for owner in _owners(statement)
    }


def _owners(statement: dict[str, Any]) -> list[Any]:
    condition = statement.get("Condition", {}).get("ArnLike", {})
    return [each for owners in condition.values() for each in owners] or [None]


@pytest.mark.parametrize("count", [1, 20, 100])
@pytest.mark.parametrize("sweeps", [False, True], ids=["callback", "sweep"])
def test_together_they_grant_the_same_and_each_is_short_enough(count: int, sweeps: bool) -> None:
    whole = policy(file(count).pipelines, sweeps=sweeps)
    documents = packed(whole)
    assert grants(documents) == grants([whole])
    assert len(documents) <= POLICIES_MAX
    assert all(characters(each) <= CHARACTERS_MAX for each in documents)


def test_one_that_is_short_is_not_split() -> None:
    whole = policy(file(1).pipelines, sweeps=True)
    assert packed(whole) == [whole]


def test_by_a_prefix_any_number_of_pipelines_needs_no_more_than_one() -> None:
    options = Options(prefixes=("stream-", "writer-", "table-"))
    few, lots = (policy(file(count, DRAWN).pipelines, options, sweeps=True) for count in (1, 500))
    assert few == lots
    assert len(packed(lots)) == 1


def test_by_a_tag_streams_functions_mappings_and_applications_need_no_names() -> None:
    """Tables have theirs."""
    options = Options(granted_tag=("tidegate", "prod"))
    whole = policy(file(3).pipelines, options, sweeps=True)
    text = json.dumps(whole)
    for name in (named("stream", 1), named("writer", 1)):
        assert name not in text
    assert f"table/{named('table', 1)}" in text
    tagged = {"StringEquals": {"aws:ResourceTag/tidegate": "prod"}}
    places = {
        place["Fn::Sub"].rpartition("}:")[2]: statement.get("Condition")
        for statement in whole["Statement"]
        for place in statement["Resource"]
        if "Fn::Sub" in place and place["Fn::Sub"].endswith("*")
    }
    for place in ("stream/*", "function:*", "event-source-mapping:*"):
        assert places[place] == tagged


def test_of_an_application_as_well() -> None:
    options = Options(granted_tag=("tidegate", "prod"))
    text = json.dumps(policy(load(FLINK).pipelines, options, sweeps=True))
    assert "application/*" in text
    assert "application/click-counter" not in text


def test_a_prefix_grants_the_names_that_begin_with_it_and_others_one_by_one() -> None:
    text = json.dumps(policy(file(3).pipelines, Options(prefixes=("stream-",)), sweeps=True))
    assert "stream/stream-*" in text
    assert f"stream/{named('stream', 1)}" not in text
    assert f"table/{named('table', 1)}" in text
    assert "table/*" not in text
    assert f"function:{named('writer', 2)}:*" in text


def test_a_prefix_is_one_of_the_name_and_not_of_the_kind() -> None:
    text = json.dumps(policy(file(1).pipelines, Options(prefixes=("str", "fun")), sweeps=True))
    assert "stream/str*" in text
    assert f"function:{named('writer', 0)}" in text


def test_more_than_a_role_can_have_are_not_packaged_and_it_is_said_how_they_can(
    tmp_path: Path,
) -> None:
    written = tmp_path / "many.yaml"
    written.write_text(many(400), encoding="utf-8")
    done = packaged(written, tmp_path / "build")
    assert done.returncode == 2
    assert "managed policies; a role may have 10: package with --prefix" in done.stderr
    assert not (tmp_path / "build").exists()


def test_the_page_says_how_many_pipelines_fit_however_they_are_granted() -> None:
    assert len(page_counts()) == 5


@pytest.mark.parametrize(("by", "more", "count"), page_counts())
def test_so_many_pipelines_fit_as_the_page_says_and_hardly_more(
    by: str, more: str, count: int
) -> None:
    for some in (count * 3 // 4, count):
        whole = policy(file(some, more).pipelines, BY[by], sweeps=True)
        assert len(packed(whole)) <= POLICIES_MAX
    with pytest.raises(ConfigurationError, match="--granted-tag"):
        packed(policy(file(count * 5 // 4, more).pipelines, BY[by], sweeps=True))


def test_in_a_vpc_one_policy_is_for_the_network(tmp_path: Path) -> None:
    written = tmp_path / "many.yaml"
    written.write_text(many(100), encoding="utf-8")
    in_a_vpc = ("--subnet", "subnet-01234567", "--security-group", "sg-01234567")
    done = packaged(written, tmp_path / "build", *in_a_vpc)
    assert done.returncode == 2
    assert "a role may have 9: package with --prefix" in done.stderr


def test_a_reference_counts_as_the_longest_that_it_may_stand_for() -> None:
    assert characters({"Fn::Sub": "a${AWS::Region}b"}) == len('"a"') + 14 + len("b")
    assert characters({"a": {"Fn::GetAtt": ["Ledger", "Arn"]}}) == len('{"a":}') + 128
