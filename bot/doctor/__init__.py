"""What is wrong with an installation, part by part, and how to mend it."""

from bot.doctor.examination import examine

__all__ = ["examine"]
