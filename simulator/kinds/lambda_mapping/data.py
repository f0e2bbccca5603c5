"""Functions and event source mappings as scenarios give them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.simulator.kind import entries

__all__ = ["AccountData", "FunctionData", "MappingData", "functions_of"]


@dataclass(frozen=True, slots=True)
class AccountData:
    """The account's limit of concurrent executions in the region."""

    concurrency: int = 1000


@dataclass(frozen=True, slots=True)
class FunctionData:
    """A function: an invocation takes ``seconds_per_invocation`` + ``seconds_per_record`` x batch,
    and longer while its tables throttle it, or a service that it calls for every record has no
    more of its ``service_records_per_second`` left. ``failing_share`` of its batches fail each
    time, ``failing_invocations`` of its attempts whichever batch they have, as where a service
    answers with errors, and so does each that needs more memory than there is:
    ``used_megabytes``, and as much more for each record of it as ``used_megabytes_per_record``.
    With ``writes_before_failing`` each of these attempts has written all of its batch before.
    ``has_insights`` where it has the layer of Lambda Insights. It ``writes`` to the sinks named,
    or to every table."""

    name: str
    timeout_seconds: int
    memory_megabytes: int = 512
    reserved_concurrency: int | None = None
    seconds_per_invocation: float = 0.1
    seconds_per_record: float = 0.004
    service_records_per_second: float | None = None
    failing_share: float = 0.0
    failing_invocations: float = 0.0
    writes_before_failing: bool = False
    used_megabytes: float = 100.0
    used_megabytes_per_record: float = 0.0
    has_insights: bool = False
    writes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class MappingData:
    """An event source mapping of a ``function``, reading a ``source``; of the only ones where they
    are not named. What it discards goes to the ``on_failure_destination``, an ARN, or to nobody.
    ``fan_out`` names the registered consumer that it reads by (enhanced fan-out, whose own price
    is left out); empty where it shares the stream's reads. With a tumbling window the state goes
    from one batch of a shard to the next: there is one at a time, whatever the factor (Lambda
    guide, tumbling windows). ``filtered_share`` of what it reads its filter drops. Where it
    reports failures by record, an invocation with a bad record succeeds, and the mapping goes on
    from that one (Lambda guide, partial batch responses)."""

    parallelization_factor: int = 1
    batch_size: int = 100
    batching_window_seconds: int = 0
    tumbling_window_seconds: int = 0
    bisect_batch_on_function_error: bool = False
    maximum_retry_attempts: int = -1
    on_failure_destination: str = ""
    function: str = ""
    source: str = ""
    fan_out: str = ""
    filtered_share: float = 0.0
    report_batch_item_failures: bool = False

    @property
    def batches_per_shard(self) -> int:
        """How many are processed at once."""
        return 1 if self.tumbling_window_seconds else self.parallelization_factor


def functions_of(file: Mapping[str, Any]) -> Iterator[Any]:
    """The account, and functions with their mappings, of a scenario file."""
    entry = {**file.get("account", {})}
    if "account_concurrency" in file:
        entry["concurrency"] = file["account_concurrency"]
    if entry:
        yield AccountData(**entry)
    if "function" in file:
        yield FunctionData(**file["function"])
        yield MappingData(**file.get("mapping", {}))
    for entry in entries(file, "lambda_function"):
        mappings = entry.pop("mappings")
        writes = tuple(entry.pop("writes", ()))
        yield FunctionData(**entry, writes=writes)
        yield from (MappingData(**each, function=entry["name"]) for each in mappings)
