"""The levers of a Flink application: parallelism and parallelism per KPU.

Every change is an UpdateApplication, and restarts the job: it is down while its state is restored,
and what comes in meanwhile ages.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.in_file import ends_autoscaling
from tidegate.scaling.kinds.flink_application.limits import PARALLELISM_PER_KPU_MAX
from tidegate.scaling.kinds.flink_application.state import LEVERS, does_not_run, rolled_back
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Situation
from tidegate.scaling.model.plan import Constraint, Prohibition, Range
from tidegate.scaling.model.recommendation import Recommendation

__all__ = [
    "RAISE_MARGIN",
    "SCALE_IN_SECONDS_PER_DAY",
    "application_constraints",
    "conflict",
    "kpus_of",
    "scale_in_constraints",
]

AFTER_FAILURE = timedelta(minutes=10)
"""Before an update is tried again, and twice as long after each further failure: each try restarts
the job twice, there and back."""

RAISE_MARGIN = 1.1
"""Less than a tenth more is not worth a restart by itself."""

REFUSAL_STANDS = timedelta(hours=1)
"""After that a quota may have been raised."""

SCALE_IN_SECONDS_PER_DAY = 864.0
"""What a scale-in may cost: a hundredth of the day out of the objective."""

SCALE_IN_REST = timedelta(days=1)
"""A load falls once a day: of its restarts out of the objective one is to save the money."""


def kpus_of(application: FlinkApplication, kind: LeverKind, capacity: int) -> int:
    """The KPUs that the application takes with one of its levers set to ``capacity``."""
    if kind is LeverKind.PARALLELISM:
        return -(-capacity // application.parallelism_per_kpu)
    return -(-application.parallelism // capacity)


def application_constraints(
    application: FlinkApplication, recommendation: Recommendation, situation: Situation
) -> Iterator[Constraint]:
    """What UpdateApplication takes now: the status, the KPU quota, the service's own autoscaling,
    and no update that has just failed."""
    lever, current = recommendation.lever, recommendation.current
    history, now = situation.history, situation.now
    ends = ends_autoscaling(situation.said, application.name)
    name, quota = application.name, application.kpus_max
    if lever.kind is LeverKind.PARALLELISM:
        most = quota * application.parallelism_per_kpu
        yield Range(
            1,
            most,
            words.KPU_QUOTA(name=name, limit_kpus=quota, limit_parallelism=most),
        )
    else:
        least = -(-application.parallelism // quota)
        yield Range(
            min(least, current),
            PARALLELISM_PER_KPU_MAX,
            words.PER_KPU_RANGE(limit_per_kpu=PARALLELISM_PER_KPU_MAX, limit_kpus=quota),
        )
    yield from _after_a_refusal(recommendation, history, now)
    if application.is_changing:
        yield Prohibition(words.RESOURCE_BUSY(name=name, status=application.status))
    elif not application.is_running:
        yield Prohibition(does_not_run(application))
    if application.autoscaling_enabled and not ends:
        yield Prohibition(conflict(application))
    tries = history.tries(lever, current) if application.failure is not None else ()
    if tries and now < tries[-1] + AFTER_FAILURE * 2 ** (len(tries) - 1):
        yield Prohibition(rolled_back(application, tries[-1]))
    yield from _after_failures(recommendation, history, tries, now)


def _after_a_refusal(
    recommendation: Recommendation, history: History, now: datetime
) -> Iterator[Constraint]:
    """Half of the way to what AWS has refused for a limit in the last hour: how much fits isn't
    always said, and what runs does."""
    lever, current = recommendation.lever, recommendation.current
    refused = [
        change_record.to_capacity
        for change_record in history.change_records
        if change_record.lever == lever
        and change_record.refusal is not None
        and now - change_record.begun_at < REFUSAL_STANDS
    ]
    more = [each for each in refused if each > current]
    less = [each for each in refused if each < current]
    # Fewer subtasks per KPU are more KPUs.
    if more and lever.kind is LeverKind.PARALLELISM:
        said = words.REFUSED_SIZE(lever=lever, refused=min(more), fits=current)
        yield Range(1, _half_of_the_way(current, min(more)), said)
    if less and lever.kind is LeverKind.PARALLELISM_PER_KPU:
        said = words.REFUSED_SIZE(lever=lever, refused=max(less), fits=current)
        yield Range((current + max(less) + 1) // 2, PARALLELISM_PER_KPU_MAX, said)


def _after_failures(
    recommendation: Recommendation, history: History, tries: Sequence[datetime], now: datetime
) -> Iterator[Constraint]:
    """Half of the way to the least that updates failed with: what they lack may be room, such as
    addresses of their subnets. A single one may have failed by chance."""
    lever, current = recommendation.lever, recommendation.current
    is_known = len(tries) > 1 and now - tries[-1] < REFUSAL_STANDS
    if lever.kind is not LeverKind.PARALLELISM or not is_known:
        return
    failed = [
        each.to_capacity
        for each in history.changes((lever,), tries[0] - REFUSAL_STANDS)
        if each.begun_at in tries and each.to_capacity > current
    ]
    if failed:
        said = words.FAILED_SIZE(lever=lever, failed=min(failed), fits=current)
        yield Range(1, _half_of_the_way(current, min(failed)), said)


def _half_of_the_way(current: int, beyond: int) -> int:
    half = (current + beyond) // 2
    return half if half >= current * RAISE_MARGIN else current


def scale_in_constraints(
    recommendation: Recommendation, history: History, now: datetime
) -> Iterator[Constraint]:
    """A restart that only saves money misses the objective once a day at most, the first included
    where that takes too long."""
    lever, price = recommendation.lever, recommendation.price_seconds
    if not price or not _frees(lever.kind, recommendation.current, recommendation.wanted):
        return
    if price > SCALE_IN_SECONDS_PER_DAY:
        yield Prohibition(
            words.RESTART_PRICE(
                where=lever.where,
                restart_seconds=price,
                budget_seconds=SCALE_IN_SECONDS_PER_DAY,
            )
        )
        return
    both = tuple(Lever.of(kind, lever.where) for kind in LEVERS)
    made = [
        each.begun_at
        for each in history.changes(both, now - SCALE_IN_REST)
        if _frees(each.lever.kind, each.from_capacity, each.to_capacity)
    ]
    if made:
        again = made[-1] + SCALE_IN_REST
        yield Prohibition(
            words.SCALED_IN_TODAY(
                where=lever.where, restart_seconds=price, begun_at=made[-1], again=again
            )
        )


def _frees(kind: LeverKind, before: int, after: int) -> bool:
    """Whether a change frees KPUs: by fewer subtasks, or by more of them on each."""
    return after < before if kind is LeverKind.PARALLELISM else after > before


def conflict(application: FlinkApplication) -> Reason:
    """That the file and the service's own autoscaling both move the parallelism."""
    return words.SERVICE_AUTOSCALING(name=application.name)
