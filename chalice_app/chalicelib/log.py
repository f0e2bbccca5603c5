"""The structured log."""

from aws_lambda_powertools.logging import Logger

__all__ = ["logger"]

logger = Logger(service="tidegate")
"""Writes JSON lines with the correlation id of the request or event. Bodies and headers of requests
are never logged: they carry signatures."""
