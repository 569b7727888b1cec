"""What is known of a service's releases, and what follows from it for a rollback; pure."""
