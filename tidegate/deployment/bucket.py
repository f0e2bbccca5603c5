"""The bucket of one stage: its code, its template, and the URLs that it was ever reached at."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import boto3

__all__ = ["Bucket"]

URLS = "urls/"
_BLOCKED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


class Bucket:
    """Made by a deployment and removed by ``make destroy``; the stack is not what holds it.

    Whoever knows an account's id can make a bucket with this name before the account does, so S3
    is asked each time to refuse one of another owner (S3 user guide, bucket owner condition).
    """

    def __init__(
        self, session: boto3.Session, stack: str, account: str, tags: dict[str, str]
    ) -> None:
        self.name = f"{stack}-{account}-{session.region_name}"
        self._own = {"Bucket": self.name, "ExpectedBucketOwner": account}
        self._region = str(session.region_name)
        self._tags = tags
        self._s3: Any = session.client("s3")

    def make(self) -> None:
        """Make it where it isn't there, and close it to the public and to unencrypted calls: each
        time, since the run before may have ended in between."""
        place: dict[str, Any] = {}
        if self._region != "us-east-1":
            place["CreateBucketConfiguration"] = {"LocationConstraint": self._region}
        with suppress(self._s3.exceptions.BucketAlreadyOwnedByYou):
            self._s3.create_bucket(Bucket=self.name, **place)
        closed = dict.fromkeys(_BLOCKED, True)
        self._s3.put_public_access_block(**self._own, PublicAccessBlockConfiguration=closed)
        self._s3.put_bucket_policy(**self._own, Policy=json.dumps(self._encrypted_calls()))
        tags = [{"Key": key, "Value": value} for key, value in self._tags.items()]
        self._s3.put_bucket_tagging(**self._own, Tagging={"TagSet": tags})

    def _encrypted_calls(self) -> dict[str, Any]:
        """S3 user guide, security best practices: aws:SecureTransport."""
        arn = f"arn:{self._s3.meta.partition}:s3:::{self.name}"
        denied = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        return {"Version": "2012-10-17", "Statement": [denied]}

    def put(self, content: bytes, ending: str) -> str:
        """Keep something under its hash; its key."""
        key = hashlib.sha256(content).hexdigest() + ending
        self._s3.put_object(**self._own, Key=key, Body=content)
        return key

    def url_of(self, key: str) -> str:
        """Where CloudFormation reads it: of the partition, or of the endpoint that is set."""
        return f"{self._s3.meta.endpoint_url}/{self.name}/{key}"

    def note_url(self, url: str) -> None:
        """Remember that the stage was reached there, also when its stack is gone."""
        key = URLS + hashlib.sha256(url.encode()).hexdigest()
        self._s3.put_object(**self._own, Key=key, Body=url.encode())

    def urls(self) -> tuple[str, ...]:
        """Every URL that the stage was ever reached at; empty without a bucket."""
        bodies = (self._s3.get_object(**self._own, Key=key) for key in self._keys(URLS))
        return tuple(each["Body"].read().decode() for each in bodies)

    def keep_only(self, *keys: str) -> None:
        """Forget the code and templates of earlier deployments."""
        for key in list(self._keys()):
            if key not in keys and not key.startswith(URLS):
                self._s3.delete_object(**self._own, Key=key)

    def is_there(self) -> bool:
        """Whether there is one."""
        try:
            self._s3.list_objects_v2(**self._own, MaxKeys=1)
        except self._s3.exceptions.NoSuchBucket:
            return False
        return True

    def remove(self) -> None:
        """The bucket with all that is in it. One that isn't there is no error."""
        for key in list(self._keys()):
            self._s3.delete_object(**self._own, Key=key)
        try:
            self._s3.delete_bucket(**self._own)
        except self._s3.exceptions.NoSuchBucket:
            return

    def _keys(self, prefix: str = "") -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(**self._own, Prefix=prefix)
        try:
            for page in pages:
                yield from (str(each["Key"]) for each in page.get("Contents", []))
        except self._s3.exceptions.NoSuchBucket:
            return
