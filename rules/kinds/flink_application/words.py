"""Sentences about Flink applications."""

from tidegate.rules.reason import Words

AGE = Words(
    "age",
    "the {age_name} is {age_seconds:.0f} s and {verb} by {seconds_per_minute:.0f} s per minute",
)
BACK_PRESSURED = Words(
    "back-pressured",
    "{name} is back-pressured for {back_pressured_milliseconds:.0f} ms of each second and busy "
    "for only {busy_milliseconds:.0f} ms{known}",
)
BUSIEST_SUBTASK = Words(
    "busiest-subtask",
    "the busiest subtask of {name} is busy {busiest:.0%} of the time, and all {parallelism} "
    "subtasks are busy {used:.0%} of the time on average",
)
BUSY_BUT_WAITS = Words(
    "busy-but-waits",
    "{name} is busy {busy:.0%} of the time and not back-pressured{sign} (the application uses "
    "{cpu_percent:.0f}% of its CPU){so}{known}",
)
CATCHING_UP = Words("catching-up", "{name} is {state} and has not caught up yet")
CHECKPOINTS_FAILED = Words(
    "checkpoints-failed", "{failed} checkpoint{plural} of {name} failed in {minutes} min"
)
CHECKPOINT_SIZE = Words("checkpoint-size", "the last checkpoint of {name} has {checkpoint_size}")
FAILURE_READS_AGAIN = Words(
    "failure-reads-again",
    "a failure now would make the job read again from the last successful checkpoint, and an "
    "update may not start",
)
HEAP_FULL = Words(
    "heap-full",
    "the heap of {name} is {heap_percent:.0f}% full on {kpus} KPUs with 3 GB of heap each, and "
    "garbage collection takes {collecting:.0%} of the time{failed}",
)
JOB_FAILURES = Words(
    "job-failures",
    "the job of {name} failed {failures:.0f} times in {minutes} min and was down for up to "
    "{downtime_seconds:.0f} s",
)
LAST_CHECKPOINT = Words(
    "last-checkpoint",
    "the last successful checkpoint has {checkpoint_size} and took {taken_seconds:.0f} s, with a "
    "checkpoint interval of {interval_seconds:.0f} s",
)
NOT_RUNNING = Words("not-running", "{name} is {status} and reads no records")
PUBLISHES_NOTHING = Words(
    "publishes-nothing", "{name} is RUNNING, but has published no metrics for {minutes} min"
)
READS_FROM_CHECKPOINT = Words(
    "reads-from-checkpoint", "after each failure the job reads again from its last checkpoint"
)
SOURCE_PARTS = Words(
    "source-parts",
    "{name} has {sources} {parts}, so only {sources} of the {parallelism} subtasks have records "
    "to read: more parallelism does not help",
)
SOURCE_PARTS_UNLIKE = Words(
    "source-parts-unlike",
    "no keyBy comes before {name}: its subtasks are as busy as the {parts} that they read, so some "
    "{parts} of {source} have more records than others, or some subtasks read more of them",
)
SOURCE_PARTS_UNEVEN = Words(
    "source-parts-uneven",
    "{name} has {sources} {parts} for {parallelism} subtasks: some subtasks read {most} of them, "
    "others {fewest}",
)
SUBTASKS_ALIKE = Words(
    "subtasks-alike", "{name} is not back-pressured, and its subtasks are equally busy"
)
SUBTASKS_BUSY = Words(
    "subtasks-busy",
    "{name} is {by} {used:.0%} of the time with a parallelism of {parallelism}",
)
UPDATE_FAILED = Words("update-failed", "the last update of {name} failed: {why}")
BEHIND_UNKNOWN = Words("behind-unknown", "no metric tells how far {name} is behind")
TELLS_HOW_FAR = Words(
    "tells-how-far", "inferred for {name}: it reads, and is {behind_seconds:,.0f} s behind"
)
