"""The domain: projects, costs, and what is asked of them. Knows no Slack and no HTTP."""
