"""What is said of the levers of applications."""

from tidegate.rules.reason import Words
from tidegate.scaling.model.reason import ReasonKind

CHECKPOINTS_FAIL = Words(
    ReasonKind.CHECKPOINTS_FAIL,
    "{failed} checkpoints of {name} failed in {minutes} min: the snapshot of an update would "
    "fail as they do",
)
FEWER_SUBTASKS_PER_KPU = Words(
    "fewer-subtasks-per-kpu", "{evidence}: half as many subtasks share a KPU"
)
KPUS_FOR_THE_HEAP = Words("kpus-for-the-heap", "{evidence}: twice the KPUs for the same state")
KPUS_FREED = Words(
    "kpus-freed",
    "the last hour's peak of {peak:,.0f} records/s needs {needed:,}, and {kpus} KPUs are free; "
    "the restart costs about {price:.0f} s out of the objective",
)
KPU_QUOTA = Words(
    ReasonKind.QUOTA, "the quota of {name} is {quota} KPUs, a parallelism of {most:,}"
)
LOAD = Words("load", "{now:,.0f} records/s")
LOAD_GROWS = Words("load-grows", "{now:,.0f} records/s, growing to {records_per_second:,.0f}")
MAX_PARALLELISM = Words(
    ReasonKind.UNSAFE_UPDATE, "the maximum parallelism of the job of {name} is {most:,}"
)
PER_KPU_RANGE = Words(
    ReasonKind.QUOTA, "ParallelismPerKPU is 1..{per_kpu_max}, within {quota} KPUs"
)
RESOURCE_BUSY = Words(ReasonKind.RESOURCE_BUSY, "{name} is {status}")
RESTART_PRICE = Words(
    ReasonKind.RESTART_PRICE,
    "{made} scale-ins of {where} in 24 hours, about {restart_seconds:.0f} s out of the "
    "objective each: one more would take it over {budget_seconds:.0f} s, 1 % of the day",
)
ROLLBACK_OFF = Words(ReasonKind.UNSAFE_UPDATE, "system rollback of {name} is off: {risk}")
SERVICE_AUTOSCALING = Words(
    ReasonKind.SERVICE_AUTOSCALING,
    "the parallelism of {name} has one owner, and the service's own autoscaling is on and "
    "moves it by CPU: say service_autoscaling: off in the file to switch it off with the next "
    "change, or take the lever's owner out",
)
SNAPSHOTS_OFF = Words(ReasonKind.UNSAFE_UPDATE, "snapshots of {name} are off: {risk}")
WORK_AHEAD = Words(
    "work-ahead",
    "{load} at {records_per_busy_second:,.0f} records per busy second of a subtask; a restart "
    "of about {restart:.0f} s and a backlog of {backlog_records:,.0f} records to be caught up "
    "with in {catch_up_seconds:.0f} s after it",
)
RAISE_IN_VAIN = Words(
    ReasonKind.INEFFECTIVE,
    "the raise of KPUs from {from_:,} to {to:,} at {begun_at:%H:%M} did not help: heap at "
    "{before:.0f} % before, {since:.0f} % since",
)
RAISE_NOT_SEEN = Words(
    ReasonKind.INEFFECTIVE,
    "the raise of KPUs from {from_:,} to {to:,} at {begun_at:%H:%M} was not seen to help; another "
    "is tried at {again:%H:%M}",
)
RAISE_NOT_SEEN_YET = Words(
    ReasonKind.INEFFECTIVE,
    "the raise of KPUs from {from_:,} to {to:,} at {begun_at:%H:%M} is not seen to help yet",
)
ROLLED_BACK = Words(
    ReasonKind.ROLLED_BACK,
    "the update of {name} begun at {begun_at:%H:%M} was rolled back: {failure}",
)
STOPPED = Words(ReasonKind.STOPPED, "{name} is {status} and does not run")
