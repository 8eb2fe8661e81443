"""What counts: a function of the set of facts; in which order they were heard changes nothing."""
