"""The app's start isn't spent looking for garbage, and what comes after it is as usual in Python."""

import subprocess
import sys

import pytest

from tests.chalice_app.test_runtime import SCHEDULED
from tests.shape import ROOT

STARTED = """
import gc, sys
sys.path[:0] = {path}
import chalice.app
usual, before = gc.get_threshold(), sum(each["collections"] for each in gc.get_stats())
import app
made = sum(each["collections"] for each in gc.get_stats()) - before
try:
    {handle}
except Exception as error:
    print(error, file=sys.stderr)
print(made, gc.get_threshold() == usual, gc.get_freeze_count() > 0)
"""


@pytest.mark.parametrize(
    "handle",
    ["app.app({}, None)", f"app.sweep_each_minute({SCHEDULED}, None)", "pass"],
    ids=["a request", "a sweep", "no event yet"],
)
def test_garbage_is_collected_as_usual_from_the_first_event_on(handle: str) -> None:
    code = STARTED.format(path=[str(ROOT), str(ROOT / "chalice_app")], handle=handle)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    is_usual = str(handle != "pass")
    assert done.stdout.split()[-3:] == ["0", is_usual, is_usual], done.stderr
