"""When a revision of a service counts as good: pure rules."""
