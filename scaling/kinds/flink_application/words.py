"""Sentences about the levers of applications."""

from tidegate.rules.reason import Words
from tidegate.scaling.model.reason import ReasonKind

AS_IT_GROWS = "to which it has grown if its growth goes on"
AS_ITS_PAST_SAYS = "which are likely by its past"
CAUSE = Words("cause", "{because}")
CHECKPOINTS_FAIL = Words(
    ReasonKind.CHECKPOINTS_FAIL,
    "{failed} checkpoint{plural} of {name} failed in {minutes} min, and the snapshot of an update "
    "would fail in the same way",
)
CAUGHT_UP = Words(
    ReasonKind.NO_LONGER_DUE,
    "{name} has caught up without a restart since the increase to {to:,} was asked for at "
    "{asked_at:%H:%M}",
)
DEFAULT_MAX_PARALLELISM = Words(
    ReasonKind.UNSAFE_UPDATE,
    "nobody has named the maximum parallelism of the job of {name}, and Flink's default may be "
    "as low as {limit_parallelism:,}: set max_parallelism in the pipeline file if the job has "
    "another",
)
DENSITY_WAITS = Words(
    ReasonKind.RESTART_PRICE, "{name} {waits}: a parallelism per KPU of {to:,} waits"
)
DRAINS = Words(
    ReasonKind.RESTART_PRICE,
    "{name} will have caught up in about {drained_seconds:.0f} s, and a restart with a parallelism "
    "of {to:,} costs about {price_seconds:.0f} s outside the objective",
)
EXPECTED_LOAD = Words(
    "expected-load",
    "{forecast}; a parallelism of {current:,} carries {carried_records_per_second:,.0f} records/s, "
    "and the restart is to last for {ahead_records_per_second:,.0f} records/s, {by}",
)
FAILED_SIZE = Words(
    ReasonKind.QUOTA,
    "updates of the {lever:words} failed in the last hour, the smallest of them to {failed:,}, and "
    "{fits:,} runs: the next try goes half of the way",
)
FELL_BEHIND = Words(
    ReasonKind.NO_LONGER_DUE,
    "{name} has fallen behind by {age_seconds:.0f} s since the decrease to {to:,} was asked for "
    "at {asked_at:%H:%M}",
)
FEWER_SUBTASKS_PER_KPU = Words(
    "fewer-subtasks-per-kpu",
    "{evidence}; {fewer} subtasks per KPU have {times} the heap each",
)
JUST_STARTED = Words(
    ReasonKind.RESTART_PRICE,
    "{name} has just been restarted, and what it needs does not show yet: a parallelism of {to:,} "
    "waits",
)
KPUS_FOR_THE_HEAP = Words(
    "kpus-for-the-heap", "{evidence}; twice as many KPUs have twice the heap for the same state"
)
KPUS_FREED = Words(
    "kpus-freed",
    "the last hour's peak of {peak_records_per_second:,.0f} records/s needs a parallelism of "
    "{parallelism:,}, which saves {freed_kpus} KPUs for {hours} h; its restarts cost about "
    "{price_seconds:.0f} s outside the objective",
)
KPU_QUOTA = Words(
    ReasonKind.QUOTA,
    "the quota of {name} is {limit_kpus} KPUs, which allow a parallelism of {limit_parallelism:,}",
)
LATE_FOR_LESS = Words(
    ReasonKind.RESTART_PRICE,
    "{name} has been behind for {late_seconds:.0f} s, and a restart takes about "
    "{restart_seconds:.0f} s: the increase to {to:,} waits until it has been behind for as long",
)
LOAD = Words("load", "{records_per_second:,.0f} records/s")
LOAD_GROWS = Words(
    "load-grows",
    "{records_per_second:,.0f} records/s, growing to {expected_records_per_second:,.0f} records/s",
)
MAX_PARALLELISM = Words(
    ReasonKind.UNSAFE_UPDATE,
    "the maximum parallelism of the job of {name} is {limit_parallelism:,}",
)
PER_KPU_RANGE = Words(
    ReasonKind.QUOTA,
    "ParallelismPerKPU can be 1 to {limit_per_kpu}, within the quota of {limit_kpus} KPUs",
)
RESOURCE_BUSY = Words(ReasonKind.RESOURCE_BUSY, "{name} is {status}")
RESTART_PRICE = Words(
    ReasonKind.RESTART_PRICE,
    "a scale-in of {where} costs about {restart_seconds:.0f} s outside the objective, and would "
    "exceed the budget of {budget_seconds:.0f} s, 1% of the day",
)
SCALED_IN_TODAY = Words(
    ReasonKind.RESTART_PRICE,
    "a scale-in of {where} costs about {restart_seconds:.0f} s outside the objective, and the last "
    "was at {begun_at:%H:%M}: the next one is allowed at {again:%d %B %H:%M}",
)
ROLLBACK_OFF = Words(ReasonKind.UNSAFE_UPDATE, "system rollback of {name} is off: {risk}")
SCALE_IN_BEHIND = Words(
    ReasonKind.RESTART_PRICE,
    "{name} is {age_seconds:.0f} s behind: the decrease to {to:,} waits until it has caught up",
)
SCALE_IN_HURT = Words(
    "scale-in-hurt",
    "since the scale-in from {from_:,} to {to:,} at {begun_at:%H:%M} {name} is {age_seconds:.0f} s "
    "behind, at a load that {from_:,} carried: the scale-in is reverted",
)
SCALE_IN_WAS_REVERTED = Words(
    ReasonKind.RESTART_PRICE,
    "the scale-in of {where} to {to:,} at {begun_at:%d %B %H:%M} had to be reverted; the next "
    "scale-in is allowed at {again:%d %B %H:%M}",
)
SERVICE_AUTOSCALING = Words(
    ReasonKind.SERVICE_AUTOSCALING,
    "the parallelism of {name} has an owner in the pipeline file, but the service's own automatic "
    "scaling is on and changes the parallelism by CPU: set service_autoscaling: off in the file "
    "to switch automatic scaling off with the next change, or remove the owner of the lever",
)
SNAPSHOTS_OFF = Words(ReasonKind.UNSAFE_UPDATE, "snapshots of {name} are off: {risk}")
WORK_AHEAD = Words(
    "work-ahead",
    "{load}, at a true processing rate of {records_per_busy_second:,.0f} records/s per subtask; "
    "after a restart of about {restart_seconds:.0f} s the backlog ({backlog_records:,.0f} "
    "records when last measured, sized for {sized_records:,.0f}) is to be drained in "
    "{catch_up_seconds:.0f} s",
)
WORK_AHEAD_OF_TOPIC = Words(
    "work-ahead-of-topic",
    "{load}, at a true processing rate of {records_per_busy_second:,.0f} records/s per subtask; "
    "after a restart of about {restart_seconds:.0f} s the backlog (at most {backlog_records:,.0f} "
    "records when last measured, {furthest_records:,.0f} of them in the partition furthest behind, "
    "which alone is known; sized for {sized_records:,.0f}) is to be drained in "
    "{catch_up_seconds:.0f} s",
)
RAISE_IN_VAIN = Words(
    ReasonKind.INEFFECTIVE,
    "the increase from {from_:,} to {to:,} KPUs at {begun_at:%H:%M} did not help: the heap was "
    "{before_percent:.0f}% full before and {since_percent:.0f}% full after the increase",
)
RAISE_NOT_SEEN = Words(
    ReasonKind.INEFFECTIVE,
    "the increase from {from_:,} to {to:,} KPUs at {begun_at:%H:%M} had no visible effect; the "
    "next increase is allowed at {again:%H:%M}",
)
RAISE_NOT_SEEN_YET = Words(
    ReasonKind.EFFECT_PENDING,
    "the increase from {from_:,} to {to:,} KPUs at {begun_at:%H:%M} has no visible effect yet",
)
REFUSED_SIZE = Words(
    ReasonKind.QUOTA,
    "AWS refused a {lever:words} of {refused:,} in the last hour, and {fits:,} fits: the next try "
    "goes half of the way",
)
ROLLED_BACK = Words(
    ReasonKind.ROLLED_BACK,
    "the update of {name} that began at {begun_at:%H:%M} was rolled back: {failure}",
)
STARTED_AGAIN = Words(
    "started-again",
    "the update of {name} by Tidegate at {begun_at:%H:%M} stopped the job, which is started again "
    "with a parallelism of {parallelism:,} and {per_kpu} per KPU, as it ran: {failure}",
)
STOPPED = Words(ReasonKind.STOPPED, "{name} is {status} and does not run")
WAS_STARTED_AGAIN = Words(
    ReasonKind.UNSAFE_UPDATE,
    "an update stopped {name}, and Tidegate started it again at {begun_at:%d %B %H:%M}; the next "
    "update is allowed at {again:%d %B %H:%M}",
)
