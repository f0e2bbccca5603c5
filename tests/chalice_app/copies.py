"""Run in an interpreter of its own: starts as Lambda does before a snapshot, and then answers in
several copies of the process, as environments that are restored from one snapshot do.

A fork stands for a restore: each copy has the memory of the start, and nothing else in common. Prints
a line of JSON of the start and one of each copy.
"""

import gc
import json
import os
import sys
from typing import Any

COPIES = 2
OURS = ("tidegate", "chalicelib", "botocore", "aws_lambda_powertools", "chalice")


def started() -> dict[str, Any]:
    import app  # noqa: F401
    from botocore.client import BaseClient
    from botocore.credentials import Credentials

    kinds = (BaseClient, Credentials)
    kept = [type(each).__name__ for each in gc.get_objects() if isinstance(each, kinds)]
    drawing = [
        name
        for name, module in sys.modules.items()
        if name.split(".")[0] in ("tidegate", "chalicelib")
        and any(hasattr(module, source) for source in ("random", "secrets"))
    ]
    return {"kept": kept, "drawing": drawing, "python": list(sys.version_info[:2])}


def answered(events: list[dict[str, Any]]) -> dict[str, Any]:
    import app
    from botocore.loaders import JSONFileLoader
    from chalicelib.wiring import wiring

    read, load = [], JSONFileLoader.load_file

    def noted(self: JSONFileLoader, file_path: str) -> Any:
        found = load(self, file_path)
        if found is not None:
            read.append(file_path)
        return found

    JSONFileLoader.load_file = noted
    usual, there = (700, 10, 10), set(sys.modules)
    statuses = [status_of(app.app, event) for event in events]
    clients = wiring(brisk=True).clients
    assert clients is not None
    return {
        "statuses": statuses,
        "imported": sorted(n for n in set(sys.modules) - there if n.split(".")[0] in OURS),
        "read": read,
        "key": clients.of("dynamodb")._request_signer._credentials.access_key,
        "collects": gc.get_threshold() == usual and gc.get_freeze_count() > 0,
    }


def status_of(app: Any, event: dict[str, Any]) -> int:
    """A busy machine runs into the endpoint's own time limit: then it is asked again."""
    statuses = (app(event, None)["statusCode"] for _ in range(5))
    return next((status for status in statuses if status != 500), 500)


def copied(events: list[dict[str, Any]]) -> str:
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.write(writing, json.dumps(answered(events)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        found = told.read()
    os.wait()
    return found


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    print(json.dumps(started()), flush=True)
    for _ in range(COPIES):
        print(copied(json.loads(sys.argv[1])), flush=True)
