"""A small Lambda runtime API, and the real runtime client before it (Lambda guide, runtime API)."""

import json
import os
import queue
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

RUNTIMES_OWN = (
    "awslambdaric", "runtime_client", "snapshot_restore_py", "simplejson", "boto3", "botocore",
    "s3transfer", "jmespath", "dateutil", "six", "urllib3",
)  # fmt: skip
"""What Lambda's Python runtime brings; everything else must be in the zip."""


class RuntimeApi:
    """Hands events to one runtime client, which runs in ``process``, and takes its answers."""

    process: "subprocess.Popen[bytes]"

    def __init__(self) -> None:
        self.events: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.answers: queue.Queue[tuple[str, bytes]] = queue.Queue()
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body in one packet: else the second waits for the first to be acknowledged.
            wbufsize = -1

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                request_id, event = api.events.get()
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", request_id)
                self.send_header("Lambda-Runtime-Deadline-Ms", str(2**41))
                self.send_header("Content-Type", "application/json")
                arn = "arn:aws:lambda:us-east-1:123456789012:function:tidegate"
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", arn)
                self.send_header("Content-Length", str(len(event)))
                self.end_headers()
                self.wfile.write(event)

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                chunked = self.headers.get("Transfer-Encoding") == "chunked"
                body = self._chunks() if chunked else self.rfile.read(length)
                kind = "response" if self.path.endswith("/response") else "error"
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                api.answers.put((kind, body))

            def _chunks(self) -> bytes:
                body = b""
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                return body

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"127.0.0.1:{self._server.server_port}"

    def ask(self, event: Any, seconds: float) -> tuple[str, bytes]:
        """``response`` or ``error``, and what was sent with it. Raises queue.Empty."""
        self.events.put((str(uuid4()), json.dumps(event).encode()))
        return self.answers.get(timeout=seconds)

    def invoke(self, event: dict[str, Any]) -> Any:
        kind, body = self.ask(event, 20)
        assert kind == "response", body.decode()
        return json.loads(body)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def lay_out(archive: Path, folder: Path) -> tuple[Path, Path]:
    """The zip unpacked as Lambda does, and the runtime's own packages beside it."""
    task, own = folder / "task", folder / "runtime"
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(task)
    own.mkdir()
    for name in RUNTIMES_OWN:
        found = find_spec(name)
        assert found is not None, name
        assert found.origin is not None, name
        origin = Path(found.origin)
        place = origin.parent if origin.name == "__init__.py" else origin
        (own / place.name).symlink_to(place)
    return task, own


@contextmanager
def booted(
    task: Path, own: Path, handler: str, environment: dict[str, str], log: Path
) -> Iterator[RuntimeApi]:
    """The real runtime client running a handler of an unpacked zip; ``log`` gets what it writes."""
    api = RuntimeApi()
    command = [sys.executable, "-S", "-m", "awslambdaric", handler]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            cwd=task,
            env={
                "PATH": os.environ["PATH"], "PYTHONPATH": f"{task}:{own}",
                "AWS_LAMBDA_RUNTIME_API": api.address, "LAMBDA_TASK_ROOT": str(task),
                "AWS_LAMBDA_FUNCTION_NAME": "tidegate", "AWS_LAMBDA_FUNCTION_VERSION": "1",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "PYTHONDONTWRITEBYTECODE": "1",
                **environment,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):  # fmt: skip
        api.process = process
        try:
            yield api
        finally:
            process.kill()
            api.close()
