"""Days that cost what nobody expected, and when it began."""
