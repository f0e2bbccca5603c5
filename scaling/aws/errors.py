"""botocore's exceptions become ours here, and nowhere else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tidegate.scaling.model.errors import (
    CloudError,
    Denied,
    InvalidRequest,
    LimitExceeded,
    NoCredentials,
    QuotaExceeded,
    ResourceInUse,
    ResourceMissing,
    Throttled,
    Unreachable,
)

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

__all__ = ["asking", "http_status", "missing_permission", "reason_of"]

_BY_CODE: dict[str, type[CloudError]] = {
    **dict.fromkeys(
        (
            "AccessDenied",
            "AccessDeniedException",
            "AuthorizationError",
            "KMSAccessDenied",
            "KMSAccessDeniedException",
            "NotAuthorized",
            "OpsItemAccessDeniedException",
            "UnauthorizedOperation",
        ),
        Denied,
    ),
    **dict.fromkeys(
        (
            "ExpiredToken",
            "ExpiredTokenException",
            # What the caller signs with is not known: no permission is missing.
            "InvalidClientTokenId",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ),
        NoCredentials,
    ),
    **dict.fromkeys(
        (
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "Throttled",
            "KMSThrottling",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "ProvisionedThroughputExceededException",
            "BandwidthLimitExceeded",
            "EC2ThrottledException",
            "KMSThrottlingException",
            "PriorRequestNotComplete",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
        ),
        Throttled,
    ),
    **dict.fromkeys(
        (
            "LimitExceededException",
            "LimitExceeded",
            "OpsItemLimitExceededException",
        ),
        LimitExceeded,
    ),
    "ServiceQuotaExceededException": QuotaExceeded,
    **dict.fromkeys(
        (
            "ResourceInUseException",
            "ResourceConflictException",
            # The application has another version by now than the one decided on.
            "ConcurrentModificationException",
        ),
        ResourceInUse,
    ),
    **dict.fromkeys(
        ("ResourceNotFoundException", "ResourceNotFound", "NotFound", "NoSuchEntity"),
        ResourceMissing,
    ),
    **dict.fromkeys(
        (
            "ValidationException",
            "InvalidArgumentException",
            "InvalidParameterValueException",
            "InvalidParameterValue",
            "ValidationError",
            "InvalidRequestException",
            "InvalidApplicationConfigurationException",
            "CodeValidationException",
            "UnsupportedOperationException",
            "InvalidParameter",
            "InvalidParameterInput",
            "OpsItemInvalidParameterException",
        ),
        InvalidRequest,
    ),
}

_PERMISSIONS = {
    "apigateway:GetRestApi": "apigateway:GET",
    "dynamodb:TransactWriteItems": "dynamodb:PutItem, dynamodb:UpdateItem or dynamodb:DeleteItem",
}
"""Of calls that IAM does not know by their name: API Gateway is allowed by the method of HTTP, and
a transaction by what it holds (service authorization reference)."""

_OF_A_KEY = {"sns:Publish": "kms:GenerateDataKey and kms:Decrypt"}
_OF_ANY_KEY = "kms:Decrypt"
"""What the caller needs on the key of an encrypted topic (SNS guide, key management), and of what
is read encrypted (Kinesis guide, permissions for KMS keys)."""

_RATE = re.compile(
    r"\brate (limit )?exceeded|\brate of requests|\brequest rate|\bthrottl"
    r"|\btoo many (concurrent |simultaneous )?(requests|calls|operations)"
    r"|\bnumber of (concurrent|simultaneous) control plane",
    re.IGNORECASE,
)
"""How LimitExceeded tells calls a second, or at a time, from what is counted by the day or the
account: "Rate exceeded for stream S under account A" is over at once, and botocore as well takes
that code for throttling (retries/standard.py)."""

_QUOTA = re.compile(
    r"\bquotas?\b|\b(shard )?limits? for (the|this|your) account"
    r"|\b(maximum|max) limits? of your account|\baccount limits?\b",
    re.IGNORECASE,
)
"""How LimitExceeded tells what an account may have from what a resource may do in a day: "would
exceed the shard limit for the account"."""

_READ = re.compile(r":(Describe|Get|List)")
"""Operations that change nothing: no budget and no quota counts them, so that LimitExceeded means
that they are asked too often (ListShards and DescribeStreamSummary, API reference)."""


@contextmanager
def asking(operation: str, resource: str) -> Iterator[None]:
    """Around one AWS call: raises a CloudError that names the operation and the resource."""
    import botocore.exceptions as theirs
    from botocore.parsers import ResponseParserError

    try:
        yield
    except theirs.ClientError as error:
        raise _of_code(operation, resource, error) from error
    except (theirs.NoCredentialsError, theirs.PartialCredentialsError) as error:
        reason = "no AWS credentials were found (environment, profile or role)"
        raise NoCredentials(operation, resource, reason) from error
    except (theirs.TokenRetrievalError, theirs.CredentialRetrievalError) as error:
        raise NoCredentials(operation, resource, str(error)) from error
    except theirs.NoRegionError as error:
        reason = "no region is set: AWS_REGION, AWS_DEFAULT_REGION, or a profile that names one"
        raise Unreachable(operation, resource, reason) from error
    except theirs.ProfileNotFound as error:
        raise NoCredentials(operation, resource, str(error)) from error
    except theirs.ParamValidationError as error:
        raise InvalidRequest(operation, resource, str(error)) from error
    except (theirs.BotoCoreError, ResponseParserError) as error:
        raise Unreachable(operation, resource, str(error)) from error


def http_status(error: CloudError) -> int | None:
    """The status of the answer behind an error, None where none came: a timeout of botocore has a
    response as well, which is None."""
    import botocore.exceptions as theirs

    cause = error.__cause__
    if not isinstance(cause, theirs.ClientError):
        return None
    return cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode")


def reason_of(error: "ClientError") -> str:
    """What the service says is wrong."""
    answer = error.response.get("Error", {})
    code = answer.get("Code", "")
    if code and not code.isdigit():
        return answer.get("Message", "") or code
    # botocore puts the status there where an answer names no error, and any page for a message.
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", code)
    return f"the answer has HTTP status {status} and names no error"


def _of_code(operation: str, resource: str, error: "ClientError") -> CloudError:
    code, message = error.response.get("Error", {}).get("Code", ""), reason_of(error)
    kind = _BY_CODE.get(code, Unreachable)
    if kind is LimitExceeded:
        kind = _of_limit(operation, message)
    if kind is Denied:
        message = f"{missing_permission(operation, code)}: {message}"
    return kind(operation, resource, message)


def missing_permission(operation: str, code: str = "") -> str:
    """What a person has to grant for an operation that was answered by this error code."""
    if code.startswith("KMS"):
        return f"permission {_OF_A_KEY.get(operation, _OF_ANY_KEY)} on its KMS key is missing"
    return f"permission {_PERMISSIONS.get(operation, operation)} is missing"


def _of_limit(operation: str, message: str) -> type[CloudError]:
    """Which limit it is that AWS names by one code for all."""
    if _RATE.search(message) or _READ.search(operation):
        return Throttled
    return QuotaExceeded if _QUOTA.search(message) else LimitExceeded
