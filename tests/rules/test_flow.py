from tidegate.rules.flow import Flow, Grade


def test_the_grades_are_the_words_that_people_and_programs_read() -> None:
    assert [each.value for each in Grade] == ["counted", "inferred", "idle"]


def test_what_no_metric_tells_is_no_zero() -> None:
    assert Flow(60, incoming=0.0).read is None
