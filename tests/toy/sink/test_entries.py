"""Every way in knows a sink that only this folder has: it is passed in, and no more."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.losses.account import Account
from tests.losses.endpoint import Endpoint
from tests.toy.sink.kinds import FILE, IN_USE, TOY_KINDS
from tests.toy.sink.scaling import SLOTS_MAX
from tests.toy.sink.signals import NAMESPACE
from tidegate.cli import main
from tidegate.deployment.permissions import policy
from tidegate.pipeline_file import parse
from tidegate.scaling.aws.clients import Clients

OURS, THEIRS = "tidegate", "application-autoscaling"


def call(account: Account, *arguments: str, owner: str = OURS, output: str | None = None) -> Result:
    file = account.file(FILE.replace("OWNER", owner))
    given = [each.replace("FILE", file) for each in arguments]
    options = () if output is None else ("--output", output)
    told = CliRunner().invoke(main, [*given, *options], obj=IN_USE, input="y\n")
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return told


def orders(account: Account, slots: int = 20) -> str:
    """Stream, function and shelf."""
    account.function()
    account.mapping(account.stream())
    sqs = account.client("sqs")
    return str(sqs.create_queue(QueueName="jars", tags={"slots": str(slots)})["QueueUrl"])


def slots(account: Account, url: str) -> int:
    return int(account.client("sqs").list_queue_tags(QueueUrl=url)["Tags"]["slots"])


def minutes(account: Account, since: int, until: int, *, refused: float, **stream: Any) -> None:
    """``written`` and ``refused`` are records a minute."""
    written = stream.pop("written")
    account.minutes(since=since, until=until, **stream)
    for back in range(since, until - 1, -1):
        values = {"Written": written, "Refused": refused}
        account.put(NAMESPACE, {"Shelf": "jars"}, back, values)


def full(account: Account) -> None:
    """As much comes in as it takes, then twice as much."""
    minutes(account, 60, 11, records=600, written=600, refused=0)
    for back in range(10, 0, -1):
        late = (11 - back) * 30_000
        minutes(account, back, back, records=2400, read=1200, written=1200, refused=400, age=late)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{slots:", "{wings:", "'wings' is not a lever of shelf; its levers are slots"),
        ("max: 1000", f"max: {SLOTS_MAX + 1}", f"1..{SLOTS_MAX} is allowed"),
    ],
)
def test_check_refuses_what_it_does_not_have(
    account: Account, old: str, new: str, words: str
) -> None:
    file = account.file(FILE.replace("OWNER", OURS).replace(old, new))
    told = CliRunner().invoke(main, ["check", file], obj=IN_USE)
    assert (told.exit_code, words in told.stderr) == (2, True)


def test_check_counts_its_lever(account: Account) -> None:
    told = call(account, "check", "FILE")
    assert (told.exit_code, "3 levers owned by Tidegate" in told.stdout) == (0, True)


def test_a_sweep_raises_it_and_says_why_and_what_it_costs(account: Account) -> None:
    url = orders(account)
    full(account)
    ledger = str(account.folder / "ledger.sqlite")
    told = call(account, "sweep", "--config", "FILE", "--ledger", ledger, output="json")
    (found,) = json.loads(told.stdout)["pipelines"]
    assert found["diagnoses"][0]["cause"] == "downstream-saturated"
    (action,) = (each for each in found["actions"] if each["lever"] == "slots of jars")
    assert (action["from"], action["to"] > 40) == (20, True)
    assert action["usd_per_month"] == 0.5 * (action["to"] - 20)
    assert slots(account, url) == action["to"]


def test_a_function_that_writes_to_it_no_more_is_told_of(account: Account) -> None:
    """It is invoked and fails at nothing, and the shelf gets nothing."""
    orders(account, 100)
    minutes(account, 60, 11, records=2400, written=2400, refused=0)
    minutes(account, 10, 1, records=2400, written=0, refused=0)
    told = call(account, "sweep", "--config", "FILE", "--dry-run", output="json")
    (found,) = json.loads(told.stdout)["pipelines"]
    assert found["health"] == "unknown"
    assert "nothing is written to jars since" in found["diagnoses"][0]["because"]


def test_targets_list_it(account: Account) -> None:
    orders(account)
    told = call(account, "targets", "--config", "FILE", owner=THEIRS, output="json")
    (row,) = (each for each in json.loads(told.stdout) if each["owner"] == THEIRS)
    assert (row["id"], row["capacity"], row["max"]) == ("slots~jars", 20, 1000)


def test_alarms_dashboard_and_rules_have_its_own(account: Account) -> None:
    orders(account)
    told = call(account, "alarms", "FILE", "--dry-run")
    assert "tidegate/pipeline/orders/jars/refuses" in told.stdout, told.stderr
    call(account, "dashboard", "FILE", "--yes")
    body = account.client("cloudwatch").get_dashboard(DashboardName="tidegate-orders-us-east-1")
    assert "Shelf jars" in body["DashboardBody"]
    assert "toy-sink/shelf-refuses" in call(account, "rules").stdout


def test_costs_price_it(account: Account) -> None:
    orders(account)
    minutes(account, 89, 1, records=600, written=600, refused=0)
    told = call(account, "costs", "FILE", "--since", "2h")
    assert (told.exit_code, "shelf jars" in told.stdout) == (0, True), told.stderr


def test_the_role_may_ask_for_it_and_change_it() -> None:
    specs = parse(FILE.replace("OWNER", OURS), "orders.yaml", TOY_KINDS).pipelines
    said: Any = json.dumps(policy(specs, sweeps=True, types=TOY_KINDS.types))
    assert ("sqs:TagQueue" in said, "jars" in said) == (True, True)


def test_the_callback_scales_it_for_application_auto_scaling(account: Account) -> None:
    url = orders(account)
    (spec,) = parse(FILE.replace("OWNER", THEIRS), "orders.yaml", TOY_KINDS).pipelines
    endpoint = Endpoint.of(account, cloud=IN_USE.cloud(Clients()), spec=spec)
    assert endpoint.get("slots~jars") == (20, 20, "Successful")
    endpoint.patch("slots~jars", 70)
    assert slots(account, url) == 70
    assert endpoint.refused("slots~jars", 1001)[0] == 400
