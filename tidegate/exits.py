"""Exit codes, and errors as one line on standard error."""

from typing import NoReturn

import click

from scaling.errors import (
    ConfigurationError,
    Denied,
    NoCredentials,
    ResourceMissing,
    Throttled,
    TidegateError,
    Unreachable,
)
from scaling.record import Outcome
from scaling.report import Health, PipelineReport, SweepReport

__all__ = ["BAD_INPUT", "NOT_ASKED", "UNDONE", "WELL", "code_of", "code_of_error", "leave"]

WELL, UNDONE, BAD_INPUT, NOT_ASKED = 0, 1, 2, 3
"""Healthy or healed; sick and not cured, or something left undone; bad input; AWS could not be
asked."""


def code_of_error(error: Exception) -> int:
    """The exit code that an error stands for."""
    match error:
        case ConfigurationError() | ResourceMissing():
            return BAD_INPUT
        case NoCredentials() | Denied() | Throttled() | Unreachable():
            return NOT_ASKED
        case _:
            return UNDONE


def leave(error: TidegateError) -> NoReturn:
    """Say what is wrong on standard error and exit with its code."""
    click.echo(str(error), err=True)
    raise SystemExit(code_of_error(error))


def code_of(report: SweepReport) -> int:
    """The worst of all pipelines: AWS not asked, bad input, undone, well."""
    codes = [code_of_error(each.error) for each in report.unreached]
    codes += [UNDONE if _is_undone(each) else WELL for each in report.pipelines]
    return max(codes, default=WELL)


def _is_undone(report: PipelineReport) -> bool:
    failed = any(each.outcome not in (None, Outcome.DONE) for each in report.changes)
    unmet = any(each.wanted > each.allowed for each in report.decisions)
    return failed or unmet or report.health in (Health.SICK, Health.UNKNOWN)
