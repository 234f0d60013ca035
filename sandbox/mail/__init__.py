"""A mail server that keeps what it is given, with a web page to read it; nothing leaves it."""
