"""Every way in knows a queue that only this folder has: it is passed in, and no more."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.losses.account import Account
from tests.losses.endpoint import Endpoint
from tests.toy.kinds import FILE, IN_USE, TOY_KINDS
from tests.toy.scaling import CONSUMERS_MAX
from tests.toy.signals import NAMESPACE, Waiting
from tidegate.cli import main
from tidegate.deployment.permissions import policy
from tidegate.pipeline_file import parse
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.model.errors import CloudError

OURS, THEIRS = "tidegate", "application-autoscaling"


def call(
    account: Account, *arguments: str, owner: str = OURS, output: str | None = "json"
) -> Result:
    file = account.file(FILE.replace("OWNER", owner))
    given = [each.replace("FILE", file) for each in arguments]
    told = CliRunner().invoke(
        main, [*given, *(("--output", output) if output else ())], obj=IN_USE, input="y\n"
    )
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return told


def queue(account: Account, consumers: int = 2) -> str:
    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName="letters", tags={"consumers": str(consumers)})["QueueUrl"]
    return str(url)


def minutes(
    account: Account, since: int, until: int, *, sent: float, taken: float, age: float
) -> None:
    """Records a second, and seconds."""
    for back in range(since, until - 1, -1):
        values = {"Sent": sent * 60, "Taken": taken * 60, "AgeMilliseconds": age * 1000}
        account.put(NAMESPACE, {"Queue": "letters"}, back, values)


def behind(account: Account) -> None:
    """Twice as much comes in as its consumers take."""
    minutes(account, 60, 11, sent=60, taken=60, age=1)
    for back in range(10, 0, -1):
        minutes(account, back, back, sent=200, taken=100, age=(11 - back) * 30)


def test_check_knows_it_and_its_levers(account: Account) -> None:
    told = call(account, "check", "FILE", output=None)
    assert (told.exit_code, "1 lever owned by Tidegate" in told.stdout) == (0, True)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kind: queue", "kind: pigeon", "'pigeon' is not a kind of resource that is listed here"),
        ("{consumers:", "{wings:", "'wings' is not a lever of queue; its levers are consumers"),
        ("max: 12", f"max: {CONSUMERS_MAX + 1}", f"max is 13; 1..{CONSUMERS_MAX} is allowed"),
        ("name: letters", "name: a*b", "'a*b' is not the name of a resource"),
    ],
)
def test_check_refuses_what_it_does_not_have(
    account: Account, old: str, new: str, words: str
) -> None:
    file = account.file(FILE.replace("OWNER", OURS).replace(old, new))
    told = CliRunner().invoke(main, ["check", file], obj=IN_USE)
    assert told.exit_code == 2
    assert f"{file}:4:" in told.stderr
    assert words in told.stderr


def test_without_the_kind_it_is_no_resource(account: Account) -> None:
    file = account.file(FILE.replace("OWNER", OURS))
    told = CliRunner().invoke(main, ["check", file])
    assert (told.exit_code, "'queue' is not a kind of resource" in told.stderr) == (2, True)


def test_a_sweep_scales_it_out_and_says_why_and_what_it_costs(account: Account) -> None:
    url = queue(account)
    behind(account)
    ledger = str(account.folder / "ledger.sqlite")
    told = call(account, "sweep", "--config", "FILE", "--ledger", ledger)
    (mail,) = json.loads(told.stdout)["pipelines"]
    assert mail["diagnoses"][0]["cause"] == "consumer-too-slow"
    (action,) = mail["actions"]
    assert (action["lever"], action["from"]) == ("consumers of letters", 2)
    assert action["to"] > 4
    assert action["usd_per_month"] == 2.0 * (action["to"] - 2)
    assert tags(account, url) == str(action["to"])
    again = call(account, "sweep", "--config", "FILE", "--ledger", ledger)
    assert json.loads(again.stdout)["pipelines"][0]["actions"] == []


def tags(account: Account, url: str) -> str:
    told: dict[str, str] = account.client("sqs").list_queue_tags(QueueUrl=url)["Tags"]
    return told["consumers"]


def test_a_sweep_scales_it_in(account: Account) -> None:
    url = queue(account, 10)
    minutes(account, 89, 1, sent=60, taken=60, age=1)
    call(account, "sweep", "--config", "FILE", "--ledger", str(account.folder / "ledger.sqlite"))
    assert tags(account, url) == "2"


def test_targets_list_it(account: Account) -> None:
    queue(account)
    (row,) = json.loads(call(account, "targets", "--config", "FILE", owner=THEIRS).stdout)
    assert (row["id"], row["capacity"], row["max"]) == ("consumers~letters", 2, 12)
    assert row["owner"] == THEIRS


def test_alarms_put_its_own(account: Account) -> None:
    queue(account)
    told = call(account, "alarms", "FILE", "--dry-run", output=None)
    assert told.exit_code == 0, told.stderr
    assert "tidegate/pipeline/mail/letters/waiting" in told.stdout


def test_the_dashboard_has_its_row(account: Account) -> None:
    queue(account)
    told = call(account, "dashboard", "FILE", "--yes", output=None)
    assert told.exit_code == 0, told.stderr
    body = account.client("cloudwatch").get_dashboard(DashboardName="tidegate-mail-us-east-1")
    assert "Queue letters" in body["DashboardBody"]


def test_costs_price_it(account: Account) -> None:
    queue(account, 3)
    minutes(account, 89, 1, sent=60, taken=60, age=1)
    told = call(account, "costs", "FILE", "--since", "2h")
    assert told.exit_code == 0, told.stderr
    assert "queue letters" in told.stdout


def test_rules_show_its_own(account: Account) -> None:
    told = call(account, "rules", output=None)
    assert "toy/queue-waiting" in told.stdout


def test_the_role_may_ask_for_it_and_change_it() -> None:
    specs = parse(FILE.replace("OWNER", OURS), "mail.yaml", TOY_KINDS).pipelines
    said: Any = json.dumps(policy(specs, sweeps=True, types=TOY_KINDS.types))
    assert "sqs:TagQueue" in said
    assert "letters" in said


def test_the_callback_scales_it_for_application_auto_scaling(account: Account) -> None:
    url = queue(account)
    (spec,) = parse(FILE.replace("OWNER", THEIRS), "mail.yaml", TOY_KINDS).pipelines
    endpoint = Endpoint.of(account, cloud=IN_USE.cloud(Clients()), spec=spec)
    assert endpoint.get("consumers~letters") == (2, 2, "Successful")
    endpoint.patch("consumers~letters", 7)
    assert tags(account, url) == "7"
    assert endpoint.refused("consumers~letters", 13)[0] == 400


def test_a_question_of_its_own_is_asked_of_aws(account: Account) -> None:
    url = queue(account)
    for letter in ("one", "two", "three"):
        account.client("sqs").send_message(QueueUrl=url, MessageBody=letter)
    cloud = IN_USE.cloud(Clients())
    assert cloud.ask(Waiting("letters")) == 3
    with pytest.raises(CloudError, match="GetQueueAttributes on lost"):
        cloud.ask(Waiting("lost"))
