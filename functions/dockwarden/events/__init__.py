"""AWS events as typed, immutable values: one module per detail-type, and ``parse`` that chooses among them."""
