"""Measures the performance budgets on the real handler: `python -m benchmarks`."""
