"""Delivery of the outbox: in order, once, and as soon as the other side takes it."""
