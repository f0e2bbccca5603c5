"""The levers of a Flink application: parallelism and parallelism per KPU.

Every change is an UpdateApplication, and restarts the job: it is down while its state is restored,
and what comes in meanwhile ages.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import FlinkApplication
from tidegate.scaling.kinds.resource_state import does_not_run, rolled_back
from tidegate.scaling.model.aws_limits import PARALLELISM_PER_KPU_MAX
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint, Prohibition, Range
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.recommendation import Wish

__all__ = [
    "application_constraints",
    "conflict_words",
    "kpus_of",
    "scale_in_constraints",
]

AFTER_FAILURE = timedelta(minutes=10)
"""Before an update is tried again, and twice as long after each further failure: each try restarts
the job twice, there and back."""

SCALE_IN_SECONDS_PER_DAY = 864.0
"""What scale-ins may cost: a hundredth of the day out of the objective."""


def kpus_of(application: FlinkApplication, kind: LeverKind, capacity: int) -> int:
    """The KPUs that the application takes with one of its levers set to ``capacity``."""
    if kind is LeverKind.PARALLELISM:
        return -(-capacity // application.parallelism_per_kpu)
    return -(-application.parallelism // capacity)


def application_constraints(
    application: FlinkApplication,
    lever: Lever,
    current: int,
    ends_autoscaling: bool,
    history: History,
    now: datetime,
) -> Iterator[Constraint]:
    """What UpdateApplication takes now: the status, the KPU quota, the service's own autoscaling,
    and no update that has just failed."""
    name, quota = application.name, application.kpus_max
    if lever.kind is LeverKind.PARALLELISM:
        most = quota * application.parallelism_per_kpu
        yield Range(
            1,
            most,
            ReasonKind.QUOTA,
            f"the quota of {name} is {quota} KPUs, a parallelism of {most:,}",
        )
    else:
        least = -(-application.parallelism // quota)
        words = f"ParallelismPerKPU is 1..{PARALLELISM_PER_KPU_MAX}, within {quota} KPUs"
        yield Range(min(least, current), PARALLELISM_PER_KPU_MAX, ReasonKind.QUOTA, words)
    if application.is_changing:
        yield Prohibition(ReasonKind.RESOURCE_BUSY, f"{name} is {application.status}")
    elif not application.is_running:
        yield Prohibition(ReasonKind.STOPPED, does_not_run(application))
    if application.autoscaling_enabled and not ends_autoscaling:
        yield Prohibition(ReasonKind.SERVICE_AUTOSCALING, conflict_words(application))
    tries = history.tries(lever, current) if application.failure is not None else ()
    if tries and now < tries[-1] + AFTER_FAILURE * 2 ** (len(tries) - 1):
        yield Prohibition(ReasonKind.ROLLED_BACK, rolled_back(application, tries[-1]))


def scale_in_constraints(wish: Wish, history: History, now: datetime) -> Iterator[Constraint]:
    """The budget of restarts that only save money; one a day whatever it costs."""
    made = history.decreases(wish.lever, now)
    spent = made and (made + 1) * wish.price_seconds > SCALE_IN_SECONDS_PER_DAY
    if wish.wanted < wish.current and spent:
        reason = (
            f"{made} scale-ins of {wish.lever.where} in 24 hours, about {wish.price_seconds:.0f} s "
            f"out of the objective each: one more would take it over {SCALE_IN_SECONDS_PER_DAY:.0f}"
            " s, 1 % of the day"
        )
        yield Prohibition(ReasonKind.RESTART_PRICE, reason)


def conflict_words(application: FlinkApplication) -> str:
    """Says that the file and the service's own autoscaling both move the parallelism."""
    return (
        f"the parallelism of {application.name} has one owner, and the service's own autoscaling "
        "is on and moves it by CPU: say service_autoscaling: off in the file to switch it off with "
        "the next change, or take the lever's owner out"
    )
