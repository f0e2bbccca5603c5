"""From planned actions to calls, through the ledger."""
