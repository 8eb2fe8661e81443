"""The invented network: who is in it, and what happens to them in a year."""
