import pytest

from tidegate.scaling.model.boundary import Unfinished, going_on
from tidegate.scaling.model.errors import Fault, TidegateError


def test_one_failure_is_noted_and_what_comes_after_it_is_done() -> None:
    failures: list[Unfinished] = []
    done = []
    known = TidegateError("the ledger is busy")
    for what, error in (("first", known), ("second", None), ("third", ZeroDivisionError("1/0"))):
        with going_on(what, failures):
            if error is not None:
                raise error
            done.append(what)
    assert done == ["second"]
    assert [each.what for each in failures] == ["first", "third"]
    assert failures[0].error is known
    assert str(failures[0]) == "first: the ledger is busy"
    assert isinstance(failures[1].error, Fault)
    assert isinstance(failures[1].error.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("request_to_end", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_and_a_request_to_exit_pass(request_to_end: type[BaseException]) -> None:
    failures: list[Unfinished] = []
    with pytest.raises(request_to_end), going_on("anything", failures):
        raise request_to_end
    assert failures == []
