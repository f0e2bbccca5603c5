"""Exit codes, and errors as one line on standard error."""

import errno
from collections.abc import Iterator, Mapping
from typing import NoReturn

import click

from tidegate.scaling.model.change_record import Outcome
from tidegate.scaling.model.errors import (
    ConfigurationError,
    Denied,
    Fault,
    LedgerUnavailable,
    NoCredentials,
    ResourceMissing,
    Throttled,
    TidegateError,
    Unreachable,
)
from tidegate.scaling.model.health import Health
from tidegate.scaling.report.sweep_report import PipelineReport, SweepReport

__all__ = [
    "BAD_INPUT",
    "FAULT",
    "NOT_ASKED",
    "UNDONE",
    "WELL",
    "code_of",
    "code_of_error",
    "leave",
    "leave_for_file",
    "leave_if_any",
]

WELL, UNDONE, BAD_INPUT, NOT_ASKED, FAULT = 0, 1, 2, 3, 70
"""Healthy, or healing within its deadline; sick, or something left undone; bad input; AWS or the
ledger could not be asked, or the state is unknown; a fault of Tidegate's own (EX_SOFTWARE of
sysexits.h)."""


_OF_DISK = (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE)


def code_of_error(error: Exception) -> int:
    """The exit code that an error stands for."""
    match error:
        case ConfigurationError() | ResourceMissing():
            return BAD_INPUT
        case NoCredentials() | Denied() | Throttled() | Unreachable() | LedgerUnavailable():
            return NOT_ASKED
        case Fault():
            return FAULT
        case TidegateError():
            return UNDONE
        case _:
            return FAULT


def leave_for_file(error: OSError) -> NoReturn:
    """Say which file can't be had: one that was named is bad input, a disk that fails is not."""
    click.echo(f"{error.filename}: {error.strerror}", err=True)
    raise SystemExit(NOT_ASKED if error.errno in _OF_DISK else BAD_INPUT)


def leave(error: TidegateError) -> NoReturn:
    """Say what is wrong on standard error and exit with its code."""
    click.echo(str(error), err=True)
    raise SystemExit(code_of_error(error))


def leave_if_any(errors: Mapping[str, TidegateError], *, is_alone: bool) -> None:
    """Say what is wrong with each pipeline that could not be asked for, and exit with the worst
    code where there is one. Bad input it is only where no other pipeline was attended to."""
    for name, error in errors.items():
        click.echo(f"{name}: {error}", err=True)
    if errors:
        code = code_of_error if is_alone else _code_after
        raise SystemExit(max(map(code, errors.values())))


def code_of(report: SweepReport) -> int:
    """The worst of all pipelines: a fault, AWS or the ledger not asked, bad input, undone, well."""
    codes = [code_of_error(each.error) for each in report.unreached]
    codes += [NOT_ASKED for each in report.pipelines if _is_unknown(each)]
    codes += [UNDONE if _is_undone(each) else WELL for each in report.pipelines]
    codes += [_code_after(error) for each in report.pipelines for error in _errors(each)]
    return max(codes, default=WELL)


def _is_unknown(report: PipelineReport) -> bool:
    """Whether CloudWatch failed to read a part of what the pipeline is judged by, or nothing shows
    whether it is well."""
    unread = any(window.unread is not None for window in report.windows.values())
    return unread or report.health is Health.UNKNOWN


def _errors(report: PipelineReport) -> Iterator[TidegateError]:
    yield from (each.error for each in report.changes if each.error is not None)
    yield from (each.error for each in report.undelivered)


def _code_after(error: TidegateError) -> int:
    """Of an error while or after something was changed: "bad input" would say that nothing was."""
    code = code_of_error(error)
    return UNDONE if code == BAD_INPUT else code


def _is_undone(report: PipelineReport) -> bool:
    failed = any(each.outcome not in (None, Outcome.DONE) for each in report.changes)
    unmet = any(each.wanted > each.allowed for each in report.decisions)
    return failed or unmet or report.health is Health.SICK
