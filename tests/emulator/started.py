"""MiniStack in a process of its own, for tests and for who follows the README by hand."""

import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.emulator.stage import ACCOUNT, REGION

__all__ = ["Emulator", "started"]

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Emulator:
    """``python`` is one that has MiniStack, ``auto_scaling`` the URL of moto's Application Auto
    Scaling."""

    python: str
    auto_scaling: str
    port: int
    region: str = REGION

    @property
    def url(self) -> str:
        """What every other service answers at."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Of who works in its account."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING": self.auto_scaling,
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region,
        }  # fmt: skip


@contextmanager
def started(asked: Emulator, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """It answers; what it says is in ``folder/log``."""
    environment = {
        "PATH": os.environ["PATH"], "TMPDIR": str(folder), "AUTH": "true",
        "GATEWAY_PORT": str(asked.port), "BIND_HOST": "127.0.0.1", "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        # The functions inherit it.
        "AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING": asked.auto_scaling,
        # Hosts of APIs are made of it: then they are the ones of AWS.
        "MINISTACK_HOST": f"{asked.region}.amazonaws.com",
    }  # fmt: skip
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [asked.python, str(HERE / "ministack_and_more.py")],
            cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT,
        ) as process,
    ):  # fmt: skip
        try:
            _wait_for(asked.url, process)
            yield process
        finally:
            process.terminate()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(900):
        assert process.poll() is None, "MiniStack ended"
        try:
            urllib.request.urlopen(f"{url}/_ministack/health", timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("MiniStack does not answer")
