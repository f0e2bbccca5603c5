from tidegate.scaling.config.lever_mistakes import mistakes_of_policies
from tidegate.scaling.config.lever_spec import LeverSpec
from tidegate.scaling.config.scaling_policies import ScheduledAction

AT = ("levers", "shard_count")


def test_policies_are_looked_at_where_there_are_any() -> None:
    assert list(mistakes_of_policies(LeverSpec(max=4), AT)) == []
    nightly = ScheduledAction("night", "every night", min=1, max=2)
    said = LeverSpec(max=4, owner="application-autoscaling", scheduled=[nightly])
    assert [path for path, _ in mistakes_of_policies(said, AT)] == [
        (*AT, "scheduled", 0, "schedule")
    ]
