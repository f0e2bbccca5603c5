"""The pipelines in force: from the package, Parameter Store or AppConfig, by the environment.

``TIDEGATE_CONFIGURATION`` is ``package``, ``ssm:NAME`` or ``appconfig:APPLICATION/ENVIRONMENT/
PROFILE``. A newer configuration that is bad, or can't be had, leaves the last good one in force.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chalicelib.log import logger
from tidegate.scaling.config.compiled import from_compiled
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.ports import Ledger

__all__ = ["Configuration", "in_force", "packaged"]

PACKAGED = Path(__file__).parent / "pipelines.json"
NOTE = "configuration"


@dataclass(frozen=True, slots=True)
class Configuration:
    """Pipelines, and what is wrong with newer ones that were refused."""

    pipelines: tuple[PipelineSpec, ...]
    complaint: str | None = None


def in_force(source: str, ledger: Ledger) -> Configuration:
    """What to go by now. Raises TidegateError only when the packaged configuration is bad too."""
    if source == "package":
        return Configuration(packaged())
    try:
        # Not at the cold start of a stage that has its pipelines in the package.
        from chalicelib.fetching import fetched

        text = fetched(source)
        pipelines = _read(text, source)
    except Exception as error:
        # Whatever is wrong with it, pipelines go on being looked after.
        logger.exception("configuration not taken", extra={"source": source})
        return Configuration(_last_good(ledger), str(error))
    try:
        _keep(text, ledger)
    except Exception:
        # A good one is gone by all the same; the next sweep tries to keep it.
        logger.exception("configuration not kept", extra={"source": source})
    return Configuration(pipelines)


def _last_good(ledger: Ledger) -> tuple[PipelineSpec, ...]:
    """The one in the ledger, or the packaged one where that can't be had, or read by this version
    of Tidegate."""
    try:
        last = ledger.kept(NOTE)
        if last is not None:
            return _read(last, "the last good configuration")
    except Exception:
        logger.exception("last good configuration not taken")
    return packaged()


def packaged() -> tuple[PipelineSpec, ...]:
    """Those in the zip. Raises TidegateError."""
    return _read(PACKAGED.read_text(encoding="utf-8"), "the package")


_seen_good: list[str] = []


def _keep(text: str, ledger: Ledger) -> None:
    """Write a good configuration down, once a process for each that is new."""
    if text in _seen_good:
        return
    if ledger.kept(NOTE) != text:
        ledger.keep(NOTE, text)
    _seen_good[:] = [text]


@lru_cache(maxsize=4)
def _read(text: str, name: str) -> tuple[PipelineSpec, ...]:
    return tuple(from_compiled(json.loads(text), name).pipelines)
