from tidegate.rules.other_readers import OtherReaders


def test_no_record_of_the_pipeline_passes_through_other_readers() -> None:
    others = OtherReaders(("audit",))
    assert (others.roles, others.writes, others.name) == ((), (), "other readers")
