"""What a function is set to, and the reports of its invocations, from Lambda and its log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.kinds.lambda_mapping.described import service
from tidegate.scaling.kinds.lambda_mapping.invocation_report import Invocation, invocation_in
from tidegate.scaling.model.errors import ResourceMissing

__all__ = ["FunctionLog", "Logged", "Settings"]

SLICES, LINES_MAX, PAGES_MAX = 24, 500, 5
"""The time asked for is read in so many parts, of each so many reports from so many pages: a busy
function writes millions, and every part of the time counts."""

REPORTS = '?"REPORT RequestId:" ?"platform.report"'
"""Either form of a report (CloudWatch Logs guide, filter pattern syntax)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``architecture`` is x86_64 or arm64."""

    function: str
    memory_megabytes: int
    architecture: str
    log_group: str


@dataclass(frozen=True, slots=True)
class Logged:
    """Reports, and whether they are all of the time asked for."""

    invocations: tuple[Invocation, ...]
    is_complete: bool


class FunctionLog:
    """One function."""

    def __init__(self, clients: Clients, function: str) -> None:
        self._clients = clients
        self._function = function

    def settings(self) -> Settings:
        """What it is set to now."""
        with asking("lambda:GetFunctionConfiguration", self._function):
            found = service(self._clients).get_function_configuration(FunctionName=self._function)
        return Settings(
            self._function,
            found["MemorySize"],
            (found.get("Architectures") or ["x86_64"])[0],
            found.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{self._function}",
        )

    def read(self, log_group: str, since: datetime, until: datetime) -> Logged | None:
        """The reports in a log, evenly from the time asked for; None where there is no log."""
        found: list[Invocation] = []
        is_complete = True
        step = (until - since) / SLICES
        for at in range(SLICES):
            try:
                some, all_read = self._slice(log_group, since + at * step, since + (at + 1) * step)
            except ResourceMissing:
                return None
            found += some
            is_complete = is_complete and all_read
        return Logged(tuple(found), is_complete)

    def _slice(
        self, log_group: str, start: datetime, end: datetime
    ) -> tuple[list[Invocation], bool]:
        found: list[Invocation] = []
        request: dict[str, Any] = {
            "logGroupName": log_group,
            "startTime": int(start.timestamp() * 1000),
            # The end is included (FilterLogEvents, API reference).
            "endTime": int(end.timestamp() * 1000) - 1,
            "filterPattern": REPORTS,
            "limit": LINES_MAX,
        }
        for _ in range(PAGES_MAX):
            with asking("logs:FilterLogEvents", log_group):
                page = self._clients.of("logs").filter_log_events(**request)
            found += _reports(page["events"])
            token = page.get("nextToken")
            if token is None:
                return found, True
            if len(found) >= LINES_MAX:
                break
            request["nextToken"] = token
        return found, False


def _reports(events: list[dict[str, Any]]) -> Iterator[Invocation]:
    for event in events:
        at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
        found = invocation_in(event["message"], at)
        if found is not None:
            yield found
