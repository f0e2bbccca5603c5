"""What the sweep's function stands on is made from its environment."""

import pytest
from chalicelib import wiring


@pytest.mark.usefixtures("aws")
def test_a_sweep_knows_the_stack_that_it_is_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGATE_LEDGER_TABLE", "ledger")
    monkeypatch.setenv("TIDEGATE_STAGE", "tidegate-dev")
    monkeypatch.setattr(wiring, "_present", [])
    made = wiring._from_environment
    made.cache_clear()
    try:
        assert wiring.wiring(brisk=False).edges.stack == "tidegate-dev"
    finally:
        made.cache_clear()
