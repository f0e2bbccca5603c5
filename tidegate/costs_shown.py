"""The bill of a pipeline as a table, with what it means."""

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidegate.costs import Bill
from tidegate.scaling.model.bill import Modes
from tidegate.scaling.model.prices import list_of

__all__ = ["show_costs"]

WEEK_HOURS = 168


def show_costs(bills: Sequence[Bill], console: Console) -> None:
    """A table a pipeline, then what it means: what is set now, what the highest peak needs at the
    target utilization, and the mean of what Tidegate would set, following the load."""
    for each in bills:
        console.print(Text(f"{each.pipeline}: US dollars a month", style="bold"))
        console.print(_table(each))
        for words in _sentences(each):
            console.print(Text(words), soft_wrap=not console.is_terminal)
        console.print()
    told = (
        f"Prices: {list_of()}. Lambda as on x86. Not counted: storage of tables, enhanced "
        "fan-out on demand and of other readers, data transfer, logs and metrics."
    )
    console.print(Text(told), soft_wrap=not console.is_terminal)


def _table(each: Bill) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_footer=True)
    table.add_column("", footer="together", no_wrap=True)
    for title, usd in (
        ("now", each.now_usd),
        ("peak", each.at_peak_usd),
        ("followed", each.followed_usd),
    ):
        table.add_column(title, justify="right", no_wrap=True)
        table.add_column("$", justify="right", footer=f"{usd:,.2f}", no_wrap=True)
    layer = ""
    for item in each.items:
        if item.layer != layer:
            layer = item.layer
            table.add_row(Text(layer, style="bold"))
        table.add_row(
            f"  {item.what}", item.amount, f"{item.now_usd:,.2f}",
            item.at_peak, f"{item.at_peak_usd:,.2f}" if item.at_peak else "",
            item.followed, f"{item.followed_usd:,.2f}" if item.followed else "",
        )  # fmt: skip
    return table


def _sentences(each: Bill) -> Iterator[str]:
    if each.usage is None:
        yield "No metrics in this period: current settings are priced, and nothing is compared."
        return
    usage = each.usage
    short = "" if usage.hours >= WEEK_HOURS else " Less than a week: a whole month may differ."
    yield (
        f"Measured over {_span(usage.hours)}, {usage.start:%Y-%m-%d %H:%M} to "
        f"{usage.end:%Y-%m-%d %H:%M} UTC.{short}"
    )
    if each.was_changed:
        yield (
            f"At what was set minute by minute, this time came to ${each.measured_usd:,.2f} a "
            f"month; as it is set now it is ${each.now_usd:,.2f}."
        )
    for item in each.too_small:
        yield f"Too small for the peak: {item.lever} is {item.amount}, but needs {item.at_peak}."
    yield _saving(each)
    if each.advised:
        yield f"This assumes that Tidegate may change {', '.join(each.advised)}."
    for mode in each.modes:
        yield from _mode_words(mode)


def _span(hours: float) -> str:
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.1f} hours"


def _saving(each: Bill) -> str:
    saved = each.now_usd - each.followed_usd
    share = abs(saved) / each.now_usd if each.now_usd else 0.0
    if saved >= 0:
        return f"Following the load, Tidegate would save ${saved:,.2f} a month ({share:.0%})."
    return (
        f"Following the load, Tidegate would spend ${-saved:,.2f} a month more ({share:.0%}), to "
        "keep the objective."
    )


def _mode_words(mode: Modes) -> Iterator[str]:
    now = "on demand now" if mode.is_on_demand else "provisioned now"
    have = "" if mode.provisioned_usd is None else f"${mode.provisioned_usd:,.2f} as it is set, "
    yield (
        f"{mode.layer}, {now}: provisioned {have}${mode.followed_usd:,.2f} following the load; on "
        f"demand ${mode.on_demand_usd:,.2f}."
    )
    yield f"  {_even_words(mode)} Used on average: {_share_words(mode, mode.load_share)}."


def _even_words(mode: Modes) -> str:
    if mode.even_share is None:
        return "The break-even point is unknown without records and their size."
    if not mode.even_share:
        layer = mode.layer.partition(" ")[0]
        return f"An on-demand {layer} never costs less than {mode.capacity}."
    return f"Both cost the same at {_share_words(mode, mode.even_share)}."


def _share_words(mode: Modes, share: float) -> str:
    words = f"{share:.1%} of {mode.capacity}"
    if mode.full_rate is None:
        return words
    return f"{share * mode.full_rate:,.0f} records/s, {words}"
