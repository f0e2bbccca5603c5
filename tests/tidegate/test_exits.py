"""What an error or a sweep means to the shell."""

import errno
import os
from datetime import timedelta

import pytest
from click.testing import CliRunner

from tests.builders import NOON
from tidegate.cli import main
from tidegate.exits import code_of, code_of_error, leave_for_file
from tidegate.scaling.model.errors import (
    CloudError,
    ConfigurationError,
    Denied,
    LimitExceeded,
    Mistake,
    NoCredentials,
    ResourceMissing,
    Throttled,
    Unreachable,
)
from tidegate.scaling.report.sweep_report import SweepReport, Unreached


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Denied, 3),
        (NoCredentials, 3),
        (Throttled, 3),
        (Unreachable, 3),
        (ResourceMissing, 2),
        (LimitExceeded, 1),
    ],
)
def test_each_error_has_its_exit_code_and_names_what_was_asked(
    kind: type[CloudError], code: int
) -> None:
    error = kind("kinesis:UpdateShardCount", "racers", "so it is")
    assert code_of_error(error) == code
    assert str(error) == "kinesis:UpdateShardCount on racers: so it is"


def test_a_mistake_in_a_file_is_bad_input() -> None:
    assert code_of_error(ConfigurationError((Mistake("p.yaml", 1, 1, "no"),))) == 2


def test_the_worst_pipeline_gives_the_code() -> None:
    missing = Unreached("a", ResourceMissing("x:Y", "a", "gone"))
    denied = Unreached("b", Denied("x:Y", "b", "no"))
    assert code_of(SweepReport(NOON + timedelta(0), (), (missing, denied))) == 3
    assert code_of(SweepReport(NOON, (), (missing,))) == 2
    assert code_of(SweepReport(NOON, (), ())) == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["history", "--ledger", "x" * 3000], 2),
        (["pause", "--reason", "r", "--until", "1h", "--ledger", "x" * 3000 + "/ledger"], 2),
        (["check", "x" * 3000], 2),
        (["sweep", "--config", "x/" * 3000], 2),
    ],
)
def test_a_file_that_cannot_be_had_is_named(words: list[str], code: int) -> None:
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, result.exception.__class__) == (code, SystemExit)
    assert "File name too long" in result.stderr
    assert "fault" not in result.stderr


@pytest.mark.parametrize(("number", "code"), [(errno.EACCES, 2), (errno.ENOSPC, 3)])
def test_a_disk_that_fails_is_no_bad_input(number: int, code: int) -> None:
    with pytest.raises(SystemExit) as left:
        leave_for_file(OSError(number, os.strerror(number), "report.html"))
    assert left.value.code == code
