"""Whatever is sent to the endpoint: an answer of the contract, and only what is accepted changes
anything.

``tests/fuzz/endpoint/play.py`` has the promises; ``make fuzz-requests`` plays 20,000."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.chalice_app.gateway import proxy_event
from tests.fuzz.endpoint.aws import Fault
from tests.fuzz.endpoint.events import event
from tests.fuzz.endpoint.form import ill_formed
from tests.fuzz.endpoint.mass import Mass, published
from tests.fuzz.endpoint.play import Ran, Stage, play, stage_of, unpack

REQUESTS = 120


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return unpack(tmp_path_factory.mktemp("package"))


@pytest.fixture
def stage(unpacked: Any, endpoint: str, clients: dict[str, Any], tmp_path: Any) -> Iterator[Stage]:
    with stage_of(unpacked, endpoint, clients, tmp_path / "log") as made:
        yield made


@pytest.mark.slow
def test_an_odd_request_gets_an_answer_of_the_contract_and_changes_nothing(stage: Stage) -> None:
    ran = [play(seed, stage) for seed in range(REQUESTS)]
    assert [each for each in ran if each.broken] == []
    assert {200, 400, 404} <= {each.status for each in ran}
    assert [each for each in ran if each.has_changed and not each.has_failed] != []


@pytest.mark.slow
def test_a_failure_of_aws_is_told_as_one(stage: Stage) -> None:
    asked = proxy_event("GET", "write_capacity~orders", None, "application/json")
    for name, status in {"failed": 500, "denied": 500, "closed": 500, "throttled": 429}.items():
        kind, body, _ = stage.ask(asked, Fault(name, 0, lasts=True))
        answer = json.loads(body)
        assert (kind, answer["statusCode"]) == ("response", status)
        assert list(ill_formed(answer)) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"statusCode": 502}, "status 502"),
        ({"headers": {}}, "the headers are"),
        ({"body": '{"Message": "x"}'}, "no {"),
        ({"body": '{"message": "x\\n"}'}, "nobody can read"),
        ({"statusCode": 200}, "no ScalableTargetDimension"),
        ({"errorType": "KeyError"}, "no answer that API Gateway takes"),
    ],
)
def test_an_answer_that_is_not_of_the_contract_is_seen(changed: dict[str, Any], words: str) -> None:
    good = {
        "statusCode": 404, "headers": {"Content-Type": "application/json"}, "multiValueHeaders": {},
        "body": '{"message": "x"}',
    }  # fmt: skip
    assert list(ill_formed(good)) == []
    assert words in " ".join(ill_formed({**good, **changed}))


def test_a_seed_is_always_the_same_and_no_two_are() -> None:
    made = [json.dumps(event(seed)) for seed in range(2000)]
    assert made == [json.dumps(event(seed)) for seed in range(2000)]
    assert len(set(made)) > 1900


def test_the_page_has_the_figures_of_the_last_run() -> None:
    mass = Mass()
    for status in (200, 200, 404):
        mass.add(Ran({}, status, (), has_changed=status == 200))
    page = published(mass, "1a2b3c4", "# x\n<!-- requests -->\nold\n<!-- /requests -->\nend\n")
    assert "| 3 | 2 of 200, 1 of 404 | 0 | 2 | 0 |" in page
    assert "<!-- figures of 1a2b3c4: chalice_app " in page
    assert "old" not in page
