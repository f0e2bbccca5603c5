"""What is said of Flink applications."""

from tidegate.rules.reason import Words

AGE = Words("age", "the {age_name} is {age_seconds:.0f} s, {verb} by {abs:.0f} s a minute")
BACK_PRESSURED = Words(
    "back-pressured",
    "{name} is held back for {held_back:.0f} ms of each second and busy for only {busy:.0f}{known}",
)
BUSIEST_SUBTASK = Words(
    "busiest-subtask",
    "the busiest subtask is busy for {busiest:.0%} of the time, all {parallelism} of them for "
    "{used:.0%} on average",
)
CHECKPOINTS_FAILED = Words(
    "checkpoints-failed",
    "{failed} checkpoints of {name} failed in {failed_checkpoints_seconds} min",
)
CHECKPOINT_SIZE = Words("checkpoint-size", "its last checkpoint has {checkpoint_size}")
FAILURE_READS_AGAIN = Words(
    "failure-reads-again",
    "a failure now would read again from before it, and an update may not come up",
)
HEAP_FULL = Words(
    "heap-full",
    "the heap of {name} is {heap:.0f}% full on {kpus} KPUs of 3 GB heap each, and "
    "{collecting:.0%} of the time goes into collecting it{failed}",
)
JOB_FAILURES = Words(
    "job-failures",
    "the job of {name} failed {crashes:.0f} times in {crashes_seconds} min and was down for up "
    "to {longest:.0f} s",
)
LAST_CHECKPOINT = Words(
    "last-checkpoint",
    "the last that succeeded has {checkpoint_size} and took {taken:.0f} s of an interval of "
    "{checkpoint_interval_milliseconds:.0f} s",
)
NOT_RUNNING = Words("not-running", "{name} is {status}: nothing is read")
PUBLISHES_NOTHING = Words(
    "publishes-nothing", "{name} runs, but has told nothing for {silent_seconds} min"
)
READS_FROM_CHECKPOINT = Words(
    "reads-from-checkpoint", "after each failure it reads again from its last checkpoint"
)
SOURCE_PARTS = Words(
    "source-parts",
    "{name} has {sources} {parts}, and as many of the {parallelism} subtasks have something to "
    "read: more parallelism does not help",
)
SUBTASKS_ALIKE = Words("subtasks-alike", "nothing holds it back and its subtasks are alike")
SUBTASKS_BUSY = Words(
    "subtasks-busy", "{name} is {by} for {used:.0%} of the time with a parallelism of {parallelism}"
)
UPDATE_FAILED = Words("update-failed", "its last update failed: {why}")
