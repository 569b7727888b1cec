"""Recorded events decided again: where they come from, what is compared, and how it is shown."""
