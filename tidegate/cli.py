"""The command line. Commands are loaded when they are asked for, so that help is quick."""

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
    "memory": "tidegate.commands.memory",
    "register": "tidegate.commands.register",
    "reshard": "tidegate.commands.reshard",
    "rules": "tidegate.commands.rules",
    "scenarios": "tidegate.commands.scenarios",
    "shards": "tidegate.commands.shards",
    "sweep": "tidegate.commands.sweep",
    "targets": "tidegate.commands.targets",
}

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
        """Run the command asked for. What it doesn't foresee is one line, and exit code 70."""
        try:
            return super().invoke(ctx)
        except (*_CLICKS_OWN, BrokenPipeError, EOFError):
            raise
        except Exception as error:
            from tidegate.exits import leave
            from tidegate.scaling.model.errors import as_known

            leave(as_known(error))


@click.command(cls=_Lazy)
@click.version_option(package_name="tidegate")
def main() -> None:
    """Tidegate finds which part of a streaming pipeline is sick, and why, and keeps it inside its
    objective at the least cost."""
