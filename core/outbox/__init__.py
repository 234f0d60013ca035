"""Messages to the outside: written with what they report, delivered afterwards, in order."""
