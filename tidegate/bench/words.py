"""The benchmark's words: what its figures are called, and what has to be known to read them."""

__all__ = ["COST", "GEOMETRIC", "LEGEND", "OUT", "TERMS", "shortened"]

OUT = "seconds out of objective per case"
GEOMETRIC = "geometric mean of (x + 1)"
COST = "cost / bound"
_SHORT = ((OUT, "s out"), ("geometric", "geo."), ("out of objective", "out"), (" per case", ""))
"""Words of a heading that a terminal of 80 columns has no room for."""

TERMS = (
    "Seconds out of objective: those of a case in which a record is older than the objective "
    "allows, its wait at the producer included. Their geometric mean, of (x + 1) and less 1 "
    "afterwards, lets one bad case weigh little; the mean and the share of all cases' time do not. "
    "Bound: one without backlog and burst, the cost of the cheapest schedule that knows the load "
    "beforehand, lets no record wait for the next minute and uses no burst capacity. It is no "
    "optimum: Tidegate lets up to a minute of records wait and lives on bursts, and can cost less. "
    "All costs are those of a world where UpdateTable takes 40 s, 300 s of DynamoDB's burst "
    "capacity are guaranteed and new partitions serve at once; AWS promises none of that. They "
    "leave out what a controller costs itself: Tidegate reads about 24 metrics a minute, $0.0144 "
    "an hour."
)
"""What every figure of seconds or cost has to be read with. A thousand metrics of GetMetricData
cost $0.01 (CloudWatch pricing)."""

LEGEND = (
    f"{TERMS} Other means over cases are geometric as well, but for steps, settled s, θ, τ and υ, "
    "which are arithmetic. Records lost: in all; lowest, highest: of any one seed. producer "
    "refusals: records that the stream did not take at once, each retry counted; table throttles: "
    "writes that the table did not take at once; actions: changes made; undone: those that turned "
    "the last one round within the hour; refused: calls that AWS refused. steps, settled s: "
    "changes of a lever, and seconds, until all is well after a step of the load. θ, τ and υ: "
    "accuracies and time shares under (U) and over (O) the need, and instability, as the SPEC "
    "research group has them, of the three layers; lower is better."
)
"""What the headings mean."""


def shortened(heading: str) -> str:
    """A heading for the screen."""
    for words, short in _SHORT:
        heading = heading.replace(words, short)
    return heading
