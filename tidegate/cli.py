"""The command line. Commands are loaded when they are asked for, so that help is quick."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

__all__ = ["main"]

_COMMANDS = {
    "alarms": "tidegate.commands.alarms",
    "bench": "tidegate.commands.bench",
    "check": "tidegate.commands.check",
    "costs": "tidegate.commands.costs",
    "dashboard": "tidegate.commands.dashboard",
    "demo": "tidegate.commands.demo",
    "deregister": "tidegate.commands.deregister",
    "history": "tidegate.commands.history",
    "init": "tidegate.commands.init",
    "ledger": "tidegate.commands.ledger",
    "memory": "tidegate.kinds.lambda_mapping.memory",
    "pause": "tidegate.commands.pause",
    "register": "tidegate.commands.register",
    "reshard": "tidegate.kinds.kinesis_stream.reshard",
    "resume": "tidegate.commands.resume",
    "revert": "tidegate.commands.revert",
    "rules": "tidegate.commands.rules",
    "scenarios": "tidegate.commands.scenarios",
    "shards": "tidegate.kinds.kinesis_stream.shards",
    "sweep": "tidegate.commands.sweep",
    "targets": "tidegate.commands.targets",
}

INTERRUPTED = 130
"""The exit code of a shell for what SIGINT has ended."""

_CLICKS_OWN = (click.ClickException, click.exceptions.Exit, click.Abort)


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = import_module(_COMMANDS[name]).command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command asked for. What it doesn't foresee is one line, and exit code 70. An
        interrupt and SIGTERM alike pass through it, so that it gives its locks back."""
        try:
            with _ended_by_sigterm():
                return super().invoke(ctx)
        except (*_CLICKS_OWN, BrokenPipeError, EOFError):
            raise
        except KeyboardInterrupt:
            click.echo("Interrupted. The next run settles what was under way.", err=True)
            raise SystemExit(INTERRUPTED) from None
        except Exception as error:
            from tidegate.exits import leave, leave_for_file
            from tidegate.scaling.model.errors import as_known

            if isinstance(error, OSError) and error.filename is not None:
                leave_for_file(error)
            leave(as_known(error))


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM is an interrupt: by itself it would end the process where it is."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@click.command(cls=_Lazy)
@click.version_option(package_name="tidegate")
def main() -> None:
    """Tidegate finds which part of a streaming pipeline is sick, and why, and keeps it inside its
    objective at the least cost."""
