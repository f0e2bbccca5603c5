"""What a stage finds in its account and region, and has in common with all else there."""

from typing import Any

import boto3

from tidegate.deployment.stack import Stack
from tidegate.deployment.template import GATEWAY_ROLE_CHOICES, SWEEP_CHOICES

__all__ = ["choices", "gateway_role", "gateway_role_of"]

UNRESERVED_MIN = 100
"""Concurrent executions that Lambda leaves to the functions without a reservation (Lambda guide,
reserved concurrency). A new account has 10 in all, and can reserve none."""

_EXISTING, _CREATE = GATEWAY_ROLE_CHOICES
_RESERVED, _SHARED = SWEEP_CHOICES


def choices(session: boto3.Session, stack: Stack) -> dict[str, str]:
    """The parameters of the template that the account decides when the stack is made."""
    return {
        "GatewayLogRole": stack.parameter("GatewayLogRole") or _gateway_log_role(session),
        "SweepConcurrency": _sweep_concurrency(session, stack),
    }


def _gateway_log_role(session: boto3.Session) -> str:
    return _EXISTING if gateway_role(session) else _CREATE


def _sweep_concurrency(session: boto3.Session, stack: Stack) -> str:
    """Reserved wherever it can be; once it is, it is no longer among what could be."""
    before = stack.parameter("SweepConcurrency")
    is_of_earlier_version = before is None and stack.output("LedgerTable") is not None
    if before == _RESERVED or is_of_earlier_version:
        return _RESERVED
    client: Any = session.client("lambda")
    limits = client.get_account_settings()["AccountLimit"]
    return _RESERVED if limits["UnreservedConcurrentExecutions"] > UNRESERVED_MIN else _SHARED


def gateway_role(session: boto3.Session) -> str | None:
    """The ARN of the role with which API Gateway writes logs in this region; None without one."""
    return session.client("apigateway").get_account().get("cloudwatchRoleArn") or None


def gateway_role_of(session: boto3.Session, stack: str) -> str | None:
    """That role where a stack of this name has set it: it stays."""
    role = gateway_role(session)
    return role if role and f"role/{stack}-GatewayRole" in role else None
