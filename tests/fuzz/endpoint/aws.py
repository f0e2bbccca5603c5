"""AWS between the function and moto: which calls were made, which of them change something, and
faults."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from random import Random
from threading import Semaphore
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.chalice_app.gateway import serving

__all__ = ["Aws", "Fault", "fault", "state", "watched"]

AT_ONCE = 50
"""More calls than a request has under way."""
READS = re.compile(r"(Describe|Get|List|Query|Scan|BatchGet|TransactGet)|GET /")
FAULTS = {
    "throttled": (400, '{"__type": "ThrottlingException", "message": "Rate exceeded"}'),
    "denied": (400, '{"__type": "AccessDeniedException", "message": "not authorized"}'),
    "failed": (500, '{"__type": "InternalFailure", "message": "x"}'),
    "unavailable": (503, "<html>Service Unavailable</html>"),
    "closed": (0, ""),
}


@dataclass(frozen=True)
class Fault:
    """What AWS answers a call with, and each later one where it lasts; ``at`` counts from 0."""

    name: str
    at: int
    lasts: bool


def fault(seed: int) -> Fault | None:
    """What befalls one request in ten at AWS."""
    random = Random(f"{seed}/fault")
    if random.random() >= 0.1:
        return None
    return Fault(random.choice(tuple(FAULTS)), random.randrange(6), random.random() < 0.5)


@dataclass
class Aws:
    """The calls of one request, by operation, and the faults that struck."""

    url: str = ""
    fault: Fault | None = None
    calls: list[str] = field(default_factory=list)
    struck: int = 0
    under_way: Semaphore = field(default_factory=lambda: Semaphore(AT_ONCE))

    def begin(self, fault: Fault | None) -> None:
        self.fault, self.calls, self.struck = fault, [], 0

    @property
    def changes(self) -> list[str]:
        """The calls that ask for a change."""
        return [each for each in self.calls if not READS.match(each)]

    def settle(self) -> None:
        """Wait for the calls that the function waits for no longer: they have effects as well."""
        for _ in range(AT_ONCE):
            self.under_way.acquire()
        self.under_way.release(AT_ONCE)

    def taken(self, operation: str) -> Fault | None:
        """The fault that this call meets."""
        at = len(self.calls)
        self.calls.append(operation)
        planned = self.fault
        if planned is None or not (at == planned.at or (planned.lasts and at > planned.at)):
            return None
        self.struck += 1
        return planned


class _Seen(BaseHTTPRequestHandler):
    """A call of the function: handed on to moto, or failing."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    aws: Aws
    moto: str

    def log_message(self, *_: object) -> None:
        pass

    def handle(self) -> None:
        with suppress(ConnectionError):  # The function was ended, or did not wait.
            super().handle()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        met = self.aws.taken(self._operation(body))
        status, told = FAULTS[met.name] if met else (200, "")
        if status == 0:
            self.close_connection = True
        elif met:
            self._reply(status, "application/x-amz-json-1.1", told.encode())
        else:
            with self.aws.under_way:
                answer = self._asked(body)
            self._reply(*answer)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

    def _operation(self, body: bytes) -> str:
        """Its name in each of AWS's protocols; of a REST API method and path."""
        target = self.headers.get("X-Amz-Target")
        if target:
            return target.rpartition(".")[2]
        if "/operation/" in self.path:
            return self.path.rpartition("/")[2]
        if self.path == "/":
            return parse_qs(body.decode())["Action"][0]
        return f"{self.command} {self.path}"

    def _asked(self, body: bytes) -> tuple[int, str, bytes]:
        moto = HTTPConnection(self.moto)
        try:
            moto.request(self.command, self.path, body or None, dict(self.headers))
            answer = moto.getresponse()
            return answer.status, answer.headers["Content-Type"], answer.read()
        finally:
            moto.close()

    def _reply(self, status: int, kind: str, told: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        with suppress(OSError):  # The function did not wait for it.
            self.wfile.write(told)
            self.wfile.flush()


@contextmanager
def watched(endpoint: str) -> Iterator[Aws]:
    """moto, seen through."""
    aws = Aws()
    handler = type("Seen", (_Seen,), {"aws": aws, "moto": urlsplit(endpoint).netloc})
    with serving(handler) as aws.url:
        yield aws


def state(clients: dict[str, Any]) -> dict[str, Any]:
    """All that a request could change: the ledger's rows, and what the file names."""
    told = {
        "ledger": clients["dynamodb"].scan(TableName="ledger", ConsistentRead=True),
        "table": clients["dynamodb"].describe_table(TableName="orders"),
        "stream": clients["kinesis"].describe_stream_summary(StreamName="orders"),
        "mappings": clients["lambda"].list_event_source_mappings(),
    }
    for each in told.values():
        del each["ResponseMetadata"]
    return told
