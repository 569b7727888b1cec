"""drydock: a small closed-loop model of ECS and EC2 with a virtual clock; README.md says what it models."""
