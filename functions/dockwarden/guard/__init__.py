"""The safety kernel: one place that every action of every playbook has to pass, pure where it decides."""
