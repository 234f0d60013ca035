"""Stand-ins to run everything with no account: a local Slack, a BigQuery, a sample company."""
