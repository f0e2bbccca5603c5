"""What is beside the functions of a pipeline: others that read its stream, and the account."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tidegate.rules.kinds.lambda_mapping.state import LambdaAccount
from tidegate.rules.other_readers import OtherReaders
from tidegate.scaling.aws.errors import asking, http_status
from tidegate.scaling.config.specification import ConsumerSpec
from tidegate.scaling.model.errors import ResourceMissing, Unreachable

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient

__all__ = ["beside"]


def beside(
    functions: "LambdaClient", reading: Sequence[Mapping[str, Any]], named: Sequence[ConsumerSpec]
) -> Iterator[OtherReaders | LambdaAccount]:
    """The functions that the file doesn't name, by the event source mappings that are ``reading``
    the stream, where there are any; and Lambda's limits."""
    names = {each["FunctionArn"].split(":")[6] for each in reading}
    others = names - {each.function for each in named}
    if others:
        yield OtherReaders(tuple(sorted(others)))
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
