"""Questions as SQL: one statement per shape of question, built once, compiled once."""
