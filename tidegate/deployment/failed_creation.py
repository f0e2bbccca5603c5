"""A stack whose creation failed: it is removed before it can be made anew."""

import click

from tidegate.commands.register import agreed
from tidegate.deployment.stack import Stack

__all__ = ["is_plannable"]

CREATION_FAILED = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")


def is_plannable(stack: Stack, *, dry_run: bool, yes: bool) -> bool:
    """Whether a change set can be made; a stack whose creation failed can only be removed
    (CloudFormation guide), which is asked first. Raises SystemExit(1) where that is declined."""
    if stack.status() not in CREATION_FAILED:
        return True
    would = "would " if dry_run else ""
    click.echo(f"{would}remove stack {stack.name}, whose creation failed, and make it anew")
    if dry_run:
        return False
    agreed(f"Remove stack {stack.name}?", yes=yes)
    stack.remove()
    return True
