"""Dockwarden: event-driven, guarded automation for containers on AWS."""

__version__ = "0.1.0"
