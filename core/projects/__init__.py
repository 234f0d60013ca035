"""Projects, and the scopes of spend that they hold."""
