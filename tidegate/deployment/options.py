"""What can be chosen when packaging."""

from dataclasses import dataclass

__all__ = ["DEFAULTS", "Options"]


@dataclass(frozen=True, slots=True)
class Options:
    """``configuration`` is where the deployed app reads its pipelines: ``package``, ``ssm:NAME`` or
    ``appconfig:APPLICATION/ENVIRONMENT/PROFILE``. With ``vpc_endpoint_id`` the endpoint is private:
    reached through that interface endpoint only. ``tracing`` switches X-Ray on."""

    configuration: str = "package"
    vpc_endpoint_id: str | None = None
    tracing: bool = False


DEFAULTS = Options()
