"""What happens by itself: when, and by which of the replicas."""

from bot.scheduler.scheduler import Scheduler

__all__ = ["Scheduler"]
