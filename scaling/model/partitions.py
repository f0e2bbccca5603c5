"""Hosts of AWS's partitions: what is right for one is wrong in every other."""

__all__ = ["console_url"]

_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
"""The management console (its documentation, sign-in endpoints; User Guides for AWS in China and
AWS GovCloud). The others' hosts are not public."""


def console_url(arn: str) -> str | None:
    """The console of the region that an ARN is in, None where its host is not known."""
    _, partition, _, region, *_ = arn.split(":")
    host = _CONSOLES.get(partition)
    return None if host is None else f"https://{region}.{host}"
