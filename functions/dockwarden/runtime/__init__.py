"""What runs in Lambda: handlers, settings, and the one place where everything is wired together."""
