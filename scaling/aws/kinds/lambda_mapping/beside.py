"""What is beside the functions of a pipeline: others that read its stream, and the account."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from tidegate.rules.kinds.lambda_mapping.state import LambdaAccount
from tidegate.rules.other_readers import OtherReaders
from tidegate.scaling.aws.errors import asking, http_status
from tidegate.scaling.model.errors import ResourceMissing, Unreachable

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient

__all__ = ["beside"]


def beside(
    functions: "LambdaClient", others: Collection[str], apart: tuple[str, ...]
) -> Iterator[OtherReaders | LambdaAccount]:
    """What the file doesn't name, where there is any: other functions whose event source mappings
    read the stream, and consumers with enhanced fan-out; and Lambda's limits."""
    if others or apart:
        yield OtherReaders(tuple(sorted(others)), apart)
    yield _account(functions)


def _account(functions: "LambdaClient") -> LambdaAccount:
    """The account's limit, and what of it is reserved for functions (AccountLimit). The default
    quota where an endpoint has no GetAccountSettings (moto hasn't)."""
    try:
        with asking("lambda:GetAccountSettings", "the account"):
            settings = functions.get_account_settings()
    except (Unreachable, ResourceMissing) as error:
        if http_status(error) in (404, 501):
            return LambdaAccount()
        raise
    limit = settings["AccountLimit"]
    most = limit["ConcurrentExecutions"]
    return LambdaAccount(most, most - limit.get("UnreservedConcurrentExecutions", most))
