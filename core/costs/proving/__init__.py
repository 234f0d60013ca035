"""Proof that totals can be trusted: source beside store, usage beside invoice, bill beside both."""
