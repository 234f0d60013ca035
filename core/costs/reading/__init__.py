"""From a question to its answer: planned, put to PostgreSQL as one statement, assembled."""
