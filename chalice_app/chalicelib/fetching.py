"""Pipelines from Parameter Store or AppConfig."""

from aws_lambda_powertools.utilities import parameters
from botocore.config import Config

from tidegate.scaling.aws.clients import BRISK
from tidegate.scaling.model.errors import TidegateError

__all__ = ["fetched"]

FRESH_SECONDS = 60


def fetched(source: str) -> str:
    """The text at a source; Powertools keeps it for a minute. Raises TidegateError for a source
    that is none, and what boto3 and Powertools raise."""
    kind, _, name = source.partition(":")
    config = Config(
        connect_timeout=BRISK.connect_seconds,
        read_timeout=BRISK.read_seconds,
        retries={"total_max_attempts": BRISK.attempts},
    )
    match kind, name.split("/"):
        case "ssm", _:
            provider = parameters.SSMProvider(boto_config=config)
            return str(provider.get(name, max_age=FRESH_SECONDS))
        case "appconfig", [application, environment, profile]:
            found = parameters.AppConfigProvider(
                environment=environment, application=application, boto_config=config
            ).get(profile, max_age=FRESH_SECONDS)
            return found.decode() if isinstance(found, bytes) else str(found)
        case _:
            words = f"TIDEGATE_CONFIGURATION is {source!r}; package, ssm:NAME or appconfig:A/E/P is"
            raise TidegateError(words)
