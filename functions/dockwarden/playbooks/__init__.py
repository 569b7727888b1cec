"""The playbooks: one file each, found by name, nothing else to register."""
