"""What an operator may write on the command line of a deployment: the one home of these grammars.

Each goes on into a template, a policy or the name of a bucket, so it is held to its grammar first.
"""

from tidegate.scaling.config.grammar import Grammar

__all__ = [
    "APPCONFIG",
    "BOUNDARY",
    "PARAMETER",
    "PREFIX",
    "ROLE",
    "SECURITY_GROUP",
    "STAGE",
    "SUBNET",
    "TAG_KEY",
    "TAG_VALUE",
    "VPC_ENDPOINT",
    "WEB_ACL",
]

_PARTITION = "arn:aws[a-z-]*"

STAGE = Grammar(
    "the name of a stage",
    "{count} lower-case letters, digits and - are allowed, a letter first and no - last",
    "[a-z](?:[a-z0-9-]*[a-z0-9])?",
    (1, 20),
)
"""It is part of a stack's name (CreateStack, CloudFormation API reference), and of that of a bucket
with 63 characters, which has the account and the region too (S3 user guide, bucket names)."""

ROLE = Grammar(
    "the ARN of an IAM role",
    "arn:aws:iam::ACCOUNT:role/NAME is, with the 12 digits of the account",
    f"{_PARTITION}:iam::[0-9]{{12}}:role/[A-Za-z0-9+=,.@_/-]+",
    (1, 2048),
)
"""RoleName and Path (IAM API reference). The ARN of a session (``sts::...:assumed-role``) or a
wildcard would match nobody: ``aws:PrincipalArn`` is the role's own (IAM guide, global condition
keys)."""

BOUNDARY = Grammar(
    "the ARN of a managed policy",
    "arn:aws:iam::ACCOUNT:policy/NAME is, with the 12 digits of the account, or aws",
    f"{_PARTITION}:iam::(?:[0-9]{{12}}|aws):policy/[A-Za-z0-9+=,.@_/-]+",
    (1, 2048),
)
"""PermissionsBoundary (CreateRole, IAM API reference)."""

WEB_ACL = Grammar(
    "the ARN of a regional web ACL",
    "arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID is",
    f"{_PARTITION}:wafv2:[a-z0-9-]+:[0-9]{{12}}:regional/webacl/[A-Za-z0-9_-]+/[0-9a-f-]+",
    (20, 2048),
)
"""WebACLArn (AssociateWebACL, WAFV2 API reference)."""

PREFIX = Grammar(
    "the beginning of names",
    "{count} letters, digits and _.- are allowed",
    "[a-zA-Z0-9_.-]+",
    (3, 64),
)
"""Fewer characters would grant nearly everything of the account."""

TAG_KEY = Grammar(
    "the key of a tag",
    "{count} letters, digits, spaces and _.:/=+@- are allowed, but not aws: or tidegate: first",
    "(?!aws:|tidegate:)[A-Za-z0-9 _.:/=+@-]+",
    (1, 128),
)
TAG_VALUE = Grammar(
    "the value of a tag",
    "{count} letters, digits, spaces and _.:/=+@- are allowed",
    "[A-Za-z0-9 _.:/=+@-]*",
    (0, 256),
).or_nothing()
"""Both: Tag (Resource Groups Tagging API reference), here in ASCII."""

PARAMETER = Grammar(
    "the name of a parameter",
    "{count} letters, digits and _.-/ are allowed",
    "[a-zA-Z0-9_./-]+",
    (1, 1011),
)
"""Name (PutParameter, Systems Manager API reference)."""

APPCONFIG = Grammar(
    "the name or id of an AppConfig resource",
    "{count} letters, digits, spaces and _.- are allowed",
    "[a-zA-Z0-9_. -]+",
    (1, 128),
)
"""Identifier (StartConfigurationSession, AppConfig Data API reference), which allows any character;
here none that a template would take for its own."""

VPC_ENDPOINT = Grammar(
    "the id of a VPC endpoint", "vpce- and 8 or 17 hex digits are", "vpce-[0-9a-f]+", (13, 22)
)
"""Ids of EC2's resources (EC2 user guide, resource ids)."""

SUBNET = Grammar(
    "the id of a subnet", "subnet- and 8 or 17 hex digits are", "subnet-[0-9a-f]+", (15, 24)
)
SECURITY_GROUP = Grammar(
    "the id of a security group", "sg- and 8 or 17 hex digits are", "sg-[0-9a-f]+", (11, 20)
)
"""Both: ids of EC2's resources (EC2 user guide, resource ids)."""
