"""Which API a stage's URL leads to."""

import pytest

from tidegate.scaling.autoscaling_api.site import Site
from tidegate.scaling.aws.rest_api import api_id_of


@pytest.mark.parametrize(
    ("url", "api_id"),
    [
        ("https://abc.execute-api.us-east-1.amazonaws.com/v1", "abc"),
        ("https://abc.execute-api.cn-north-1.amazonaws.com.cn/v1", "abc"),
        ("https://scaling.example.com/v1", None),
        ("https://execute-api.example.com/v1", None),
        ("https://localhost/v1", None),
    ],
)
def test_only_the_hosts_of_api_gateway_name_an_api(url: str, api_id: str | None) -> None:
    assert api_id_of(Site.at(url)) == api_id
