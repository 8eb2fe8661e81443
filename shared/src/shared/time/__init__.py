"""The two times: when something is written down, and the day on which an act counts."""
