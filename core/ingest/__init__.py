"""Reading the sources of billing data."""
