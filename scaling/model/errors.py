"""What can go wrong, as one tree.

TidegateError
├── OutOfTime               a sweep's time was up before it got there (exit code 1)
├── Paused                  an operator has paused the lever (exit code 1)
├── BetweenShapes           a reshard is under way: the open shards are no whole (exit code 1)
├── ConfigurationError      the pipeline file, a rule or an argument is wrong (exit code 2)
├── LedgerUnavailable       the ledger is busy, or its disk is full (exit code 3)
├── Fault                   a fault of Tidegate's own (exit code 70)
└── CloudError              AWS did not do what was asked
    ├── ResourceMissing     a stream, function, mapping or table isn't there (exit code 2)
    ├── Denied              a permission is missing (exit code 3)
    ├── NoCredentials       nobody to sign the call (exit code 3)
    ├── Throttled           asked too often; asking again later is right (exit code 3)
    ├── Unreachable         no answer, or AWS's own fault (exit code 3)
    ├── LimitExceeded       an AWS limit or budget forbids it for now
    │   └── QuotaExceeded   a quota of the account does, until it is raised
    ├── ResourceInUse       the resource is UPDATING
    └── InvalidRequest      AWS will never accept it as it stands
"""

import re
from dataclasses import dataclass

__all__ = [
    "BetweenShapes",
    "CloudError",
    "ConfigurationError",
    "Denied",
    "Fault",
    "InvalidRequest",
    "LedgerUnavailable",
    "LimitExceeded",
    "Mistake",
    "NoCredentials",
    "OutOfTime",
    "Paused",
    "QuotaExceeded",
    "ResourceInUse",
    "ResourceMissing",
    "Throttled",
    "TidegateError",
    "Unreachable",
    "as_known",
    "shown",
    "shown_key",
]

SHOWN_MAX, KEY_MAX = 80, 40
"""Characters of a value and of a key in a message: enough to know it by, on one line."""

_ROOT = __file__.rpartition("/scaling/model/")[0]
_PACKAGES = ("rules", "scaling", "simulator", "tidegate", "chalice_app", "chalicelib")
_WORDS_MAX = 200
"""Characters of a foreign exception's own words: one of them may hold a whole answer of AWS."""


def shown(value: object) -> str:
    """A value as messages show it: on one line, without control characters, never long."""
    text = repr(value)
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 3]}..."


def shown_key(key: str) -> str:
    """A key as messages name it: as it is, where it is short and can be printed."""
    return key if key.isprintable() and len(key) <= KEY_MAX else shown(key)


class TidegateError(Exception):
    """The root of everything that Tidegate raises on purpose."""

    @property
    def kind(self) -> str:
        """Which error it is, for programs: one word for all of its class."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()

    @property
    def about(self) -> str:
        """What an error of this kind is about, the same whatever its figures."""
        return self.kind


class OutOfTime(TidegateError):
    """The sweep's time was up before it looked at this pipeline; nothing of it was changed."""


class Paused(TidegateError):
    """An operator has paused the lever: nothing is asked for until the pause ends."""


class BetweenShapes(TidegateError):
    """The open shards don't cover the hash keys, as may be seen while a reshard is under way."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a file, at a line and column counted from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ConfigurationError(TidegateError):
    """All mistakes of a file at once, one a line."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class LedgerUnavailable(TidegateError):
    """The ledger can't be read or written now; nothing is wrong with what it holds."""


class Fault(TidegateError):
    """An exception that nothing here foresees: which one, and where it was raised."""


def as_known(error: Exception) -> TidegateError:
    """The error itself where it is one of Tidegate's, else the Fault that it shows."""
    if isinstance(error, TidegateError):
        return error
    words = " ".join(str(error).split())[:_WORDS_MAX]
    fault = Fault(
        f"{type(error).__name__} at {_place(error)}: {words or 'without a word'}. "
        "This is a fault of Tidegate's own: please report it"
    )
    fault.__cause__ = error
    return fault


def _place(error: Exception) -> str:
    """The innermost line of Tidegate that the error passed, else where it was raised."""
    place, traceback = "an unknown line", error.__traceback__
    is_ours = False
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        inside = file.removeprefix(f"{_ROOT}/")
        if inside != file and inside.partition("/")[0] in _PACKAGES:
            place, is_ours = f"{inside}:{traceback.tb_lineno}", True
        elif not is_ours:
            place = f"{file.rpartition('/')[2]}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place


class CloudError(TidegateError):
    """AWS said no to ``operation`` (such as ``kinesis:UpdateShardCount``) on ``resource``."""

    def __init__(self, operation: str, resource: str, reason: str) -> None:
        super().__init__(f"{operation} on {resource}: {reason}")
        self.operation = operation
        self.resource = resource
        self.reason = reason

    @property
    def about(self) -> str:
        """The call and its resource."""
        return f"{self.kind} {self.operation} {self.resource}"


class ResourceMissing(CloudError):
    """The resource named in the configuration isn't there."""


class Denied(CloudError):
    """The caller lacks the permission named by ``operation`` on ``resource``."""


class NoCredentials(CloudError):
    """No AWS credentials were found, they have expired, or AWS does not know them."""


class Throttled(CloudError):
    """AWS throttled the call, and went on doing so through the retries."""


class Unreachable(CloudError):
    """No answer in time, no connection, or an internal failure at AWS."""


class LimitExceeded(CloudError):
    """An AWS limit or daily budget forbids it for now."""


class QuotaExceeded(LimitExceeded):
    """A quota of the account forbids it: waiting doesn't help, raising the quota does."""


class ResourceInUse(CloudError):
    """Another change of the same resource is under way."""


class InvalidRequest(CloudError):
    """AWS rejects the request as it stands; repeating it won't help."""
