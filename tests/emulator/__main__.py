"""``make emulator``: an account on this machine, in which the README's lines can be followed."""

import os
import signal
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tests.conftest import moto_server
from tests.emulator.stage import REGION, Account
from tests.emulator.started import Emulator, started

HOW = """\
# In another shell; this one goes on until Ctrl-C, and then nothing is left.
{exports}
# There are the stream, function and table of the README's five lines, and a role for
#   OPERATOR={operator}
# The URL of a stage is as on AWS; give curl http:// in the place of https://, and
#   --connect-to ::127.0.0.1:{port}
"""


def make_reader(account: Account) -> None:
    """The function of the README's five lines, which reads the stream and does nothing."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return {}\n")
    functions, name = account.client("lambda"), "order-writer"
    functions.create_function(
        FunctionName=name, Runtime="python3.11", Handler="index.handler",
        Role=account.role(name), Code={"ZipFile": packed.getvalue()},
    )  # fmt: skip
    stream = account.client("kinesis").describe_stream_summary(StreamName="orders")
    functions.create_event_source_mapping(
        EventSourceArn=stream["StreamDescriptionSummary"]["StreamARN"],
        FunctionName=name, StartingPosition="LATEST",
    )  # fmt: skip


def told(asked: Emulator, operator: str) -> str:
    """What to type elsewhere."""
    exports = "\n".join(f"export {name}={value}" for name, value in asked.environment.items())
    return HOW.format(exports=exports, operator=operator, port=asked.port)


@click.command()
@click.option("--python", required=True, help="The Python of an environment that has MiniStack.")
@click.option("--port", default=4566, show_default=True)
@click.option("--region", default=REGION, show_default=True)
def main(python: str, port: int, region: str) -> None:
    """Start it, say how to use it, and wait."""
    for each in (signal.SIGINT, signal.SIGTERM):
        # Also where it was started in the background: nothing that it has started stays.
        signal.signal(each, signal.default_int_handler)
    with TemporaryDirectory() as folder, moto_server() as auto_scaling:
        asked = Emulator(str(Path(python).absolute()), auto_scaling, port, region)
        os.environ.update(asked.environment)
        with started(asked, Path(folder)) as process:
            account = Account(asked.url, region)
            account.make_orders()
            make_reader(account)
            click.echo(told(asked, account.role("operators")))
            with suppress(KeyboardInterrupt):
                process.wait()


if __name__ == "__main__":
    main()
