"""Charges as a FOCUS data set: every fact a row, in the words of other tools."""
