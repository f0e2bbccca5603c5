"""Tables in operation."""

from tests.builders import SPEC, a_pipeline
from tests.scaling.cost.use import priced
from tests.scaling.kinds.evidence import evidence
from tidegate.scaling.kinds.dynamodb_table.operations import TableOperations
from tidegate.scaling.model.proposal import Lateness

TABLES = TableOperations()


def test_nothing_waits_in_a_table() -> None:
    assert TABLES.lateness(evidence(a_pipeline(), {})) == Lateness()


def test_a_table_is_billed_by_what_is_judged_and_compared_in_both_modes() -> None:
    assert list(TABLES.billed_metrics(a_pipeline())) == []
    (compared,) = TABLES.modes(priced(a_pipeline()))
    assert compared.layer == "table scores"


def test_nobody_else_changes_its_levers() -> None:
    assert list(TABLES.shared_levers(SPEC)) == []
