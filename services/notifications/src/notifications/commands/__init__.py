"""What notifications does: load, apply a rule, store, tell. One file for each aggregate."""
