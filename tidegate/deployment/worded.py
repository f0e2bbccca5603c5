"""Which call of AWS an error is of: botocore's own words name neither service nor resource."""

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import OperationModel

from tidegate.scaling.aws.errors import reason_of

__all__ = ["LastCall"]


class LastCall:
    """The call that was made last, of any client of a session."""

    def __init__(self) -> None:
        self._words = "AWS"

    def followed(self, session: boto3.Session) -> boto3.Session:
        """The session, whose clients' calls are noted from now on."""
        session.events.register("provide-client-params", self._note)
        return session

    def _note(self, params: dict[str, object], model: OperationModel, **_: object) -> None:
        place = next((each for each in params.values() if isinstance(each, str)), "this account")
        self._words = f"{model.service_model.service_name}:{model.name} on {place}"

    def named(self, error: ClientError | BotoCoreError) -> str:
        """The error in one line, with the call."""
        reason = reason_of(error) if isinstance(error, ClientError) else str(error)
        return f"{self._words}: {' '.join(reason.split())}"
