"""The items of the ledger's table: their keys, and entries as items."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tidegate.scaling.model.change_record import KEEP, Entry, Lever, Wished, moment_in, outcome_in
from tidegate.scaling.model.errors import ConfigurationError, Mistake

if TYPE_CHECKING:
    from tidegate.scaling.model.snapshot import Sighting

__all__ = [
    "DESIRED",
    "PIPELINE",
    "SIGHTING",
    "entries_in",
    "entry_item",
    "expiry",
    "marker",
    "note_key",
    "partitions",
    "sighting_in",
    "sort_key",
    "text",
    "wish_item",
    "wish_key",
]

PIPELINE, SIGHTING = "pipeline/", "sighting/"
"""What the partitions of a pipeline's entries and sightings begin with."""


DESIRED = "desired"
"""The one partition of all desired capacities: there are few, and a sweep asks for all at once."""


def text(moment: datetime) -> str:
    """A moment so that texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def expiry(moment: datetime) -> str:
    """When history from a moment is forgotten, in seconds since 1970."""
    return str(int((moment + KEEP).timestamp()))


def wish_key(lever: Lever) -> Any:
    """Where the desired capacity of a lever is."""
    return {"pk": {"S": DESIRED}, "sk": {"S": f"{lever.kind_word}/{lever.where}"}}


def wish_item(lever: Lever, wish: Wished) -> dict[str, Any]:
    """A desired capacity as an item."""
    kept = {"value": {"S": wish.to_text()}, "expires_at": {"N": expiry(wish.at)}}
    return {**wish_key(lever), **kept}


def note_key(name: str) -> Any:
    """Where a note is."""
    return {"pk": {"S": f"note/{name}"}, "sk": {"S": "note"}}


def marker(lever: Lever) -> str:
    """Where the one open intention of a lever is marked."""
    return f"open/{lever.kind_word}/{lever.where}"


def sort_key(entry: Entry) -> str:
    """An entry's place among those of its partition."""
    return f"entry/{text(entry.begun_at)}/{entry.entry_id}"


def partitions(pipeline: str, lever: Lever) -> tuple[str, str]:
    """The two places that an entry is found by."""
    return f"{PIPELINE}{pipeline}", f"lever/{lever.kind_word}/{lever.where}"


def entry_item(entry: Entry, partition: str) -> dict[str, Any]:
    """An entry as an item of one of its partitions."""
    item: dict[str, Any] = {
        "pk": {"S": partition},
        "pipeline": {"S": entry.pipeline},
        "sk": {"S": sort_key(entry)},
        "entry_id": {"S": entry.entry_id},
        "kind": {"S": entry.lever.kind_word},
        "place": {"S": entry.lever.where},
        "operation": {"S": entry.operation},
        "from_capacity": {"N": str(entry.from_capacity)},
        "to_capacity": {"N": str(entry.to_capacity)},
        "because": {"S": entry.because},
        "begun_at": {"S": text(entry.begun_at)},
        "outcome": {"S": entry.outcome.value},
        "expires_at": {"N": expiry(entry.begun_at)},
    }
    if entry.ended_at is not None:
        item["ended_at"] = {"S": text(entry.ended_at)}
    if entry.detail is not None:
        item["detail"] = {"S": entry.detail}
    return item


def entries_in(items: list[Any], table: str) -> tuple[Entry, ...]:
    """The entries that items are. ConfigurationError names one that can't be read: without it no
    budget is known."""
    found = []
    for item in items:
        try:
            found.append(_entry(item))
        except (KeyError, TypeError, ValueError) as error:
            words = (
                f"it can't be used as a ledger: entry {item['sk']['S']} can't be read: {error!r}"
            )
            raise ConfigurationError((Mistake(f"dynamodb:{table}", 1, 1, words),)) from error
    return tuple(found)


def sighting_in(item: Any) -> "Sighting":
    """The sighting that an item is."""
    # Imported here: the endpoint's cold start is shorter without what only sweeps need.
    from tidegate.scaling.model.snapshot import from_text

    pipeline = item["pk"]["S"].removeprefix(SIGHTING)
    return from_text(item["value"]["S"], pipeline, moment_in(item["sk"]["S"]))


def _entry(item: Any) -> Entry:
    ended = item.get("ended_at", {}).get("S")
    outcome, detail = outcome_in(item["outcome"]["S"], item.get("detail", {}).get("S"))
    return Entry(
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
    )
