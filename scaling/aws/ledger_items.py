"""The items of the ledger's table: their keys, and change records as items."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tidegate.scaling.model.change_record import (
    KEEP,
    ChangeRecord,
    DesiredCapacity,
    Lease,
    Lever,
    Outcome,
    moment_in,
    outcome_in,
)
from tidegate.scaling.model.errors import ConfigurationError, Mistake

if TYPE_CHECKING:
    from tidegate.scaling.model.snapshot import StatusSnapshot

__all__ = [
    "DESIRED",
    "LEASE",
    "OPEN",
    "PAUSE",
    "PIPELINE",
    "SNAPSHOT",
    "change_records_in",
    "desired_item",
    "desired_key",
    "expiry",
    "items_of",
    "lease_in",
    "marker_key",
    "newest_key",
    "note_key",
    "partitions",
    "pause_key",
    "pointer_key",
    "snapshot_in",
    "text",
]

LEASE, OPEN = "lease/", "open/"
"""What the partitions of leases and of marks of open intentions begin with."""

PIPELINE, SNAPSHOT = "pipeline/", "sighting/"
"""What the partitions of a pipeline's change records and status snapshots begin with."""


DESIRED, PAUSE = "desired", "pause"
"""The one partition of all desired capacities, and that of all pauses: there are few, and a sweep
asks for all at once."""


def text(moment: datetime) -> str:
    """A moment so that texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def expiry(moment: datetime) -> str:
    """When history from a moment is forgotten, in seconds since 1970."""
    return str(int((moment + KEEP).timestamp()))


def desired_key(lever: Lever) -> Any:
    """Where the desired capacity of a lever is."""
    return {"pk": {"S": DESIRED}, "sk": {"S": f"{lever.kind_word}/{lever.where}"}}


def desired_item(lever: Lever, desired: DesiredCapacity) -> dict[str, Any]:
    """A desired capacity as an item."""
    kept = {"value": {"S": desired.to_text()}, "expires_at": {"N": expiry(desired.at)}}
    return {**desired_key(lever), **kept}


def pause_key(key: str) -> Any:
    """Where a pause is."""
    return {"pk": {"S": PAUSE}, "sk": {"S": key}}


def note_key(name: str) -> Any:
    """Where a note is."""
    return {"pk": {"S": f"note/{name}"}, "sk": {"S": "note"}}


def marker_key(lever: Lever) -> Any:
    """Where the one open intention of a lever is marked."""
    return {"pk": {"S": f"{OPEN}{lever.kind_word}/{lever.where}"}, "sk": {"S": "open"}}


def newest_key(resource: str) -> Any:
    """Where the newest change record of a resource is named."""
    return {"pk": {"S": f"resource/{resource}"}, "sk": {"S": "newest"}}


def pointer_key(entry_id: str) -> Any:
    """Where it says in which partitions a change record is."""
    return {"pk": {"S": f"id/{entry_id}"}, "sk": {"S": "id"}}


def items_of(change_record: ChangeRecord) -> list[dict[str, Any]]:
    """All items of a change record: itself in both partitions, the pointer, and while it is open
    the marker, which has it as well."""
    own = [
        change_record_item(change_record, each)
        for each in partitions(change_record.pipeline, change_record.lever)
    ]
    pointer = {
        **pointer_key(change_record.entry_id),
        "pipeline": {"S": change_record.pipeline},
        "place": {"S": sort_key(change_record)},
        "kind": {"S": change_record.lever.kind_word},
        "where": {"S": change_record.lever.where},
    }
    if change_record.outcome is not Outcome.BEGUN:
        return [*own, {**pointer, "expires_at": {"N": expiry(change_record.begun_at)}}]
    return [*own, pointer, {**own[0], **marker_key(change_record.lever)}]


def sort_key(change_record: ChangeRecord) -> str:
    """A change record's place among those of its partition."""
    return f"entry/{text(change_record.begun_at)}/{change_record.entry_id}"


def partitions(pipeline: str, lever: Lever) -> tuple[str, str]:
    """The two places that a change record is found by."""
    return f"{PIPELINE}{pipeline}", f"lever/{lever.kind_word}/{lever.where}"


def change_record_item(change_record: ChangeRecord, partition: str) -> dict[str, Any]:
    """A change record as an item of one of its partitions. An open one is not forgotten."""
    item: dict[str, Any] = {
        "pk": {"S": partition},
        "pipeline": {"S": change_record.pipeline},
        "sk": {"S": sort_key(change_record)},
        "entry_id": {"S": change_record.entry_id},
        "kind": {"S": change_record.lever.kind_word},
        "place": {"S": change_record.lever.where},
        "operation": {"S": change_record.operation},
        "from_capacity": {"N": str(change_record.from_capacity)},
        "to_capacity": {"N": str(change_record.to_capacity)},
        "because": {"S": change_record.because},
        "begun_at": {"S": text(change_record.begun_at)},
        "outcome": {"S": change_record.outcome.value},
        "marks": {"S": json.dumps(change_record.marks)},
    }
    if change_record.outcome is not Outcome.BEGUN:
        item["expires_at"] = {"N": expiry(change_record.begun_at)}
    if change_record.ended_at is not None:
        item["ended_at"] = {"S": text(change_record.ended_at)}
    if change_record.caller is not None:
        item["caller"] = {"S": change_record.caller}
    if change_record.detail is not None:
        item["detail"] = {"S": change_record.detail}
    return item


def change_records_in(items: list[Any], table: str) -> tuple[ChangeRecord, ...]:
    """The change records that items are. ConfigurationError names one that can't be read: without
    it no budget is known."""
    found = []
    for item in items:
        try:
            found.append(_entry(item))
        except (KeyError, TypeError, ValueError) as error:
            words = (
                f"the table can't be used as a ledger: change record {item['sk']['S']} can't be "
                f"read: {error!r}"
            )
            raise ConfigurationError((Mistake(f"dynamodb:{table}", 1, 1, words),)) from error
    return tuple(found)


def snapshot_in(item: Any) -> "StatusSnapshot":
    """The status snapshot that an item is."""
    # Imported here: the endpoint's cold start is shorter without what only sweeps need.
    from tidegate.scaling.model.snapshot import from_text

    pipeline = item["pk"]["S"].removeprefix(SNAPSHOT)
    return from_text(item["value"]["S"], pipeline, moment_in(item["sk"]["S"]))


def lease_in(item: Any) -> Lease:
    """The lease that an item is."""
    ends_at = datetime.fromtimestamp(float(item["ends_at"]["N"]), UTC)
    return Lease(item["pk"]["S"].removeprefix(LEASE), item["holder"]["S"], ends_at)


def _entry(item: Any) -> ChangeRecord:
    ended = item.get("ended_at", {}).get("S")
    outcome, detail = outcome_in(item["outcome"]["S"], item.get("detail", {}).get("S"))
    return ChangeRecord(
        item["entry_id"]["S"],
        item["pipeline"]["S"],
        Lever(item["kind"]["S"], item["place"]["S"]),
        item["operation"]["S"],
        int(item["from_capacity"]["N"]),
        int(item["to_capacity"]["N"]),
        item["because"]["S"],
        moment_in(item["begun_at"]["S"]),
        outcome,
        moment_in(ended) if ended else None,
        detail,
        tuple(json.loads(item.get("marks", {}).get("S", "[]"))),
        item.get("caller", {}).get("S"),
    )
