"""The shortest way through a stage, for ``.ci/run``: deployed, registered, asked once, gone."""

from pathlib import Path

from click.testing import CliRunner

from tests.emulator.stage import Account, package
from tidegate.cli import main

FILE = """\
pipelines:
  - name: clicks
    stream: clicks
    levers:
      shard_count: {min: 1, max: 8, owner: application-autoscaling}
    consumers:
      - {function: click-writer}
"""


def test_a_stage_is_deployed_registered_asked_and_destroyed(
    account: Account, tmp_path: Path
) -> None:
    account.client("kinesis").create_stream(StreamName="clicks", ShardCount=2)
    url = account.up("smoke", package(tmp_path, FILE), "operators")
    file = tmp_path / "pipelines.yaml"
    done = CliRunner().invoke(main, ["register", "--config", str(file), "--api", url, "--yes"])
    assert done.exit_code == 0, done.output
    place = f"{url}/scalableTargetDimensions/shard_count~clicks"
    status, told = account.call(account.auto_scaling(), "GET", place)
    assert (status, told.get("actualCapacity")) == (200, 2.0), told
    done = account.deploy("down", "smoke", "--yes")
    assert done.exit_code == 0, done.output
    assert account.inventory()["stacks"] == []
