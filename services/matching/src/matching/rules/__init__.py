"""What is allowed: one file for each aggregate; no I/O."""
