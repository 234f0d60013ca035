"""The bodies of charts: a file a shape, each with how high it is and how it is drawn."""
