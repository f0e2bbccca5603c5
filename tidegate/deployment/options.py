"""What can be chosen when packaging."""

from dataclasses import dataclass

__all__ = ["DEFAULTS", "Options"]


@dataclass(frozen=True, slots=True)
class Options:
    """``configuration`` is where the deployed app reads its pipelines: ``package``, ``ssm:NAME`` or
    ``appconfig:APPLICATION/ENVIRONMENT/PROFILE``. With ``vpc_endpoint_id`` the endpoint is private:
    reached through that interface endpoint only. ``tracing`` switches X-Ray on. With ``snap_start``
    the endpoint's function starts from a snapshot.

    ``kms_key_arn`` encrypts the ledger, logs, queue, topic and environment instead of keys of AWS;
    ``web_acl_arn`` is put before the endpoint, ``boundary_arn`` on every role. Names that begin
    with one of ``prefixes`` are granted by it, so that roles don't grow with the file; streams,
    functions, their mappings and applications by ``granted_tag``, a key and a value.

    With ``subnet_ids`` both functions are in a VPC, under ``security_group_ids``."""

    configuration: str = "package"
    vpc_endpoint_id: str | None = None
    tracing: bool = False
    kms_key_arn: str | None = None
    web_acl_arn: str | None = None
    boundary_arn: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    prefixes: tuple[str, ...] = ()
    snap_start: bool = False
    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    granted_tag: tuple[str, str] | None = None


DEFAULTS = Options()
