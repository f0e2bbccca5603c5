"""A deployed stage by its URL."""

from dataclasses import replace

import pytest

from tidegate.scaling.autoscaling_api.dimensions import Dimension
from tidegate.scaling.autoscaling_api.site import RESOURCE_ID_MAX, Site
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import ConfigurationError

URL = "https://abc.execute-api.us-east-1.amazonaws.com/v1"
SHARDS = Dimension(PipelineSpec("orders"), Lever("shard_count", "orders"))


def test_names_begin_with_the_stage() -> None:
    site = Site.at(f"{URL}/")
    assert site == Site(URL)
    assert site.resource_id(SHARDS) == f"{URL}/scalableTargetDimensions/shard_count~orders"
    assert site.alarm_prefix == "tidegate/abc.execute-api.us-east-1.amazonaws.com/v1/"


@pytest.mark.parametrize("url", ["", "https://", "http://abc/v1", "abc/v1", "ftp://abc"])
def test_what_is_no_stage_is_bad_input(url: str) -> None:
    with pytest.raises(ConfigurationError, match="is not the URL of a stage"):
        Site.at(url)


def test_an_id_has_no_more_characters_than_aws_allows() -> None:
    room = RESOURCE_ID_MAX - len(Site(URL).resource_id(SHARDS)) + len("orders")
    fits = replace(SHARDS, lever=Lever("shard_count", "x" * room))
    assert len(Site(URL).resource_id(fits)) == RESOURCE_ID_MAX
    longer = replace(SHARDS, lever=Lever("shard_count", "x" * (room + 1)))
    with pytest.raises(ConfigurationError, match="1601 characters; 1600 are allowed"):
        Site(URL).resource_id(longer)
