"""API Gateway as much of it as the endpoint stands behind: signatures checked, proxy events out."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ACCESS_KEY, SECRET_KEY = "AKIDAUTOSCALING", "the-service-linked-roles-secret"
REGION, STAGE = "us-east-1", "v1"
ROUTE = re.compile(rf"/{STAGE}/scalableTargetDimensions/([^/?]+)")

Handle = Callable[[dict[str, Any]], dict[str, Any]]


def proxy_event(method: str, dimension: str, body: str | None, content_type: str) -> dict[str, Any]:
    """What Lambda is invoked with (API Gateway guide, proxy integration)."""
    return {
        "resource": "/scalableTargetDimensions/{dimension_id}",
        "path": f"/scalableTargetDimensions/{dimension}",
        "httpMethod": method,
        "headers": {"content-type": content_type},
        "multiValueHeaders": {"content-type": [content_type]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"dimension_id": dimension},
        "stageVariables": None,
        "requestContext": {
            "requestId": str(uuid4()),
            "stage": STAGE,
            "httpMethod": method,
            "resourcePath": "/scalableTargetDimensions/{dimension_id}",
        },
        "body": body,
        "isBase64Encoded": False,
    }


def is_signed(method: str, url: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether the signature is the one that our secret gives."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=(\S+?)/(\d{8})/(\S+?)/execute-api/aws4_request, "
        r"SignedHeaders=(\S+), Signature=([0-9a-f]{64})",
        headers.get("authorization", ""),
    )
    if found is None or found[1] != ACCESS_KEY or found[3] != REGION:
        return False
    request = AWSRequest(method=method, url=url, data=body)
    for name in found[4].split(";"):
        if name != "host":
            request.headers[name] = headers.get(name, "")
    request.context["timestamp"] = headers["x-amz-date"]
    signer = SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "execute-api", REGION)
    canonical = signer.canonical_request(request)
    scope = signer.credential_scope(request)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest])
    return hmac.compare_digest(signer.signature(text, request), found[5])


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server on this machine, and its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def gateway(handle: Handle) -> Iterator[str]:
    """A stage's URL; every request that is signed is handed on."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _reply(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body.encode())

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            url = f"http://{headers['host']}{self.path}"
            route = ROUTE.fullmatch(self.path)
            if route is None or not is_signed(self.command, url, headers, body):
                self._reply(403, json.dumps({"message": "Missing Authentication Token"}))
                return
            kind = headers.get("content-type", "application/json")
            event = proxy_event(self.command, unquote(route[1]), body.decode() or None, kind)
            answer = handle(event)
            self._reply(answer["statusCode"], answer["body"])

        do_GET = do_PATCH = _serve  # noqa: N815

    with serving(Handler) as url:
        yield f"{url}/{STAGE}"
